/** `9120000.00` → `9,120,000.00`: by text, since a price is never a floating point number. */
export const yuan = (decimal: string): string => decimal.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** Share of `part` in `whole` (decimal yuan) in hundredths of a percent: exact integers, for a bar and its label. */
export function basisPoints(part: string, whole: string): number | null {
  const fen = (text: string): bigint => BigInt(text.replace('.', ''));
  const base = fen(whole);
  return base === 0n ? null : Number((fen(part) * 10_000n + base / 2n) / base);
}

export const percent = (points: number): string => `${(points / 100).toFixed(2)}%`;

export function bytes(size: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let [value, unit] = [size, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}
