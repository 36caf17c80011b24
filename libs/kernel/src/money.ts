/** An exact amount: whole minor units (fen for CNY) and the currency's ISO 4217 code. */
export interface Money {
  readonly minor: bigint;
  readonly currency: 'CNY';
}

const DECIMAL = /^(0|[1-9]\d{0,14})\.\d{2}$/;

export const cny = (minor: bigint): Money => ({ minor, currency: 'CNY' });

/** Reads `1234567.89` (two decimals, no sign, no separators, at most 15 digits before the point); null otherwise. */
export function parseYuan(text: string): Money | null {
  if (!DECIMAL.test(text)) return null;
  return cny(BigInt(text.replace('.', '')));
}

/** `1234567.89`: the form in records. */
export function formatYuan(money: Money): string {
  const digits = money.minor.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
