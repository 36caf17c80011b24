/** CLOSE, the final list, and its additions. */
import { z } from 'zod';
import { hash32, count, instantText, lotSuite } from './value.ts';
import { signedMove } from './bid.ts';

export const refusalReason = z.enum([
  'late',
  'incomplete',
  'duplicate',
  'invalid-dealing',
  'malformed',
  'quota',
]);

export const acceptedBid = z.strictObject({
  c: hash32,
  arrivedAt: instantText,
  storedAt: instantText,
  blind: hash32,
  index: count,
  /** SHA-256 of the arrival receipt's time-stamp token (bundle `tokens/`). */
  token: hash32,
});
export type AcceptedBid = z.infer<typeof acceptedBid>;

/** CLOSE: the final list. At most 4 MiB. Sorted by (arrivedAt, c). */
export const close = z.strictObject({
  type: z.literal('close'),
  suite: lotSuite,
  lotKeyHash: hash32,
  deadline: instantText,
  /** H("deadline", …) of the newest change of the deadline; null where it never moved. */
  deadlineChange: hash32.nullable(),
  /** The first checkpoint at or after the deadline and its margin. */
  checkpoint: z.string().max(8_000),
  closedAt: instantText,
  /** Shares may be released from here on (find-yourself window over). */
  releaseAt: instantText,
  accepted: z.array(acceptedBid).max(10_000),
  /** Moves before the deadline, in order of arrival; `blind`, `index` open their leaves. */
  moves: z
    .array(
      z.strictObject({
        move: signedMove,
        arrivedAt: instantText,
        blind: hash32,
        index: count,
        token: hash32,
      }),
    )
    .max(20_000),
  refused: z.array(z.strictObject({ c: hash32, arrivedAt: instantText, reason: refusalReason })).max(20_000),
  /** What the regulator's own intake took while the platform was down; possibly empty. */
  intake: z.array(hash32).max(1000),
  /** SHA-256 of each CRL that counts (bundle `crls/`). */
  crls: z.array(hash32).max(100),
});
export type Close = z.infer<typeof close>;

/** A receipt shown in the find-yourself window adds its bid. */
export const closeAdd = z.strictObject({
  type: z.literal('close-add'),
  suite: lotSuite,
  lotKeyHash: hash32,
  close: hash32,
  sequence: z.number().int().min(1).max(1000),
  bid: acceptedBid,
  addedAt: instantText,
});
export type CloseAdd = z.infer<typeof closeAdd>;
