/** What an outsider who compares two times, or two tenders, can tell: statistics that are right by chance once in a given number of runs. */
import { randomInt } from 'node:crypto';

const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function shuffled(values: readonly number[]): number[] {
  const list = [...values];
  for (let at = list.length - 1; at > 0; at--) {
    const other = randomInt(at + 1);
    [list[at], list[other]] = [list[other] as number, list[at] as number];
  }
  return list;
}

/**
 * Permutation test: how likely means of two samples are as far apart as these, or further, if one source made both.
 * Two samples of one constant give 1.
 */
export function chanceOfDifference(
  one: readonly number[],
  other: readonly number[],
  rounds = 20_000,
): number {
  const seen = Math.abs(mean(one) - mean(other));
  const all = [...one, ...other];
  let asFar = 0;
  for (let round = 0; round < rounds; round++) {
    const mixed = shuffled(all);
    const apart = Math.abs(mean(mixed.slice(0, one.length)) - mean(mixed.slice(one.length)));
    if (apart >= seen - 1e-9) asFar++;
  }
  return (asFar + 1) / (rounds + 1);
}

/** Chi-square of bytes against even distribution, in standard deviations from what chance gives (255 degrees of freedom). */
export function unevenness(bytes: Uint8Array): number {
  const counts = new Array<number>(256).fill(0);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  const expected = bytes.length / 256;
  const chi = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  return (chi - 255) / Math.sqrt(2 * 255);
}

/** Two-sided sign test: how likely so uneven a count of signs is where both are equally likely. */
export function chanceOfSigns(differences: readonly number[]): number {
  const n = differences.length;
  const more = differences.filter((each) => each > 0).length;
  const extreme = Math.max(more, n - more);
  let chance = 0;
  let ways = 1;
  for (let k = n; k >= extreme; k--) {
    chance += ways / 2 ** n;
    ways = (ways * k) / (n - k + 1);
  }
  return Math.min(1, 2 * chance);
}
