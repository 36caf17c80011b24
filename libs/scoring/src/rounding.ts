/** How an exact quotient becomes a whole number of fen; the mode is declared in the published method. */
export type Rounding = 'half-up' | 'half-even' | 'down';

/** Rounds `numerator / denominator` (both >= 0, denominator > 0) to a whole number, exactly. */
export function roundQuotient(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  if (numerator < 0n || denominator <= 0n) throw new RangeError('the quotient must not be negative');
  const whole = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (rounding === 'down' || twice < denominator) return whole;
  if (twice > denominator || rounding === 'half-up') return whole + 1n;
  return whole + (whole % 2n);
}
