/** Shamir's polynomial over the scalars (Shamir, How to Share a Secret, CACM 1979). Seats are i = 1…n. */
import { mod, invert } from '../group/p256.ts';
import type { Scalar } from '../group/p256.ts';

/** p(i) for coefficients a_0…a_{k−1}, by Horner. */
export const evaluate = (coefficients: readonly Scalar[], i: number): Scalar =>
  coefficients.reduceRight((sum, a) => mod(sum * BigInt(i) + a), 0n);

/** λ_i with p(0) = Σ λ_i·p(i) for every p of degree below `seats.length`; seats are distinct. */
export const lagrangeAtZero = (i: number, seats: readonly number[]): Scalar => {
  let numerator = 1n;
  let denominator = 1n;
  for (const j of seats) {
    if (j === i) continue;
    numerator = mod(numerator * BigInt(j));
    denominator = mod(denominator * BigInt(j - i));
  }
  return mod(numerator * invert(denominator));
};
