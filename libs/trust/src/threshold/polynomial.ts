/** Shamir's polynomial over the scalars (Shamir, How to Share a Secret, CACM 1979). Seats are i = 1…n. */
import type { Group, Scalar } from '../group/curve.ts';

/** p(i) for coefficients a_0…a_{k−1}, by Horner. */
export const evaluate = (group: Group, coefficients: readonly Scalar[], i: number): Scalar =>
  coefficients.reduceRight((sum, a) => group.mod(sum * BigInt(i) + a), 0n);

/** λ_i with p(0) = Σ λ_i·p(i) for every p of degree below `seats.length`; seats are distinct. */
export const lagrangeAtZero = (group: Group, i: number, seats: readonly number[]): Scalar => {
  let numerator = 1n;
  let denominator = 1n;
  for (const j of seats) {
    if (j === i) continue;
    numerator = group.mod(numerator * BigInt(j));
    denominator = group.mod(denominator * BigInt(j - i));
  }
  return group.mod(numerator * group.invert(denominator));
};
