import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileBlobStore } from '#storage';
import type { BlobStore } from '#storage';
import { fixedBatch } from '../../../libs/transparency/src/application/batch-layout.ts';
import type { BatchLayout } from '../../../libs/transparency/src/application/batch-layout.ts';
import { EVERY_MS, openLog, testIdentity } from '../../support/log-bench.ts';
import type { TestLog } from '../../support/log-bench.ts';
import { createTestDatabase } from '../../support/test-database.ts';
import type { TestDatabase } from '../../support/test-database.ts';

let folder: string;
let database: TestDatabase;
let store: FileBlobStore;
let log: TestLog;
/** Leaves of the next tick. */
let batch = 64;
const counts = { get: 0, put: 0, list: 0 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasshall-tick-'));
  database = await createTestDatabase();
  store = await FileBlobStore.open(folder);
  const counted = new Proxy<BlobStore>(store, {
    get: (target, name) => {
      if (name === 'get' || name === 'put' || name === 'list') counts[name] += 1;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const layout: BatchLayout = (waiting) => fixedBatch(batch)(waiting);
  log = openLog(database.unitOfWork, counted, testIdentity('tick cost'), { ...EVERY_MS, layout });
  await log.sequence.tick();
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** Logs that many records in one tick of so many leaves; returns what the tick asked of the store. */
async function tick(leaves: number, records = leaves): Promise<typeof counts> {
  batch = leaves;
  await database.unitOfWork.run((tx) =>
    tx.execute(
      `INSERT INTO transparency.leaf (hash, blind)
       SELECT sha256((random()::text || g || clock_timestamp())::bytea), sha256(random()::text::bytea)
         FROM generate_series(1, $1::int) g`,
      [records],
    ),
  );
  await sleep(2);
  Object.assign(counts, { get: 0, put: 0, list: 0 });
  await log.sequence.tick();
  return { ...counts };
}

const partials = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const { key } of store.list('log/tile-')) if (/\/p\d+$/.test(key)) found.push(key);
  return found.sort();
};

it('costs by its new leaves and the tree’s height, not by the log’s length', async () => {
  await tick(1000);
  const short = await tick(300);
  for (let filled = 1300; filled < 66_000; filled += 16_000) await tick(16_000);
  const long = await tick(300);
  expect(long.list + short.list).toBe(0);
  // One level of tiles more: each is read for the old root, written, read back, and read for the new root.
  expect(long.put - short.put).toBeLessThanOrEqual(2);
  expect(long.get - short.get).toBeLessThanOrEqual(6);
  expect(long.get).toBeLessThanOrEqual(24);
}, 120_000);

it('asks the same of the store, whether records stand behind its leaves or not', async () => {
  // Each begins where a tile ends, and fills the next one.
  const { size } = (await log.read.latest())!;
  await tick(256 - (size % 256));
  const without = await tick(256, 0);
  const full = await tick(256, 256);
  expect(full).toEqual(without);
}, 120_000);

it('leaves no partial form beside a full tile, not even one of a round that was killed', async () => {
  await tick(100);
  await tick(400);
  const before = await partials();
  const widths = new Map<string, number>();
  for (const key of before) {
    const tile = key.replace(/p\d+$/, '');
    widths.set(tile, (widths.get(tile) ?? 0) + 1);
  }
  // At the right edge alone: entries and levels 0, 1 and 2.
  expect(widths.size).toBeLessThanOrEqual(4);
  await store.put('log/tile-0/1/p7', new Uint8Array(7 * 32));
  await log.sequence.auditNow();
  expect(await partials()).toEqual(before);
}, 120_000);
