/**
 * 0 bids or 20 before the deadline: what outsiders, the tenderee and the authorities see is the same. Each comparison is
 * also shown something that does depend on bids, and must tell it apart: a build without dummies, a delay, a field.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeEntries, entriesPath, TILE_WIDTH } from '#trust';
import type { PackageFolder } from '#trust/node';
import { DrawBatch } from '../../libs/transparency/src/application/draw-batch.ts';
import type { BatchLayout } from '../../libs/transparency/src/application/batch-layout.ts';
import { chanceOfDifference, chanceOfSigns, median, unevenness } from '../support/distinguish.ts';
import { sealBid, submitBid } from '../support/story/bidding.ts';
import { Caller, Refused } from '../support/story/caller.ts';
import { makeRoster, trustRoster } from '../support/story/roster.ts';
import { beginStory, bidOf } from '../support/story/story.ts';
import type { Story } from '../support/story/story.ts';
import { makeLotKey, publishTender } from '../support/story/tender.ts';
import type { KeyedLot } from '../support/story/tender.ts';
import { createTestApp, WITHOUT_LIMITS } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const BIDS = 20;
const CONTROL_BIDS = 12;
const BATCH = 16;
/** Below it, two samples are told apart; equal constants give 1. */
const TOLD_APART = 1e-3;

let app: TestApp;
let folder: string;
let story: Story;
/** A lot that nobody bids for. */
let quiet: KeyedLot;
let packs: PackageFolder[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasshall-counts-'));
  app = await createTestApp({ ...WITHOUT_LIMITS, LOG_BATCH: String(BATCH), LOG_DAY_MS: '86400000' });
  const roster = await makeRoster(['甲建设有限公司', '乙建设有限公司']);
  await trustRoster(app.app, roster);
  // An hour: all of this is before the deadline.
  const plan = { biddingMs: 3_600_000, waits: 1 };
  story = await beginStory({ url: app.url, patienceMs: 20_000 }, roster, plan);
  story.witness.stop();
  quiet = await makeLotKey(story.people, await publishTender(story.people, plan));
  packs = [];
  for (let at = 0; at < BIDS + CONTROL_BIDS; at++)
    packs.push(await sealBid(bidderOf(at), story.lot, folder, bidOf(`${4_000_000 + at}.00`, 500)));
}, 600_000);
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

function bidderOf(at: number): Caller {
  const { bidders } = story.people;
  const bidder = bidders[at % bidders.length];
  if (!bidder) throw new Error('no bidder');
  return bidder;
}

async function submit(at: number): Promise<void> {
  const pack = packs[at];
  if (!pack) throw new Error(`no bid ${at}`);
  await submitBid(bidderOf(at), story.lot, pack);
}

// ---- the log -----------------------------------------------------------------

interface Trace {
  /** Of every checkpoint that was signed meanwhile. */
  readonly growth: readonly number[];
  /** The entries that came. */
  readonly entries: Uint8Array;
}

const checkpoints = (): Promise<{ n: string; size: string }[]> =>
  app.database.dataSource.query('SELECT n, size FROM transparency.checkpoint ORDER BY n');

/** Every checkpoint while `work` is done, once before each new one: more than any outsider who polls can see. */
async function watch(ticks: number, work: (tick: number) => Promise<void>): Promise<Trace> {
  const from = (await checkpoints()).length;
  for (let tick = 0; tick < ticks; tick++) {
    const before = (await checkpoints()).length;
    await work(tick);
    while ((await checkpoints()).length === before) await sleep(50);
  }
  const sizes = (await checkpoints()).map(({ size }) => Number(size));
  const growth = sizes.slice(from).map((size, at) => size - (sizes[from + at - 1] ?? 0));
  return { growth, entries: await entriesBetween(sizes[from - 1] ?? 0, sizes.at(-1) ?? 0) };
}

async function entriesBetween(from: number, until: number): Promise<Uint8Array> {
  const { size } = await newest();
  const found: Uint8Array[] = [];
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < until; index++) {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
    const bundle = await story.visitor.bytes('GET', `/log/${entriesPath({ index, width })}`);
    for (const [at, entry] of decodeEntries(bundle, width).entries()) {
      const place = index * TILE_WIDTH + at;
      if (place >= from && place < until) found.push(entry);
    }
  }
  return Buffer.concat(found);
}

async function newest(): Promise<{ size: number }> {
  const text = Buffer.from(await story.visitor.bytes('GET', '/log/checkpoint')).toString();
  return { size: Number(text.split('\n')[1]) };
}

const nothing = async (): Promise<void> => undefined;

// ---- what is answered --------------------------------------------------------

const LOT_PARAMETER = /\{(id|lot|lotId)\}/;
/** Answers that never end, and those that tell of the questions themselves: requests counted, who looked at what. */
const LEFT_OUT = /\/stream$|^\/metrics$|^\/log\/|\/reads$/;

/** Every GET that needs no more than a lot, from the platform's own description. */
async function questions(lot: string): Promise<string[]> {
  const described = await (await fetch(`${app.url}/docs-json`)).json();
  const { paths } = described as { paths: Record<string, object> };
  return Object.entries(paths)
    .filter(([path, methods]) => 'get' in methods && !LEFT_OUT.test(path))
    .filter(([path]) => (path.match(/\{/g) ?? []).length <= (path.startsWith('/api/v1/lots/') ? 1 : 0))
    .map(([path]) => path.replace(LOT_PARAMETER, lot));
}

/** Times of now, and the log as it stands, differ between two answers of the same platform in the same state. */
const withoutNow = (text: string): string =>
  text
    .replaceAll(
      /"(now|serverTime|at|signedAt|time|checkedAt|createdAt|uptimeSeconds)":("[^"]*"|\d+)/g,
      '"$1":0',
    )
    .replaceAll(/"(size|leaves)":\d+/g, '"$1":0');

async function answer(caller: Caller, path: string): Promise<string> {
  try {
    const bytes = await caller.bytes('GET', path);
    return withoutNow(Buffer.from(bytes).toString());
  } catch (error) {
    if (error instanceof Refused) return `${error.status} ${error.code}`;
    throw error;
  }
}

/** By who asks and what: the answers of one moment. */
async function answers(lot: string): Promise<Map<string, string>> {
  const { tenderee, agency, regulator, operator, notary } = story.people.seats;
  const found = new Map<string, string>();
  for (const [name, caller] of Object.entries({
    visitor: story.visitor,
    tenderee,
    agency,
    regulator,
    operator,
    notary,
  }))
    for (const path of await questions(lot)) found.set(`${name} ${path}`, await answer(caller, path));
  return found;
}

const differences = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] =>
  [...one].filter(([question, text]) => other.get(question) !== text).map(([question]) => question);

// ---- how long it takes --------------------------------------------------------

type Ask = (caller: Caller, path: string) => Promise<unknown>;

/** Milliseconds by which the lot with bids took longer, of pairs asked in an order by lot. */
async function delays(caller: Caller, paths: readonly string[], ask: Ask, pairs: number): Promise<number[]> {
  const timed = async (lot: string, path: string): Promise<number> => {
    const before = performance.now();
    await ask(caller, path.replace('LOT', lot));
    return performance.now() - before;
  };
  const found: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const path = paths[pair % paths.length] ?? '';
    // Each order equally often: whoever comes second finds caches warm.
    const lots = [story.lot.lotId, quiet.lotId] as const;
    const swap = Math.floor(pair / paths.length) % 2 === 1;
    const [first, second] = swap ? [lots[1], lots[0]] : lots;
    const [a, b] = [await timed(first, path), await timed(second, path)];
    found.push(swap ? b - a : a - b);
  }
  return found;
}

const PATHS = ['/api/v1/lots/LOT', '/api/v1/lots/LOT/opening', '/api/v1/lots/LOT/lotkey'];

describe('the log while bids come in', () => {
  let without: Trace;
  let withBids: Trace;
  let before: ReadonlyMap<string, string>;
  let after: ReadonlyMap<string, string>;
  beforeAll(async () => {
    before = await answers(story.lot.lotId);
    without = await watch(BIDS, nothing);
    withBids = await watch(BIDS, submit);
    after = await answers(story.lot.lotId);
  }, 600_000);

  it('grows as it does without', () => {
    expect(new Set([...without.growth, ...withBids.growth])).toEqual(new Set([BATCH]));
    expect(chanceOfDifference(without.growth, withBids.growth)).toBeGreaterThan(TOLD_APART);
  });

  it('holds entries that look like any others', () => {
    for (const { entries } of [without, withBids]) {
      expect(entries.length).toBeGreaterThanOrEqual(BIDS * BATCH * 32);
      expect(Math.abs(unevenness(entries))).toBeLessThan(7);
    }
    // The same measure sees a text.
    expect(unevenness(Buffer.from(JSON.stringify([...before])))).toBeGreaterThan(7);
  });

  it('comes with the same answers to everybody, of this tender and of all', async () => {
    expect(before.size).toBeGreaterThan(60);
    expect([...before.values()].filter((text) => text.startsWith('{')).length).toBeGreaterThan(20);
    expect(differences(before, after)).toEqual([]);
    // One number that follows the bids is enough to be seen.
    const [question = '', text = ''] = [...after][5] ?? [];
    expect(differences(before, new Map(after).set(question, `${text}${BIDS}`))).toEqual([question]);
  }, 60_000);

  it('comes with answers that take no longer for the tender with bids than for the one without', async () => {
    const { tenderee } = story.people.seats;
    const ask: Ask = (caller, path) => caller.bytes('GET', path);
    const honest = await delays(tenderee, PATHS, ask, 120);
    const usual: number[] = [];
    for (let at = 0; at < 30; at++) {
      const from = performance.now();
      await ask(tenderee, (PATHS[at % 3] ?? '').replace('LOT', quiet.lotId));
      usual.push(performance.now() - from);
    }
    const isSlower = (found: readonly number[]): boolean =>
      chanceOfSigns(found) < 1e-6 && Math.abs(median(found)) > 0.25 * median(usual);
    expect(isSlower(honest)).toBe(false);
    // A platform that works a little for each bid, on a machine as busy as this one.
    const work = 3 * Math.max(...usual);
    const leaking: Ask = async (caller, path) => {
      if (path.includes(story.lot.lotId)) await sleep(work);
      return ask(caller, path);
    };
    expect(isSlower(await delays(tenderee, PATHS, leaking, 36))).toBe(true);
  }, 300_000);
});

describe('a build without dummies', () => {
  it('is told apart by the same comparison', async () => {
    const clock = app.app.get(DrawBatch)['clock'] as { layout: BatchLayout };
    const { layout } = clock;
    // A checkpoint needs a leaf; beside it there is what waits, and nothing else.
    clock.layout = (waiting) => ({
      size: waiting + 1,
      places: Array.from({ length: waiting }, (_, place) => place),
    });
    try {
      const without = await watch(60, nothing);
      const withBids = await watch(CONTROL_BIDS, (tick) => submit(BIDS + tick));
      expect(chanceOfDifference(without.growth, withBids.growth)).toBeLessThan(TOLD_APART);
    } finally {
      clock.layout = layout;
    }
  }, 300_000);
});
