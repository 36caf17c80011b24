/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z. Compared as a number, never as a string. */
export type Instant = number & { readonly __brand: 'Instant' };

export const instant = (ms: number): Instant => {
  if (!Number.isSafeInteger(ms)) throw new RangeError('an instant is a whole number of milliseconds');
  return ms as Instant;
};

const FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** `YYYY-MM-DDTHH:MM:SS.mmmZ`, the only form in records (PROTOCOL section 3). */
export const formatInstant = (at: Instant): string => new Date(at).toISOString();

/** Reads {@link formatInstant}'s form and nothing else; null for any other text. */
export function parseInstant(text: string): Instant | null {
  if (!FORM.test(text)) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== text) return null;
  return ms as Instant;
}

export const addMs = (at: Instant, ms: number): Instant => instant(at + Math.round(ms));

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The process's clock: for logs, job pacing and display. The database's clock decides legal deadlines. */
export abstract class Clock {
  abstract now(): Instant;
}

export class SystemClock extends Clock {
  now(): Instant {
    // eslint-disable-next-line no-restricted-syntax -- the one place that reads the process clock
    return instant(Date.now());
  }
}

/** A clock that stands still until it is moved: for tests. */
export class FixedClock extends Clock {
  constructor(private at: Instant) {
    super();
  }
  now(): Instant {
    return this.at;
  }
  moveTo(at: Instant): void {
    this.at = at;
  }
}
