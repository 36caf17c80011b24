/** Receipts for what arrived, was logged and was stored. */
import { z } from 'zod';
import { authorityName, hash32, count, instantText, uuid, der, lotSuite } from './value.ts';
import { signed } from './signature.ts';
import { envelopeRef } from './bid.ts';

/** Receipt 1: what arrived and when, by the database's clock, in the statement that stored it. */
export const arrivalReceipt = z.strictObject({
  type: z.literal('receipt-arrival'),
  suite: lotSuite,
  lot: uuid,
  lotKeyHash: hash32,
  /** A commitment, or H("move", BidMove). */
  subject: hash32,
  kind: z.enum(['commit', 'replace', 'withdraw']),
  /** The commitment that a move takes out; null for a commitment. It lets the move’s sender prove that CLOSE forgot it. */
  from: hash32.nullable(),
  arrivedAt: instantText,
  inTime: z.boolean(),
});
export type ArrivalReceipt = z.infer<typeof arrivalReceipt>;

/** Receipt 2: the arrival is in the log. `blind` opens the leaf; `proof` are the RFC 6962 siblings. */
export const logReceipt = z.strictObject({
  type: z.literal('receipt-log'),
  subject: hash32,
  blind: hash32,
  index: count,
  /** A C2SP signed-note checkpoint, as text. */
  checkpoint: z.string().max(8_000),
  proof: z.array(hash32).max(64),
});
export type LogReceipt = z.infer<typeof logReceipt>;

/** Every byte of the bid arrived and is durable: this, and nothing after it, is the submission. */
export const storedReceipt = z.strictObject({
  type: z.literal('receipt-stored'),
  suite: lotSuite,
  lotKeyHash: hash32,
  c: hash32,
  storedAt: instantText,
  inTime: z.boolean(),
  envelopes: z.array(envelopeRef).min(1).max(5),
});
export type StoredReceipt = z.infer<typeof storedReceipt>;

/**
 * What an outside time-stamp authority said of the whole log at one moment, not of one bid: asked on a fixed clock, so that
 * it learns no count. The token (RFC 3161) covers SHA-256 of the checkpoint's three lines without signatures.
 */
export const outsideTime = z.strictObject({
  type: z.literal('outside-time'),
  authority: authorityName,
  /** The C2SP checkpoint as the log signed it. */
  checkpoint: z.string().max(8_000),
  token: der,
  /** By the platform's clock, before and after the question. */
  askedAt: instantText,
  answeredAt: instantText,
});
export type OutsideTime = z.infer<typeof outsideTime>;

/** A receipt's time-stamp token (RFC 3161) covers SHA-256 of the JCS of its signed record. */
export const receiptFile = z.strictObject({
  arrival: signed(arrivalReceipt),
  token: der,
  log: logReceipt.nullable(),
  stored: signed(storedReceipt).nullable(),
});
export type ReceiptFile = z.infer<typeof receiptFile>;
