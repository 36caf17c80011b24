import type { Instant } from '#kernel';

/** Half-open: `openAt` belongs to it, `closeUntil` does not. */
export interface Period {
  readonly openAt: Instant;
  readonly closeUntil: Instant;
}

/** @throws RangeError when it would end before it begins. */
export function period(openAt: Instant, closeUntil: Instant): Period {
  if (closeUntil < openAt) throw new RangeError('a period cannot end before it begins');
  return { openAt, closeUntil };
}

/** The one question about a period; every deadline in the platform is asked through it. */
export const contains = (span: Period, at: Instant): boolean => span.openAt <= at && at < span.closeUntil;

export const lengthMs = (span: Period): number => span.closeUntil - span.openAt;
