import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import pg from 'pg';
import { installFaultHook, instant, IntegrityError } from '#kernel';
import { createDataSource, TypeormUnitOfWork } from '#persistence';
import {
  b64u,
  blindedLeaf,
  EMPTY_ROOT,
  leafHash,
  merkleRoot,
  openCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from '#trust';
import type { LogReceipt } from '#trust';
import { FileBlobStore } from '../../../libs/storage/src/file/file-blob-store.ts';
import { openLog, randomHash, testIdentity } from '../../support/log-bench.ts';
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
  const leaves = await database.unitOfWork.run((tx) => log.store.leaves(tx, 0, size));
  return merkleRoot(leaves.map((leaf) => leafHash(blindedLeaf(leaf.hash, leaf.blind))));
}

describe('the log', () => {
  it('begins with a signed empty tree', async () => {
    await log.sequence.tick();
    const first = await log.read.latest();
    expect(openCheckpoint(first?.text ?? '', identity)).toMatchObject({ size: 0, root: EMPTY_ROOT });
    await log.sequence.tick();
    expect((await log.read.latest())?.n).toBe(1);
  });

  it('gives no receipt before the tick, and after it one that verifies and never changes', async () => {
    const hash = randomHash();
    await log.append(hash);
    expect(await log.read.receipt(hash)).toBeNull();
    await log.sequence.tick();
    const receipt = await log.read.receipt(hash);
    expect(holds(receipt)).toBe(true);
    for (let i = 0; i < 3; i++) {
      await appendMany(100);
      await log.sequence.tick();
    }
    expect(await log.read.receipt(hash)).toEqual(receipt);
    expect(await restarted().read.receipt(hash)).toEqual(receipt);
    expect(await log.read.receipt(randomHash())).toBeNull();
  });

  it('appends a hash once, whoever appends it again and whenever', async () => {
    const hash = randomHash();
    await Promise.all([log.append(hash), log.append(hash)]);
    await log.sequence.tick();
    const receipt = await log.read.receipt(hash);
    await log.append(hash);
    await log.sequence.tick();
    expect(await log.read.receipt(hash)).toEqual(receipt);
    expect((await log.read.latest())?.size).toBe(1);
  });

  it('takes nothing from a transaction that rolls back', async () => {
    const hash = b64u.decode(randomHash());
    await expect(
      database.unitOfWork.run(async (tx) => {
        await log.store.append(tx, { hash, blind: hash, published: false });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await log.sequence.tick();
    expect((await log.read.latest())?.size).toBe(0);
  });

  it('places a record after the one that it rests on, also within a tick', async () => {
    const hashes: string[] = [];
    for (let i = 0; i < 64; i++) hashes.push(...(await appendMany(1)));
    await log.sequence.tick();
    const leaves = await log.read.leaves(hashes);
    expect(hashes.map((hash) => leaves.get(hash)?.index)).toEqual(hashes.map((_, i) => i));
  });

  it('grows over tile borders with every root right and every checkpoint consistent with the last', async () => {
    const texts: string[] = [];
    const all: string[] = [];
    for (const n of [1, 2, 252, 1, 1, 254, 300, 1]) {
      all.push(...(await appendMany(n)));
      await log.sequence.tick();
      const { text, size, root } = (await log.read.latest())!;
      expect(size).toBe(all.length);
      expect(Buffer.from(root)).toEqual(Buffer.from(await rootOfRows(size)));
      texts.push(text);
    }
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

  it('signs on demand for an instant that has passed, always answers the same, and waits for the future', async () => {
    await log.sequence.tick();
    const [{ ms }] = (await database.dataSource.query(
      'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms',
    )) as [{ ms: string }];
    const now = instant(Number(ms));
    expect(await log.read.checkpointAtOrAfter(instant(now + 60_000))).toBeNull();
    const hashes = await appendMany(3);
    const after = instant(now + 1);
    const found = await log.read.checkpointAtOrAfter(after);
    expect(found!.signedAt).toBeGreaterThanOrEqual(after);
    await log.sequence.checkpointNow();
    expect(await log.read.checkpointAtOrAfter(after)).toEqual(found);
    const later = (await log.read.checkpointAtOrAfter(instant(found!.signedAt + 1)))!;
    expect(later.n).toBeGreaterThan(found!.n);
    expect(later.size).toBe(hashes.length);
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
    await log.sequence.tick();
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
      while (appending) await of.sequence.checkpointNow();
    };
    const running = [run(log), run(rival)];
    await Promise.all([append(log), append(rival), append(log)]);
    appending = false;
    await Promise.all(running);
    await log.sequence.tick();
    await second.destroy();
    expect((await log.read.latest())?.size).toBe(180);
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
    await log.sequence.tick();
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
    await next.sequence.tick();
    const last = (await next.read.latest())!;
    expect(last.size).toBe(560);
    for (const hash of [...before, ...during, ...after].filter((_, i) => i % 11 === 0))
      expect(holds(await next.read.receipt(hash))).toBe(true);
    expect(await Promise.all(before.slice(0, 5).map((hash) => next.read.receipt(hash)))).toEqual(receipts);
    await next.sequence.auditNow();
    expect(Buffer.from(last.root)).toEqual(Buffer.from(await rootOfRows(560)));
  });
});

describe('a log that was tampered with', () => {
  const stopped = async (of: TestLog) => {
    const before = (await of.read.latest())?.n;
    await appendMany(1);
    await expect(of.sequence.tick()).rejects.toThrow(IntegrityError);
    await expect(of.sequence.checkpointNow()).rejects.toThrow(IntegrityError);
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
    await log.sequence.tick();
    await flip('tile-0/1/');
    await stopped(log);
    await stopped(restarted());
  });

  it.each(['tile-0/0/', 'tile-entries/0/', 'tile-entries/1/', 'tile-1/0/'])(
    'finds a flipped bit in %s by its audit',
    async (part) => {
      await appendMany(300);
      await log.sequence.tick();
      await flip(part);
      await expect(log.sequence.auditNow()).rejects.toThrow(IntegrityError);
      await stopped(log);
      await stopped(restarted());
    },
  );

  it('goes on when the tile is repaired and a restart has compared everything', async () => {
    await appendMany(10);
    await log.sequence.tick();
    await flip('tile-0/0/');
    await stopped(log);
    await flip('tile-0/0/');
    await expect(log.sequence.tick()).resolves.toBeUndefined();
    expect((await log.read.latest())?.size).toBe(11);
  });

  it('stops every process when one has found a fault', async () => {
    const other = restarted();
    await appendMany(300);
    await log.sequence.tick();
    await other.sequence.tick();
    await flip('tile-0/0/');
    await expect(log.sequence.auditNow()).rejects.toThrow(IntegrityError);
    await appendMany(1);
    await expect(other.sequence.tick()).rejects.toThrow('the log is stopped');
  });

  it('stops on a missing tile and on changed rows', async () => {
    await appendMany(10);
    await log.sequence.tick();
    await asOwner(
      'ALTER TABLE transparency.leaf DISABLE TRIGGER ALL',
      "UPDATE transparency.leaf SET blind = decode(repeat('00', 32), 'hex') WHERE index = 3",
      'ALTER TABLE transparency.leaf ENABLE ALWAYS TRIGGER only_grows',
    );
    await stopped(log);
    await stopped(restarted());
  });

  it('stops when a tile is gone', async () => {
    await appendMany(10);
    await log.sequence.tick();
    for (const key of await keysUnder('tile-0/0/')) await blobs.delete(key);
    await stopped(log);
  });

  it('stops when the database was set back behind what was published', async () => {
    await appendMany(10);
    await log.sequence.tick();
    await appendMany(10);
    await log.sequence.tick();
    await asOwner(
      'ALTER TABLE transparency.leaf DISABLE TRIGGER ALL',
      'ALTER TABLE transparency.checkpoint DISABLE TRIGGER ALL',
      'DELETE FROM transparency.checkpoint WHERE size > 10',
      'DELETE FROM transparency.leaf WHERE index >= 10',
    );
    await stopped(restarted());
  });

  it('lets the application change no row of the past', async () => {
    await appendMany(2);
    await log.sequence.tick();
    for (const sql of [
      'UPDATE transparency.leaf SET index = index + 10',
      'UPDATE transparency.leaf SET index = NULL',
      "UPDATE transparency.leaf SET blind = decode(repeat('00', 32), 'hex')",
      'DELETE FROM transparency.leaf',
      'TRUNCATE transparency.leaf',
      'UPDATE transparency.checkpoint SET size = 0',
      'DELETE FROM transparency.checkpoint',
    ])
      await expect(database.dataSource.query(sql)).rejects.toThrow(
        /only grows|append-only|permission denied/,
      );
    for (const sql of ['UPDATE transparency.leaf SET index = 9', 'DELETE FROM transparency.checkpoint'])
      await expect(asOwner(sql)).rejects.toThrow(/only grows|append-only/);
  });
});
