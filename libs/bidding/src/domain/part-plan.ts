import type { EnvelopeRef } from '#trust';

/** Upload and object parts (PROTOCOL section 5): every part but an envelope's last has exactly this size. */
export const PART_BYTES = 8 * 1024 * 1024;

export const partCount = (length: number): number => Math.ceil(length / PART_BYTES);

/** Bytes of part `n` (from 0) of an envelope of `length` bytes; null where there is no such part. */
export function partSize(length: number, n: number): number | null {
  if (!Number.isInteger(n) || n < 0 || n >= partCount(length)) return null;
  return Math.min(PART_BYTES, length - n * PART_BYTES);
}

/** What a client has to send for one envelope. */
export interface PartPlan {
  readonly e: EnvelopeRef['e'];
  /** Bytes of every part but the last. */
  readonly size: number;
  readonly count: number;
}

export const partPlan = (envelopes: readonly EnvelopeRef[]): PartPlan[] =>
  envelopes.map(({ e, length }) => ({ e, size: PART_BYTES, count: partCount(length) }));

/** The numbers below `count` that are not in `present`. */
export function missingParts(count: number, present: readonly number[]): number[] {
  const here = new Set(present);
  return Array.from({ length: count }, (_, n) => n).filter((n) => !here.has(n));
}
