/** A whole number between two bounds, both included; null for any other text. */
export function wholeOf(text: string, least: number, most: number): number | null {
  if (!/^\d{1,9}$/.test(text.trim())) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

/** `0.10` percent is 10 basis points: exact, by text; null for what has no whole number of them, or more than 100 %. */
export function basisPointsOf(percent: string): number | null {
  const [, whole = '', cents = ''] = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(percent.trim()) ?? [];
  if (whole === '') return null;
  const points = Number(whole) * 100 + Number(cents.padEnd(2, '0'));
  return points <= 10_000 ? points : null;
}
