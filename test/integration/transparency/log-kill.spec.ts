import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { FileBlobStore } from '#storage';
import { b64u, blindedLeaf, leafHash, openCheckpoint, verifyConsistency, verifyInclusion } from '#trust';
import type { LogReceipt } from '#trust';
import { openLog, testIdentity } from '../../support/log-bench.ts';
import { createTestDatabase } from '../../support/test-database.ts';
import type { TestDatabase } from '../../support/test-database.ts';

const SEED = 'log-kill.spec';
const identity = testIdentity(SEED);
const POINTS = [
  'persistence.commit.before',
  'persistence.commit.after',
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

let database: TestDatabase;
let dir: string;
beforeAll(async () => {
  database = await createTestDatabase();
  dir = await mkdtemp(join(tmpdir(), 'log-kill-'));
});
afterAll(async () => {
  await database.close();
  await rm(dir, { recursive: true });
});

const appended: string[] = [];
const receipts: LogReceipt[] = [];

async function runChild(point: string): Promise<NodeJS.Signals | number | null> {
  const child = spawn(
    process.execPath,
    [
      '--conditions=source',
      '--import',
      './test/support/typescript.mjs',
      'test/support/log-child.ts',
      database.url,
      dir,
      SEED,
      point,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const line of createInterface({ input: child.stdout })) {
    const [what = '', value = ''] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
    if (what === 'appended') appended.push(JSON.parse(value) as string);
    if (what === 'receipt') receipts.push(JSON.parse(value) as LogReceipt);
  }
  return (
    child.signalCode ??
    child.exitCode ??
    (await new Promise((done) => child.once('exit', (c, s) => done(s ?? c))))
  );
}

it('loses no leaf, has none twice and does not fork, killed anywhere, alone and beside a rival', async () => {
  for (let i = 0; i < POINTS.length; i += 2) {
    const pair = POINTS.slice(i, i + 2);
    expect(await Promise.all(pair.map(runChild))).toEqual(pair.map(() => 'SIGKILL'));
  }
  const blobs = await FileBlobStore.open(dir);
  const log = openLog(database.unitOfWork, blobs, identity);
  await log.settle();
  const last = (await log.read.latest())!;
  const leaves = await log.read.leaves(appended);
  expect(leaves.size).toBe(appended.length);
  expect(new Set([...leaves.values()].map(({ index }) => index)).size).toBe(appended.length);
  expect(last.size).toBeGreaterThanOrEqual(appended.length);
  expect(receipts.length).toBeGreaterThan(0);
  for (const receipt of receipts) {
    const { size, root } = openCheckpoint(receipt.checkpoint, identity);
    const leaf = leafHash(blindedLeaf(b64u.decode(receipt.subject), b64u.decode(receipt.blind)));
    const proof = receipt.proof.map(b64u.decode);
    expect(verifyInclusion({ index: receipt.index, size, leaf, proof, root })).toBe(true);
    expect(await log.read.receipt(receipt.subject)).toEqual(receipt);
    const path = (await log.read.consistency(receipt.checkpoint, last)).map(b64u.decode);
    const claim = { size1: size, root1: root, size2: last.size, root2: last.root, proof: path };
    expect(verifyConsistency(claim)).toBe(true);
  }
  await log.sequence.auditNow();
}, 240_000);
