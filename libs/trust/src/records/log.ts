/** What the log says of itself. */
import { z } from 'zod';
import { count, hash32 } from './value.ts';

/** Commits the log to the seed of a day's dummy leaves, at least a whole day before its first use. Nobody signs it: it is in the log. */
export const daySeed = z.strictObject({
  type: z.literal('day-seed'),
  /** The log's origin line. */
  origin: z.string().min(1).max(200),
  /** 0, 1, 2 … in the order of use; a day on which the log did not run has none. */
  number: count,
  /** SHA-256("glasshall/1/day-seed\0" ‖ seed). */
  commitment: hash32,
});
export type DaySeed = z.infer<typeof daySeed>;
