import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { b64u, edPublicKey } from '../encoding/index.ts';
import { signBidMove, verifyBidMove, wkOf } from './bid-move.ts';
import { LEAF_BYTES, LeafHasher } from './leaf-hasher.ts';
import { leafHash1MiB, rootOfLeaves } from './leaf-tree.ts';
import { deriveBidKeys, recoveryWords, seedFromWords } from './seed.ts';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('the recovery code', () => {
  it('is 24 words that give the seed back, in any case and spacing', () => {
    fc.assert(
      fc.property(bytes32, (seed) => {
        const words = recoveryWords(seed);
        expect(words.split(' ')).toHaveLength(24);
        expect(seedFromWords(`  ${words.toUpperCase().replaceAll(' ', '\n ')} `)).toEqual(seed);
      }),
    );
  });

  it('refuses a wrong word, a wrong count and swapped words, and never repeats them', () => {
    const words = recoveryWords(new Uint8Array(32).fill(5)).split(' ');
    const bad = [
      words.slice(1),
      [...words, 'zoo'],
      ['zoo', ...words.slice(1)],
      ['nonsense', ...words.slice(1)],
    ];
    for (const each of bad) {
      try {
        seedFromWords(each.join(' '));
        throw new Error('was accepted');
      } catch (error) {
        expect(String(error)).toContain('SEAL.RECOVERY_CODE');
        expect(JSON.stringify(error)).not.toContain(words[5]);
      }
    }
  });
});

describe('keys of a package', () => {
  it('differ by seed, nonce, stage and audience', () => {
    const keys = (seed: number, nonce: number) =>
      deriveBidKeys(new Uint8Array(32).fill(seed), new Uint8Array(32).fill(nonce));
    const all = [
      keys(1, 1).wkSecret,
      keys(1, 2).wkSecret,
      keys(2, 1).wkSecret,
      ...[0, 1].flatMap((stage) =>
        (['public', 'committee'] as const).map((audience) => keys(1, 1).dealingSeed(stage, audience)),
      ),
    ].map((key) => b64u.encode(key));
    expect(new Set(all).size).toBe(all.length);
    expect(keys(1, 1).dealingSeed(0, 'public')).toEqual(keys(1, 1).dealingSeed(0, 'public'));
  });

  it('sign moves that nobody else can sign or alter', () => {
    const { wkSecret } = deriveBidKeys(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));
    const h = b64u.encode(new Uint8Array(32));
    const move = signBidMove(wkSecret, { type: 'move', lotKeyHash: h, from: h, to: null, sequence: 1 });
    expect(verifyBidMove(move, wkOf(wkSecret))).toBe(true);
    expect(verifyBidMove({ ...move, record: { ...move.record, sequence: 2 } }, wkOf(wkSecret))).toBe(false);
    expect(verifyBidMove(move, b64u.encode(edPublicKey(new Uint8Array(32).fill(9))))).toBe(false);
  });
});

describe('the root over 1 MiB leaves', () => {
  it('does not depend on how the bytes came', () => {
    const bytes = Uint8Array.from({ length: 2 * LEAF_BYTES + 17 }, (_, i) => i & 255);
    const leaves = [0, 1, 2].map((n) => leafHash1MiB(bytes.subarray(n * LEAF_BYTES, (n + 1) * LEAF_BYTES)));
    for (const piece of [LEAF_BYTES, 700_001, 65_536]) {
      const hasher = new LeafHasher(() => createHash('sha256'));
      for (let at = 0; at < bytes.length; at += piece) hasher.update(bytes.subarray(at, at + piece));
      expect(rootOfLeaves(hasher.finish())).toEqual(rootOfLeaves(leaves));
    }
    expect(() => leafHash1MiB(bytes)).toThrow('at most 1 MiB');
  });

  it('has no empty last leaf', () => {
    const hasher = new LeafHasher(() => createHash('sha256'));
    hasher.update(new Uint8Array(LEAF_BYTES));
    expect(hasher.finish()).toHaveLength(1);
  });
});
