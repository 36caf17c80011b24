import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAY, installFaultHook, instant, IntegrityError } from '#kernel';
import { createDataSource, TypeormUnitOfWork } from '#persistence';
import {
  b64u,
  blindedLeaf,
  dummyEntry,
  leafHash,
  merkleRoot,
  openCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from '#trust';
import type { LogReceipt } from '#trust';
import { FileBlobStore } from '../../../libs/storage/src/file/file-blob-store.ts';
import type { BatchLayout } from '../../../libs/transparency/src/application/batch-layout.ts';
import { fixedBatch } from '../../../libs/transparency/src/application/batch-layout.ts';
import { EVERY_MS, openLog, randomHash, testIdentity } from '../../support/log-bench.ts';
import type { TestLog } from '../../support/log-bench.ts';
import { createTestDatabase } from '../../support/test-database.ts';
import type { TestDatabase } from '../../support/test-database.ts';

let database: TestDatabase;
let dir: string;
let blobs: FileBlobStore;
let log: TestLog;
const identity = testIdentity('log.spec');

beforeEach(async () => {
  database = await createTestDatabase();
  dir = await mkdtemp(join(tmpdir(), 'log-spec-'));
  blobs = await FileBlobStore.open(dir);
  log = openLog(database.unitOfWork, blobs, identity);
});
afterEach(async () => {
  installFaultHook(null);
  await database.close();
  await rm(dir, { recursive: true });
});

/** As a process that has just started: nothing remembered. */
const restarted = () => openLog(database.unitOfWork, blobs, identity);

function holds(receipt: LogReceipt | null): boolean {
  if (!receipt) return false;
  const { size, root } = openCheckpoint(receipt.checkpoint, identity);
  const leaf = leafHash(blindedLeaf(b64u.decode(receipt.subject), b64u.decode(receipt.blind)));
  const proof = receipt.proof.map(b64u.decode);
  return verifyInclusion({ index: receipt.index, size, leaf, proof, root });
}

const keysUnder = async (prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of blobs.list(`log/${prefix}`)) keys.push(key);
  return keys;
};

async function flip(prefix: string): Promise<void> {
  const [key = ''] = await keysUnder(prefix);
  const bytes = await buffer(await blobs.get(key));
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  await blobs.put(key, bytes);
}

const appendMany = async (n: number, to: TestLog = log) => {
  const hashes = Array.from({ length: n }, randomHash);
  const leaves = hashes.map((hash) => ({ hash: b64u.decode(hash), blind: b64u.decode(randomHash()) }));
  await database.unitOfWork.run(async (tx) => {
    for (const leaf of leaves) await to.store.append(tx, { ...leaf, published: false });
  });
  return hashes;
};

async function rootOfRows(size: number): Promise<Uint8Array> {
  const entries = await database.unitOfWork.run((tx) => log.entries.between(tx, 0, size));
  return merkleRoot(entries.map(leafHash));
}

/** Of every checkpoint: how much it grew by. */
async function growth(): Promise<number[]> {
  const trees = await database.unitOfWork.run((tx) => log.store.signedTrees(tx, 0, 1e9));
  return trees.map(({ size }, i) => size - (trees[i - 1]?.size ?? 0));
}

describe('the log', () => {
  it('begins with the promise of three seeds; from then on a tick appends as much, whatever waits', async () => {
    await log.sequence.tick();
    expect(await growth()).toEqual([3]);
    for (const n of [0, 1, 40, 64, 0]) {
      await appendMany(n);
      await sleep(2);
      await log.sequence.tick();
    }
    expect(await growth()).toEqual([3, 64, 64, 64, 64, 64]);
  });

  it('never takes more than a batch: the rest waits for the next tick, in its order', async () => {
    await log.sequence.tick();
    const hashes = await appendMany(150);
    for (const covered of [64, 128, 150]) {
      await sleep(2);
      await log.sequence.tick();
      expect((await log.read.leaves(hashes)).size).toBe(covered);
      expect([...(await log.read.leaves(hashes.slice(0, covered)))].length).toBe(covered);
    }
    expect(await growth()).toEqual([3, 64, 64, 64]);
  });

  it('appends once in each tick of its clock, whoever asks, and makes up for none that was missed', async () => {
    await log.sequence.tick();
    const slow = { ...EVERY_MS, tickMs: DAY };
    const [one, other] = [1, 2].map(() => openLog(database.unitOfWork, blobs, identity, slow));
    await appendMany(10);
    // The tick that this day began with is the promise of the seeds, drawn above.
    await Promise.all([one!.sequence.tick(), other!.sequence.tick(), one!.sequence.tick()]);
    expect(await growth()).toEqual([3]);
    await sleep(250);
    await openLog(database.unitOfWork, blobs, identity, { ...EVERY_MS, tickMs: 100 }).sequence.tick();
    expect(await growth()).toEqual([3, 64]);
  });

  it('uses a seed for a day, the next one then, and each was promised a whole day before', async () => {
    const quick = openLog(database.unitOfWork, blobs, identity, { ...EVERY_MS, dayMs: 60 });
    const seeds = () => database.unitOfWork.run((tx) => quick.batches.seeds(tx, 0, 100));
    const begun = async () => (await seeds()).filter(({ begunAt }) => begunAt !== null);
    while ((await begun()).length < 5) await quick.sequence.tick();
    const all = await seeds();
    expect(all.map(({ number }) => number)).toEqual(all.map((_, i) => i));
    const batches = await database.unitOfWork.run((tx) => quick.batches.between(tx, 0, 1e9));
    const firstOf = (number: number) => batches.find(({ seed }) => seed === number)?.first ?? Infinity;
    const ordered = batches.map(({ seed }) => seed ?? -1);
    expect([...ordered].sort((a, b) => a - b)).toEqual(ordered);
    const promised = await quick.read.leaves(all.map(({ hash }) => b64u.encode(hash)));
    for (const { number, hash } of await begun()) {
      const { record, hash: known } = quick.seeds.commitment(number);
      expect(Buffer.from(hash)).toEqual(Buffer.from(known));
      expect(record).toMatchObject({ type: 'day-seed', origin: identity.name, number });
      const index = promised.get(b64u.encode(hash))?.index ?? Infinity;
      expect(index).toBeLessThan(firstOf(Math.max(0, number - 1)));
      expect(await log.read.isPublished(b64u.encode(hash))).toBe(true);
    }
    await restarted().sequence.auditNow();
  });

  it('has at every place a record or the dummy of its seed, at places that a tick chooses', async () => {
    await log.sequence.tick();
    const hashes: string[] = [];
    for (let i = 0; i < 6; i++) {
      hashes.push(...(await appendMany(4)));
      await sleep(2);
      await log.sequence.tick();
    }
    const size = 3 + 6 * 64;
    const leaves = await log.read.leaves(hashes);
    const taken = new Map([...leaves.values()].map((leaf) => [leaf.index, leaf]));
    expect(taken.size).toBe(24);
    const entries = await database.unitOfWork.run((tx) => log.entries.between(tx, 0, size));
    for (const [index, entry] of entries.entries()) {
      if (index < 3) continue;
      const leaf = taken.get(index);
      const expected = leaf ? blindedLeaf(leaf.hash, leaf.blind) : dummyEntry(log.seeds.seed(0), index);
      expect(Buffer.from(entry)).toEqual(Buffer.from(expected));
    }
    // 24 of 384 places, four in each batch: always the first four would be chosen once in 10^35 runs.
    const first = [...taken.keys()].every((index) => (index - 3) % 64 < 4);
    expect(first).toBe(false);
  });

  it('gives no receipt before the tick, and after it one that verifies and never changes', async () => {
    const hash = randomHash();
    await log.append(hash);
    expect(await log.read.receipt(hash)).toBeNull();
    await log.settle();
    const receipt = await log.read.receipt(hash);
    expect(holds(receipt)).toBe(true);
    for (let i = 0; i < 3; i++) {
      await appendMany(100);
      await log.settle();
    }
    expect(await log.read.receipt(hash)).toEqual(receipt);
    expect(await restarted().read.receipt(hash)).toEqual(receipt);
    expect(await log.read.receipt(randomHash())).toBeNull();
  });

  it('appends a hash once, whoever appends it again and whenever', async () => {
    const hash = randomHash();
    await Promise.all([log.append(hash), log.append(hash)]);
    await log.settle();
    const receipt = await log.read.receipt(hash);
    await log.append(hash);
    await log.settle();
    expect(await log.read.receipt(hash)).toEqual(receipt);
    const records = await database.unitOfWork.run((tx) => log.store.leaves(tx, 0, 1e9));
    expect(records.length).toBe(4);
  });

  it('takes nothing from a transaction that rolls back', async () => {
    const hash = b64u.decode(randomHash());
    await expect(
      database.unitOfWork.run(async (tx) => {
        await log.store.append(tx, { hash, blind: hash, published: false });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await log.settle();
    expect((await log.read.leaves([b64u.encode(hash)])).size).toBe(0);
  });

  it('places a record after the one that it rests on, also within a tick', async () => {
    const hashes: string[] = [];
    for (let i = 0; i < 64; i++) hashes.push(...(await appendMany(1)));
    await log.settle();
    const leaves = await log.read.leaves(hashes);
    const indexes = hashes.map((hash) => leaves.get(hash)?.index ?? NaN);
    expect([...indexes].sort((a, b) => a - b)).toEqual(indexes);
  });

  it('grows over tile borders with every root right and every checkpoint consistent with the last', async () => {
    const texts: string[] = [];
    const all: string[] = [];
    const sizes = [1, 2, 252, 1, 1, 254, 300, 1];
    const layout: BatchLayout = (waiting) => fixedBatch(sizes.shift() ?? 0)(waiting);
    const changing = openLog(database.unitOfWork, blobs, identity, { ...EVERY_MS, layout });
    await changing.sequence.tick();
    while (sizes.length > 0) {
      all.push(...(await appendMany(1 + ((sizes[0] ?? 0) >> 1))));
      await sleep(2);
      await changing.sequence.tick();
      const { text, size, root } = (await log.read.latest())!;
      expect(Buffer.from(root)).toEqual(Buffer.from(await rootOfRows(size)));
      texts.push(text);
    }
    expect(await growth()).toEqual([3, 1, 2, 252, 1, 1, 254, 300, 1]);
    await log.settle();
    const last = (await log.read.latest())!;
    for (const text of texts) {
      const { size, root } = openCheckpoint(text, identity);
      const proof = (await log.read.consistency(text, last)).map(b64u.decode);
      expect(verifyConsistency({ size1: size, root1: root, size2: last.size, root2: last.root, proof })).toBe(
        true,
      );
    }
    for (const hash of all.filter((_, i) => i % 37 === 0))
      expect(holds(await log.read.receipt(hash))).toBe(true);
    await restarted().sequence.auditNow();
  });

  it('signs nothing on demand: who needs a checkpoint waits for the tick, and always gets the same', async () => {
    await log.sequence.tick();
    const [{ ms }] = (await database.dataSource.query(
      'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms',
    )) as [{ ms: string }];
    const after = instant(Number(ms) + 1);
    const hashes = await appendMany(70);
    expect(await log.read.checkpointAtOrAfter(after, [])).toBeNull();
    expect(await growth()).toEqual([3]);
    await log.settle();
    const found = await log.read.checkpointAtOrAfter(after, []);
    expect(found!.signedAt).toBeGreaterThanOrEqual(after);
    // One batch is too small for all of them: CLOSE takes the first that has them all.
    const whole = await log.read.checkpointAtOrAfter(after, hashes);
    expect([found!.size, whole!.size]).toEqual([3 + 64, 3 + 128]);
    await sleep(2);
    await log.sequence.tick();
    expect(await log.read.checkpointAtOrAfter(after, [])).toEqual(found);
    expect(await log.read.checkpointAtOrAfter(after, hashes)).toEqual(whole);
    expect(await log.read.checkpointAtOrAfter(after, [...hashes, randomHash()])).toBeNull();
  });

  it('wakes who waits, in this process and in another', async () => {
    const other = restarted();
    const hash = randomHash();
    const [mine, theirs, never] = [
      log.read.waitFor(hash, 20_000),
      other.read.waitFor(hash, 20_000),
      other.read.waitFor(randomHash(), 50),
    ];
    await log.append(hash);
    await log.settle();
    expect(holds(await mine)).toBe(true);
    expect(await theirs).toEqual(await mine);
    expect(await never).toBeNull();
  });

  it('keeps one history when two processes sequence at once while others append', async () => {
    const second = createDataSource({ url: database.url, schemas: [], poolSize: 5 });
    await second.initialize();
    const rival = openLog(new TypeormUnitOfWork(second), await FileBlobStore.open(dir), identity);
    const hashes: string[] = [];
    let appending = true;
    const append = async (to: TestLog) => {
      for (let i = 0; i < 60; i++) {
        const hash = randomHash();
        await to.append(hash);
        hashes.push(hash);
      }
    };
    const run = async (of: TestLog) => {
      while (appending) await of.sequence.tick();
    };
    const running = [run(log), run(rival)];
    await Promise.all([append(log), append(rival), append(log)]);
    appending = false;
    await Promise.all(running);
    await log.settle();
    await second.destroy();
    expect(new Set((await growth()).slice(1))).toEqual(new Set([64]));
    expect((await log.read.leaves(hashes)).size).toBe(180);
    for (const hash of hashes) expect(holds(await log.read.receipt(hash))).toBe(true);
    await restarted().sequence.auditNow();
  });
});

describe('a log whose process fails', () => {
  const points = [
    'transparency.leaves.before-commit',
    'transparency.leaves.committed',
    'transparency.tiles.before-write',
    'transparency.tile.written',
    'transparency.tiles.written',
    'transparency.tiles.verified',
    'transparency.checkpoint.signed',
    'transparency.checkpoint.before-commit',
    'transparency.checkpoint.committed',
    'transparency.checkpoint.published',
  ];

  it.each(points)('goes on after a failure at %s: nothing lost, nothing twice, no fork', async (point) => {
    const before = await appendMany(300);
    await log.settle();
    const receipts = await Promise.all(before.slice(0, 5).map((hash) => log.read.receipt(hash)));
    const during = await appendMany(250);
    let hit = 0;
    installFaultHook((at) => {
      if (at === point && hit++ === 0) throw new Error(`stop at ${at}`);
    });
    await expect(log.sequence.tick()).rejects.toThrow(`stop at ${point}`);
    installFaultHook(null);
    const next = restarted();
    const after = await appendMany(10, next);
    await next.settle();
    const last = (await next.read.latest())!;
    expect(new Set((await growth()).slice(1))).toEqual(new Set([64]));
    for (const hash of [...before, ...during, ...after].filter((_, i) => i % 11 === 0))
      expect(holds(await next.read.receipt(hash))).toBe(true);
    expect(await Promise.all(before.slice(0, 5).map((hash) => next.read.receipt(hash)))).toEqual(receipts);
    await next.sequence.auditNow();
    expect(Buffer.from(last.root)).toEqual(Buffer.from(await rootOfRows(last.size)));
  });
});

describe('a log that was tampered with', () => {
  const stopped = async (of: TestLog) => {
    const before = (await of.read.latest())?.n;
    await appendMany(1);
    await sleep(2);
    await expect(of.sequence.tick()).rejects.toThrow(IntegrityError);
    await expect(of.sequence.tick()).rejects.toThrow(IntegrityError);
    expect((await of.read.latest())?.n).toBe(before);
    const reason = await database.unitOfWork.run((tx) => of.store.halted(tx));
    expect(reason).not.toBeNull();
  };
  const asOwner = async (...statements: string[]) => {
    const client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    try {
      for (const sql of statements) await client.query(sql);
    } finally {
      await client.end();
    }
  };

  it('signs nothing on a right-edge tile with a flipped bit, also after a restart', async () => {
    await appendMany(300);
    await log.settle();
    await flip('tile-0/1/');
    await stopped(log);
    await stopped(restarted());
  });

  it.each(['tile-0/0/', 'tile-entries/0/', 'tile-entries/1/', 'tile-1/0/'])(
    'finds a flipped bit in %s by its audit',
    async (part) => {
      await appendMany(300);
      await log.settle();
      await flip(part);
      await expect(log.sequence.auditNow()).rejects.toThrow(IntegrityError);
      await stopped(log);
      await stopped(restarted());
    },
  );

  it('goes on when the tile is repaired and a restart has compared everything', async () => {
    await appendMany(10);
    await log.settle();
    await flip('tile-0/0/');
    await stopped(log);
    await flip('tile-0/0/');
    const before = (await log.read.latest())!.n;
    await expect(log.sequence.tick()).resolves.toBeUndefined();
    expect((await log.read.latest())!.n).toBeGreaterThan(before);
  });

  it('stops every process when one has found a fault', async () => {
    const other = restarted();
    await appendMany(300);
    await log.settle();
    await other.sequence.tick();
    await flip('tile-0/0/');
    await expect(log.sequence.auditNow()).rejects.toThrow(IntegrityError);
    await appendMany(1);
    await expect(other.sequence.tick()).rejects.toThrow('the log is stopped');
  });

  it('stops on a missing tile and on changed rows', async () => {
    await appendMany(10);
    await log.settle();
    await asOwner(
      'ALTER TABLE transparency.leaf DISABLE TRIGGER ALL',
      "UPDATE transparency.leaf SET blind = decode(repeat('00', 32), 'hex') WHERE index = (SELECT max(index) FROM transparency.leaf)",
      'ALTER TABLE transparency.leaf ENABLE ALWAYS TRIGGER only_grows',
    );
    await stopped(log);
    await stopped(restarted());
  });

  it('gives no record’s place to a dummy: a row that is gone stops it, signed or not', async () => {
    await appendMany(10);
    installFaultHook((at) => {
      if (at === 'transparency.tiles.before-write') throw new Error('killed');
    });
    const remove = () =>
      asOwner(
        'ALTER TABLE transparency.leaf DISABLE TRIGGER ALL',
        'DELETE FROM transparency.leaf WHERE index = (SELECT max(index) FROM transparency.leaf WHERE index > 3)',
        'ALTER TABLE transparency.leaf ENABLE ALWAYS TRIGGER only_grows',
      );
    await expect(log.sequence.tick()).rejects.toThrow('killed');
    installFaultHook(null);
    await log.sequence.tick();
    await sleep(2);
    installFaultHook((at) => {
      if (at === 'transparency.tiles.before-write') throw new Error('killed');
    });
    await appendMany(10);
    await expect(log.sequence.tick()).rejects.toThrow('killed');
    installFaultHook(null);
    await remove();
    await expect(log.sequence.tick()).rejects.toThrow('a batch has lost or won a leaf');
    await stopped(restarted());
  });

  it('stops when the secret of its dummies is another one', async () => {
    await log.settle();
    await sleep(2);
    await log.sequence.tick();
    const other = openLog(database.unitOfWork, blobs, { ...identity, secret: new Uint8Array(32) });
    await stopped(other);
  });

  it('stops when a tile is gone', async () => {
    await appendMany(10);
    await log.settle();
    for (const key of await keysUnder('tile-0/0/')) await blobs.delete(key);
    await stopped(log);
  });

  it('stops when the database was set back behind what was published', async () => {
    await appendMany(10);
    await log.settle();
    await appendMany(10);
    await log.settle();
    await asOwner(
      'ALTER TABLE transparency.leaf DISABLE TRIGGER USER',
      'ALTER TABLE transparency.checkpoint DISABLE TRIGGER USER',
      'ALTER TABLE transparency.batch DISABLE TRIGGER USER',
      'DELETE FROM transparency.checkpoint WHERE size > 67',
      'DELETE FROM transparency.batch WHERE first >= 67',
      'DELETE FROM transparency.leaf WHERE index >= 67',
    );
    await stopped(restarted());
  });

  it('lets the application change no row of the past', async () => {
    await appendMany(2);
    await log.settle();
    await sleep(2);
    await log.sequence.tick();
    for (const sql of [
      'UPDATE transparency.leaf SET index = index + 10',
      'UPDATE transparency.leaf SET index = NULL',
      "UPDATE transparency.leaf SET blind = decode(repeat('00', 32), 'hex')",
      'DELETE FROM transparency.leaf',
      'TRUNCATE transparency.leaf',
      'UPDATE transparency.checkpoint SET size = 0',
      'DELETE FROM transparency.checkpoint',
      'UPDATE transparency.batch SET size = size + 1',
      'DELETE FROM transparency.batch',
      "UPDATE transparency.seed SET hash = decode(repeat('00', 32), 'hex')",
      'UPDATE transparency.seed SET begun_at = clock_timestamp() WHERE begun_at IS NOT NULL',
      'DELETE FROM transparency.seed',
    ])
      await expect(database.dataSource.query(sql)).rejects.toThrow(
        /only grows|append-only|promised once|permission denied/,
      );
    for (const sql of ['UPDATE transparency.leaf SET index = 9', 'DELETE FROM transparency.checkpoint'])
      await expect(asOwner(sql)).rejects.toThrow(/only grows|append-only/);
  });
});
