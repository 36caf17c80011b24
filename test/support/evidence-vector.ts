/**
 * Plays one whole small tender on the real platform and keeps what it proves as a vector:
 *
 *     node --conditions=source --import ./test/support/typescript.mjs test/support/evidence-vector.ts FOLDER
 *
 * FOLDER gets evidence.zip (for the public), roots.json, receipts.json, keys.json and expected.json. A version's folder
 * below test/vectors/evidence is made once and never again: what it holds is what old verifiers were told to accept.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addMs, DAY, formatInstant, SystemClock, unwrap } from '#kernel';
import {
  b64u,
  createDevelopmentCa,
  deriveBidKeys,
  encodeScalar,
  hashText,
  readTrustFile,
  softwareSigner,
} from '#trust';
import type { ArrivalReceipt, DevelopmentCa, ReceiptFile, Signed, Signer } from '#trust';
import { readSecrets, seedOf } from '#trust/node';
import { dealingsOf } from '#trust';
import setUp from './global-setup.mjs';
import tearDown from './global-teardown.mjs';
import { testCreditCode } from './lot-fixture.ts';
import { loggedReceipt, moveBid, sealBid, submitBid } from './story/bidding.ts';
import type { Acknowledged } from './story/bidding.ts';
import { Caller, Refused, until } from './story/caller.ts';
import { downloadEvidence, problemsOf, verifyFile } from './story/evidence.ts';
import { runOpening, signOpeningRecord, viewOpening } from './story/opening.ts';
import { SEATS, trustRoster } from './story/roster.ts';
import type { Roster, SeatRole } from './story/roster.ts';
import { beginStory, bidOf } from './story/story.ts';
import type { Story } from './story/story.ts';
import { serverTime } from './story/tender.ts';
import { WITHOUT_LIMITS, createTestApp } from './test-app.ts';
import type { TestApp } from './test-app.ts';

/** PKCS#8 by seat, so that a test can be the trustee that signs what is false. Of this tender alone. */
type SeatKeys = Record<SeatRole, string>;

const ORGANISATIONS: Readonly<Record<SeatRole, string>> = {
  tenderee: '向量区城建投资有限公司',
  agency: '向量招标代理有限公司',
  regulator: '向量区住房和城乡建设局',
  operator: '向量区公共资源交易中心',
  notary: '向量区公证处',
};
const BIDDERS = ['甲', '乙', '丙', '丁', '戊'].map((name) => `${name}建设有限公司`);
/** From the notice to the deadline: enough for six small bids on a busy machine. */
const BIDDING_MS = 45_000;
/** 60 s before CLOSE become 3 s, the five minutes after it 15 s. */
const WAITS = 20;

async function makeKeptRoster(): Promise<{ roster: Roster; keys: SeatKeys }> {
  const now = new SystemClock().now();
  const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 365 * DAY) };
  const ca = await createDevelopmentCa({ name: 'Vector root', ...validity });
  const issue = async (number: number, organisation: string) => {
    const subject = { organisation, creditCode: testCreditCode(number), person: '王五' };
    const { certificate, pkcs8, chain } = await ca.issue({ subject, ...validity });
    const key = pkcs8 ?? new Uint8Array();
    return { signer: unwrap(await softwareSigner(key, certificate, chain)), key: b64u.encode(key) };
  };
  const seats = await Promise.all(SEATS.map((role, at) => issue(at + 1, ORGANISATIONS[role])));
  const bidders = await Promise.all(BIDDERS.map((name, at) => issue(at + 101, name)));
  const bySeat = <T>(of: (at: number) => T | undefined) =>
    Object.fromEntries(SEATS.map((role, at) => [role, of(at)])) as Record<SeatRole, T>;
  const roster = {
    ca,
    seats: bySeat<Signer>((at) => seats[at]?.signer),
    bidders: bidders.map(({ signer }) => signer),
  };
  return { roster, keys: bySeat<string>((at) => seats[at]?.key) };
}

interface Played {
  readonly lotId: string;
  /** What the bidders whose bids stand hold in their hands, and the receipt of the withdrawal. */
  readonly receipts: { readonly bids: readonly ReceiptFile[]; readonly withdrawal: Signed<ArrivalReceipt> };
  readonly names: Readonly<Record<string, string>>;
}

/** Five bidders: one replaces, one withdraws, one is late; one of the others reveals its secrets, the rest are away. */
async function play(app: TestApp, roster: Roster, folder: string): Promise<Played> {
  const door = { url: app.url, patienceMs: 5000 };
  const story = await beginStory(door, roster, { biddingMs: BIDDING_MS, waits: WAITS });
  story.witness.stop();
  const { people, lot } = story;
  const bidder = (at: number): Caller => {
    const found = people.bidders[at];
    if (!found) throw new Error(`no bidder ${at}`);
    return found;
  };
  const seal = (at: number, price: string, supersedes: string | null = null) =>
    sealBid(bidder(at), lot, folder, { ...bidOf(price, 500), supersedes });
  const give = async (at: number, price: string) => submitBid(bidder(at), lot, await seal(at, price));
  const [replaced, withdrawn, revealing, absent] = await Promise.all([
    give(0, '5100000.00'),
    give(3, '4000000.00'),
    give(1, '5200000.00'),
    give(2, '5300000.00'),
  ]);
  const better = await submitBid(bidder(0), lot, await seal(0, '5050000.00', replaced.c));
  await moveBid(bidder(0), lot, replaced, better.c);
  const withdrawal = await moveBid(bidder(3), lot, withdrawn, null);
  const late = await seal(4, '3000000.00');
  const stands = [better, revealing, absent];
  const logged = await Promise.all(stands.map((bid) => loggedReceipt(bidder(stands.indexOf(bid)), bid)));
  await moveDeadline(story);
  const due = addMs(lot.deadline, MOVED_MS);
  await until('the deadline', async () =>
    (await serverTime(story.visitor, lot.lotId)) >= due ? true : null,
  );
  await submitBid(bidder(4), lot, late).then(
    () => {
      throw new Error('a late bid was taken');
    },
    (error: unknown) => {
      if (!(error instanceof Refused) || error.code !== 'BIDDING.LATE') throw error;
    },
  );
  await openWithOneRevealing(story, revealing);
  await conclude(story);
  await destroyKey(story, 1);
  return {
    lotId: lot.lotId,
    receipts: { bids: logged, withdrawal },
    names: {
      better: better.c,
      replaced: replaced.c,
      withdrawn: withdrawn.c,
      revealing: revealing.c,
      absent: absent.c,
      late: late.c,
    },
  };
}

const MOVED_MS = 2000;

async function moveDeadline({ people, lot }: Story): Promise<void> {
  const { agency, regulator } = people.seats;
  const change = {
    type: 'deadline' as const,
    lotKeyHash: hashText('lotkey', lot.lotKey),
    sequence: 1,
    from: formatInstant(lot.deadline),
    to: formatInstant(addMs(lot.deadline, MOVED_MS)),
    reason: '补遗',
  };
  const [one, other] = [await agency.sign('deadline', change), await regulator.sign('deadline', change)];
  const signed = { record: change, signatures: [...one.signatures, ...other.signatures] };
  await agency.post(`/lots/${lot.lotId}/deadline-changes`, { signed });
}

/** Road A for one bid, before the trustees (seats 1 to 4; the notary is away) open all of them. */
async function openWithOneRevealing(story: Story, bid: Acknowledged): Promise<void> {
  const { people, lot } = story;
  const { agency } = people.seats;
  const keys = deriveBidKeys(
    seedOf(await readSecrets(bid.pack.folder)),
    b64u.decode(bid.pack.commit.bidNonce),
  );
  const dealings = dealingsOf(lot.lotKey, bid.pack.commit, keys);
  const revealed = new Set<number>();
  await runOpening(people, lot, [1, 2, 3, 4], async ({ state }) => {
    const stage = state === 'stage-0' ? 0 : state === 'stage-1' ? 1 : null;
    if (stage === null || revealed.has(stage)) return;
    revealed.add(stage);
    for (const { audience, secret } of dealings.filter((one) => one.stage === stage)) {
      const body = { stage, audience, s: encodeScalar(secret) };
      await agency.post(`/lots/${lot.lotId}/opening/bids/${bid.c}/secret`, body);
    }
  });
  if (revealed.size !== 2) throw new Error('the secrets of one stage were not revealed');
  await signOpeningRecord(people, lot);
}

/** Report, candidates, award. What follows a record elsewhere comes by an event, a moment later. */
async function conclude({ people, lot }: Story): Promise<void> {
  const { agency } = people.seats;
  const step = (type: string, path: string) =>
    until(
      type,
      async () => {
        try {
          const { record } = await agency.post<{ record: object }>(`/lots/${lot.lotId}/${path}/draft`);
          await agency.post(`/lots/${lot.lotId}/${path}`, await agency.sign(type, record));
          return true;
        } catch (error) {
          if (error instanceof Refused && error.status < 500) return null;
          throw error;
        }
      },
      30_000,
      300,
    );
  await step('evaluation-report', 'evaluation/report');
  await step('publicity', 'publicity');
  await step('award', 'award');
}

async function destroyKey({ people, lot }: Story, i: number): Promise<void> {
  const { record } = await viewOpening(people.seats.agency, lot.lotId);
  const role = SEATS[i - 1];
  if (!record || !role) throw new Error('no opening record');
  const trustee = people.seats[role];
  const statement = {
    type: 'key-destroyed',
    lot: lot.lotId,
    lotKeyHash: hashText('lotkey', lot.lotKey),
    i,
    record: hashText('opening-record', record.record),
    destroyedAt: formatInstant(new SystemClock().now()),
  };
  const signed = await trustee.sign('key-destroyed', statement);
  await trustee.post(`/lots/${lot.lotId}/opening/destructions`, signed);
}

/** The platform's own keys too: a test must be able to be an operator who signs what it likes. */
async function keysOf(app: TestApp, ca: DevelopmentCa, seats: SeatKeys): Promise<object> {
  const file = async (name: string) => readFile(join(app.dataDir, 'keys', name));
  const pkcs8 = async (name: string) =>
    (JSON.parse((await file(name)).toString()) as { pkcs8: string }).pkcs8;
  return {
    comment: 'Keys of one tender that was played for this vector. They protect nothing.',
    ca: b64u.encode(ca.pkcs8),
    seats,
    platform: await pkcs8('platform.json'),
    receipt: await pkcs8('receipt.json'),
    log: b64u.encode(new Uint8Array(await file('log.key'))),
  };
}

async function main(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { roster, keys } = await makeKeptRoster();
  const app = await createTestApp({
    PUBLIC_URL: 'https://vector.example',
    ...WITHOUT_LIMITS,
  });
  try {
    await trustRoster(app.app, roster);
    const { lotId, receipts, names } = await play(app, roster, app.dataDir);
    await sleep(1000);
    const trust = await fetch(`${app.url}/api/v1/trust`);
    await writeFile(join(folder, 'roots.json'), await trust.text());
    await keep(app, folder, { lotId, receipts, names });
    await writeJson(join(folder, 'keys.json'), await keysOf(app, roster.ca, keys));
  } finally {
    await app.close();
  }
}

async function keep(app: TestApp, folder: string, { lotId, receipts, names }: Played): Promise<void> {
  const visitor = new Caller({ url: app.url, patienceMs: 5000 }, 'visitor', null);
  const file = await downloadEvidence(visitor, lotId, join(folder, 'evidence.zip'));
  await writeJson(join(folder, 'receipts.json'), receipts);
  const trust = readTrustFile(await readFile(join(folder, 'roots.json'), 'utf8'));
  const report = await verifyFile(file, trust);
  if (report.verdict !== 'holds') throw new Error(problemsOf(report).join('\n'));
  const states = Object.fromEntries(report.checks.map(({ id, state }) => [id, state]));
  await writeJson(join(folder, 'expected.json'), { lot: lotId, bids: names, states });
}

const writeJson = (path: string, value: unknown): Promise<void> =>
  writeFile(path, `${JSON.stringify(value, null, 1)}\n`);

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('say into which folder');
await setUp();
try {
  await main(folder);
} finally {
  await tearDown();
}
process.exit(0);
