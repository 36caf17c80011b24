import { makeLot } from '../../../../test/support/lot-fixture.ts';
import type { LotFixture } from '../../../../test/support/lot-fixture.ts';
import { makeBid } from '../../../../test/support/sealed-bid.ts';
import { b64u, canonicalBytes, sha256 } from '../encoding/index.ts';
import type { Commit, Manifest } from '../records/index.ts';
import { checkCommitShape } from './commit-shape.ts';
import { checkManifest } from './manifest.ts';
import { paddedLength } from './padding.ts';

describe('a commitment for a lot', () => {
  let lot: LotFixture;
  let commit: Commit;
  beforeAll(async () => {
    lot = await makeLot();
    ({ commit } = makeBid(lot.lotKey));
  }, 60_000);
  const shape = (change: Partial<Commit>) => () =>
    checkCommitShape({ ...commit, ...change }, lot.lotKey, lot.lotKeyHash);
  const longer = (e: string, by: number) => ({
    envelopes: commit.envelopes.map((one) => (one.e === e ? { ...one, length: one.length + by } : one)),
  });

  it('has the lot’s key, dealings and envelopes, in their order, and padded lengths', () => {
    expect(shape({})).not.toThrow();
    for (const wrong of [
      { lotKeyHash: 'A'.repeat(43) },
      { dealings: commit.dealings.slice(1) },
      { dealings: [...commit.dealings].reverse() },
      { envelopes: commit.envelopes.slice(1) },
      { envelopes: [...commit.envelopes].reverse() },
      { withdraw: 'all' as const },
      longer('E0', 1),
    ])
      expect(shape(wrong)).toThrow('SEAL.COMMIT');
  });

  it('has an identity of at most 1 MiB', () => {
    const big = makeBid(lot.lotKey, { payload: { I: 1024 * 1024 } }).commit;
    expect(() => checkCommitShape(big, lot.lotKey, lot.lotKeyHash)).not.toThrow();
    const larger = makeBid(lot.lotKey, { payload: { I: 1280 * 1024 } }).commit;
    expect(() => checkCommitShape(larger, lot.lotKey, lot.lotKeyHash)).toThrow('SEAL.COMMIT');
  });
});

it('pads only what has a length', () => {
  for (const wrong of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => paddedLength(wrong)).toThrow(RangeError);
  expect(paddedLength(0)).toBe(64 * 1024);
});

it('takes a manifest for its own envelope and for exactly the files before it', () => {
  const file = { path: 'a.txt', size: 1, sha256: b64u.encode(sha256(new Uint8Array(1))) };
  const manifest: Manifest = {
    type: 'manifest',
    e: 'E1',
    salt: 'A'.repeat(43),
    documents: 'A'.repeat(43),
    files: [file],
    tool: { name: 'test', version: '1', machine: 'AAAA' },
  };
  const bytes = canonicalBytes(manifest);
  expect(checkManifest(bytes, 'E1', [file]).sha256).toBe(b64u.encode(sha256(bytes)));
  expect(() => checkManifest(bytes, 'E0', [file])).toThrow('SEAL.MANIFEST');
  expect(() => checkManifest(bytes, 'E1', [])).toThrow('SEAL.MANIFEST');
  for (const change of [{ path: 'b.txt' }, { size: 2 }, { sha256: 'A'.repeat(43) }])
    expect(() => checkManifest(bytes, 'E1', [{ ...file, ...change }])).toThrow('SEAL.MANIFEST');
});
