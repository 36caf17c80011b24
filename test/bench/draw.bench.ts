/** Drawing from 100,000: checking the pool's tree and taking all of its order, beside bare hashes and a bare shuffle. */
import { createHash, randomInt } from 'node:crypto';
import { DrawStream, b64u, leafHash, merkleRoot, permutation, systemRandom } from '#trust';
import { round2 } from './bulk.ts';
import type { Emit } from './main.ts';

const POOL = 100_000;
const RUNS = 5;

/** SHA-256 over as many leaves and nodes as the tree has, natively. */
function bareTree(leaves: readonly Uint8Array[]): Uint8Array {
  const sha = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => {
    const hash = createHash('sha256').update(Uint8Array.of(tag));
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  let row = leaves.map((leaf) => sha(0, leaf));
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < row.length; i += 2) {
      const [left, right] = [row[i] as Uint8Array, row[i + 1]];
      above.push(right ? sha(1, left, right) : left);
    }
    row = above;
  }
  return row[0] as Uint8Array;
}

function bareShuffle(size: number): number[] {
  const list = Array.from({ length: size }, (_, i) => i);
  for (let i = 0; i < size; i++) {
    const j = i + randomInt(size - i);
    [list[i], list[j]] = [list[j] as number, list[i] as number];
  }
  return list;
}

/** The fastest of some runs, in seconds. */
function fastest(work: () => unknown): number {
  const times = Array.from({ length: RUNS }, () => {
    const from = performance.now();
    work();
    return (performance.now() - from) / 1000;
  });
  return Math.min(...times);
}

export function run(emit: Emit): Promise<void> {
  const leaves = Array.from({ length: POOL }, () => b64u.encode(systemRandom(32))).sort();
  const seed = systemRandom(32);
  const rows: readonly (readonly [string, () => unknown, () => unknown])[] = [
    [
      'draw 7 of 100,000, pool checked',
      () => {
        merkleRoot(leaves.map((leaf) => leafHash(b64u.decode(leaf))));
        const order = permutation(POOL, new DrawStream(seed, 0));
        for (let i = 0; i < 7; i++) order.next();
      },
      () => bareTree(leaves.map((leaf) => Buffer.from(leaf, 'base64url'))),
    ],
    [
      'the whole order of 100,000',
      () => [...permutation(POOL, new DrawStream(seed, 0))],
      () => bareShuffle(POOL),
    ],
  ];
  for (const [name, work, bare] of rows) {
    const [value, baseline] = [fastest(work), fastest(bare)];
    emit({
      name,
      value: round2(value),
      unit: 's',
      baseline: round2(baseline),
      ratio: round2(baseline / value),
    });
  }
  return Promise.resolve();
}
