/** The journal of who sent what, sealed to the trustees. */
import { z } from 'zod';
import { hash32, point, instantText, creditCode, lotSuite } from './value.ts';
import { dealing } from './bid.ts';

/** One per lot: seals, to the trustees, the key that reads who submitted what; made before the first bid. */
export const journalKey = z.strictObject({
  type: z.literal('journal'),
  suite: lotSuite,
  lotKeyHash: hash32,
  nonce: hash32,
  dealing: dealing,
  /** P-256 public key whose private half derives from the dealing's K and was forgotten. */
  key: point,
});
export type JournalKey = z.infer<typeof journalKey>;

/** Sealed into each journal entry. */
export const journalEntry = z.strictObject({
  type: z.literal('journal-entry'),
  account: z.string().max(100),
  organisation: creditCode,
  address: z.string().max(60),
  at: instantText,
  subject: hash32,
});
export type JournalEntry = z.infer<typeof journalEntry>;
