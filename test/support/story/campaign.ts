import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileBlobStore } from '#storage';
import { hashText } from '#trust';
import { bidOf, beginStory, takeBids } from './story.ts';
import type { BidsTaken, Story } from './story.ts';
import { receiptOf, partOf, sealBid, submitBid } from './bidding.ts';
import type { Acknowledged } from './bidding.ts';
import { downloadEvidence, problemsOf, verifyFile } from './evidence.ts';
import {
  damageStoredEnvelope,
  objectAndAnswer,
  restoreDamaged,
  sendFalseProof,
  spoilSheet,
} from './hazards.ts';
import { findYourself, hideBid } from './left-out.ts';
import { runOpening, signOpeningRecord, viewOpening } from './opening.ts';
import type { OpeningView } from './opening.ts';
import { PlatformProcess } from './platform-process.ts';
import type { PlatformHome } from './platform-process.ts';
import { installPlatform, makeRoster } from './roster.ts';
import { Supervisor } from './supervisor.ts';
import type { KillPlan } from './supervisor.ts';
import type { TenderPlan } from './tender.ts';

export interface CampaignOutcome {
  readonly kills: readonly string[];
  /** How many lives passed each point. */
  readonly passed: ReadonlyMap<string, number>;
  /** Points that were to be killed at and never came. */
  readonly pending: readonly string[];
  /** Everything that a restart must never cost; empty when nothing was lost. */
  readonly losses: readonly string[];
  readonly checkpoints: number;
}

const BIDDERS = [
  '甲建设有限公司',
  '乙建设有限公司',
  '丙建设有限公司',
  '丁建设有限公司',
  '戊建设',
  '己建设',
  '庚建设',
];

/** One tender played to its opening record while the platform is killed by plan; then everything is counted. */
export async function runCampaign(
  home: PlatformHome,
  plan: KillPlan,
  tender: TenderPlan,
): Promise<CampaignOutcome> {
  const platform = new PlatformProcess(home);
  const supervisor = new Supervisor(platform, plan);
  const folder = await mkdtemp(join(tmpdir(), 'glasshall-bids-'));
  let witness: Story['witness'] | null = null;
  try {
    const roster = await makeRoster(BIDDERS);
    const bootMs = await firstStart(platform, supervisor);
    await installPlatform(home.environment, roster);
    // Every kill costs a start: whoever kills more, or on a slower machine, gives the bidders more time.
    const named = supervisor.pending.filter((point) => !point.startsWith('opening.')).length;
    const before = named + plan.randomKills + 2 * plan.databaseKills;
    const biddingMs = Math.round(tender.biddingMs + before * bootMs * 1.3);
    // The find-yourself window (five minutes) must hold the kills of CLOSE and of the addition, twice as many as there
    // are: a machine may become slower than it was at the first start.
    const waits = Math.max(1, Math.min(tender.waits, Math.floor(300_000 / (16 * bootMs + 5000))));
    supervisor.start();
    const door = { url: home.url, patienceMs: 600_000 };
    const story = await beginStory(door, roster, { biddingMs, waits });
    ({ witness } = story);
    const bids = await takeBids(story, folder);
    const spoiled = await takeHazards(story, folder);
    await beginBid(story, folder);
    const [, , forgotten] = bids.standing;
    if (forgotten) await hideBid(home, forgotten);
    const acknowledged = [...bids.standing, spoiled];
    // The deadline may be as far away as when bidding began: how long all kills take is an estimate.
    await playOpening(home, story, bids, biddingMs + 300_000);
    await supervisor.rest();
    const losses = [...supervisor.crashes, ...(await lossesOf(home, story, bids, acknowledged, folder))];
    const { kills, pending } = supervisor;
    const passed = await supervisor.passed();
    return { kills, passed, pending, losses, checkpoints: witness.checkpoints };
  } finally {
    witness?.stop();
    await supervisor.halt();
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Keys and schema are made by the first start: it is killed too, until it gets through. Returns how long that takes. */
async function firstStart(platform: PlatformProcess, supervisor: Supervisor): Promise<number> {
  const points = supervisor.pending.filter((point) => point.startsWith('transparency.key.'));
  let bootMs = 0;
  // Twice without a kill: the first makes the database, the second is as long as any start from now on.
  for (const point of [...points, null, null]) {
    const kill = point === null ? {} : { FAULT_KILL: `${point}:1` };
    const from = performance.now();
    // Not as a demonstration: that would seed parties of its own.
    platform.launch({ DEMO: 'false', FAULT_TRACE: supervisor.tracePath, ...kill });
    if (!(await platform.ready())) await supervisor.noteKill(await platform.ended());
    else {
      bootMs = performance.now() - from;
      await platform.stop();
    }
  }
  return bootMs;
}

/** A sixth bidder whose sheet does not decrypt, after a COMMIT that is refused. */
async function takeHazards({ people, lot }: Story, folder: string): Promise<Acknowledged> {
  const last = people.bidders[5];
  if (!last) throw new Error('six bidders');
  const pack = await sealBid(last, lot, folder, bidOf('5600000.00', 2000));
  const code = await sendFalseProof(last, lot, pack);
  if (code !== 'BIDDING.DEALING_INVALID') throw new Error(`a false proof was answered by ${code}`);
  return submitBid(last, lot, await spoilSheet(pack));
}

/** A seventh whose bid is never whole: two parts are there, the others never come. */
async function beginBid({ people, lot }: Story, folder: string): Promise<void> {
  const slow = people.bidders[6];
  if (!slow) throw new Error('seven bidders');
  const pack = await sealBid(slow, lot, folder, bidOf('5700000.00', 9 * 1024 * 1024));
  const path = `/lots/${lot.lotId}/bids`;
  const { uploadToken } = await slow.postBytes<{ uploadToken: string }>(path, pack.commitBytes);
  for (const [e, n] of [['I', 0] as const, ['E1', 1] as const])
    await slow.putBytes(`/bids/${pack.c}/envelopes/${e}/parts/${n}`, await partOf(pack, e, n), {
      'upload-token': uploadToken,
    });
}

async function playOpening(
  home: PlatformHome,
  story: Story,
  bids: BidsTaken,
  patienceMs: number,
): Promise<void> {
  const { people, lot } = story;
  const [, , forgotten, damaged] = bids.standing;
  const [first, , finder, owner] = people.bidders;
  const { agency } = people.seats;
  let [hurt, objected, attended] = [home.environment['S3_ENDPOINT'] !== undefined, false, false];
  const onView = async (view: OpeningView): Promise<void> => {
    if (!damaged || !owner || !first || !forgotten || !finder) throw new Error('four bids stand');
    if (view.state === 'closed' && view.adds.length === 0) await findYourself(home, finder, lot, forgotten);
    // Before any sheet is opened; a platform that is killed may show neither of the two states for long.
    const sealed = view.state === 'closed' || view.state === 'stage-0';
    if (!hurt && sealed) await damageStoredEnvelope(home.dataDir, damaged);
    hurt ||= sealed;
    await restoreDamaged(owner, lot, view, damaged);
    // Until the platform says so: an answer may be lost with the process.
    if (!attended && sealed) await first.post(`/lots/${lot.lotId}/opening/attendance`, { role: 'bidder' });
    attended ||= sealed;
    if (!objected && view.state === 'stage-1') await objectAndAnswer(first, agency, lot);
    objected ||= view.state === 'stage-1';
  };
  await runOpening(people, lot, [1, 3, 5], onView, patienceMs);
  await signOpeningRecord(people, lot);
}

/** CLOSE ended the seventh's upload: nothing of it stays in the store. Files only; on S3 the integration tests look. */
async function uploadsLeft(home: PlatformHome): Promise<string[]> {
  if (home.environment['S3_ENDPOINT'] !== undefined) return [];
  const store = await FileBlobStore.open(join(home.dataDir, 'objects'));
  for (let waited = 0; ; waited += 500) {
    const left: string[] = [];
    for await (const upload of store.listUploads()) {
      // One that a kill kept from its row never takes a part: the hourly sweep ends it.
      if ((await store.listParts(upload)).length > 0) left.push(`an upload is left: ${upload.key}`);
    }
    if (left.length === 0 || waited > 30_000) return left;
    await sleep(500);
  }
}

async function lossesOf(
  home: PlatformHome,
  story: Story,
  bids: BidsTaken,
  acknowledged: readonly Acknowledged[],
  folder: string,
): Promise<string[]> {
  const { people, lot, trust, visitor, witness } = story;
  const losses: string[] = [];
  const view = await viewOpening(visitor, lot.lotId);
  const closed = view.close?.record.accepted ?? [];
  const added = view.adds.map(({ record }) => record.bid);
  if (added.map(({ c }) => c).join() !== bids.standing[2]?.c) losses.push('CLOSE-ADD: not the bid left out');
  if (closed.some(({ c }) => c === bids.standing[2]?.c)) losses.push('CLOSE lists what it left out');
  const listed = new Map([...closed, ...added].map((bid) => [bid.c, bid]));
  for (const bid of acknowledged) {
    const entry = listed.get(bid.c);
    if (!entry) losses.push(`CLOSE lacks the acknowledged bid ${bid.c}`);
    else if (entry.arrivedAt !== bid.arrival.record.arrivedAt) losses.push(`${bid.c}: another arrival`);
    else if (entry.storedAt !== bid.receipt.stored?.record.storedAt)
      losses.push(`${bid.c}: stored otherwise`);
  }
  if (listed.size !== acknowledged.length) losses.push(`CLOSE lists ${listed.size} bids`);
  const moved = view.close?.record.moves.map(({ move }) => move.record.from).sort() ?? [];
  if (moved.join() !== [bids.replaced.c, bids.withdrawn.c].sort().join()) losses.push('CLOSE: other moves');
  const owners = [...people.bidders.slice(0, 4), people.bidders[5]];
  for (const [at, bid] of acknowledged.entries())
    losses.push(...(await receiptLosses(owners[at], bid, witness)));
  const outcomes = acknowledged.map(({ c }) => view.record?.record.bids.find((bid) => bid.c === c)?.outcome);
  if (outcomes.join() !== 'opened,opened,opened,opened,revoked-bidder-fault')
    losses.push(`outcomes: ${outcomes.join()}`);
  losses.push(...(await uploadsLeft(home)), ...(await witness.contradictions()));
  const file = await downloadEvidence(visitor, lot.lotId, join(folder, 'evidence.zip'));
  const report = await verifyFile(file, trust);
  if (report.verdict !== 'holds') losses.push('the evidence does not verify', ...problemsOf(report));
  return losses;
}

/** The receipt that was handed out is the receipt that is there, and the log has it. */
async function receiptLosses(
  owner: Story['visitor'] | undefined,
  bid: Acknowledged,
  witness: Story['witness'],
): Promise<string[]> {
  if (!owner) return [`${bid.c}: no owner`];
  const now = await receiptOf(owner, bid);
  const same =
    hashText('arrival', now.arrival) === hashText('arrival', bid.arrival) &&
    hashText('stored', now.stored) === hashText('stored', bid.receipt.stored);
  if (now.log) witness.note(now.log.checkpoint);
  return [...(same ? [] : [`${bid.c}: another receipt`]), ...(now.log ? [] : [`${bid.c}: not in the log`])];
}
