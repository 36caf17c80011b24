/**
 * Batch verification by the small-exponents test with 128-bit weights, drawn by the verifier and known to nobody
 * before (Bellare, Garay, Rabin, EUROCRYPT '98): a batch with a false equation passes with probability 2^-128.
 */
import { readUint } from '../encoding/bytes.ts';
import type { Random } from '../encoding/bytes.ts';
import { LinearSum } from '../group/multi-scalar.ts';
import type { Scalar } from '../group/curve.ts';

/** Adds the claim's equations to the sum, each times a fresh weight, such that it stays the identity iff all hold. */
export type Claim = (sum: LinearSum, weight: () => Scalar) => void;

function allHold(claims: readonly Claim[], random: Random): boolean {
  const sum = new LinearSum();
  for (const claim of claims) claim(sum, () => readUint(random(16)));
  return sum.isIdentity();
}

/**
 * Indexes of the claims that do not hold, ascending; `null` is a claim that could not even be read. One pass when
 * all hold; else halves are searched, about 2·log2(count) passes a false claim. A half is not tested again when the
 * other one held: then it must be the false one.
 */
export function falseClaims(claims: readonly (Claim | null)[], random: Random): number[] {
  const search = (indexes: number[], knownFalse: boolean): number[] => {
    if (
      !knownFalse &&
      allHold(
        indexes.map((index) => claims[index] as Claim),
        random,
      )
    )
      return [];
    if (indexes.length === 1) return indexes;
    const middle = indexes.length >> 1;
    const left = search(indexes.slice(0, middle), false);
    return [...left, ...search(indexes.slice(middle), left.length === 0)];
  };
  const readable = claims.flatMap((claim, index) => (claim === null ? [] : [index]));
  const unreadable = claims.flatMap((claim, index) => (claim === null ? [index] : []));
  return [...unreadable, ...search(readable, false)].sort((a, b) => a - b);
}
