/** Trustees' shares and the opening record. */
import { z } from 'zod';
import { hash32, point, scalar, count, instantText, uuid, shortText, creditCode, lotSuite } from './value.ts';
import { audience } from './lot.ts';
import { openingSheet } from './bid.ts';

/** A Chaum-Pedersen proof that log_B(y) = log_D(E): commitments a1 = w·B, a2 = w·D, response r. */
export const shareProof = z.strictObject({ a1: point, a2: point, r: scalar });
export const share = z.strictObject({ c: hash32, D: point, proof: shareProof });
export type Share = z.infer<typeof share>;

/** One trustee's partial openings of all dealings of one (stage, audience); at most 4 MiB; signed by its certificate. */
export const shares = z.strictObject({
  type: z.literal('shares'),
  suite: lotSuite,
  lotKeyHash: hash32,
  /** H("close", CLOSE). */
  close: hash32,
  /** H("close-add", …) of every addition, in order. */
  adds: z.array(hash32).max(1000),
  stage: z.number().int().min(0).max(3),
  audience: z.enum(['public', 'committee', 'journal']),
  i: z.number().int().min(1).max(15),
  shares: z.array(share).max(10_000),
});
export type Shares = z.infer<typeof shares>;

/** Shares of a committee dealing on their way: signed {type, …, hash of the plain record}, content ECIES to LOTKEY.room. */
export const sealedShares = z.strictObject({
  type: z.literal('sealed-shares'),
  suite: lotSuite,
  lotKeyHash: hash32,
  close: hash32,
  stage: z.number().int().min(0).max(3),
  i: z.number().int().min(1).max(15),
  /** H("shares", the plain record). */
  shares: hash32,
});
export type SealedShares = z.infer<typeof sealedShares>;

/** Road A: the dealer of one dealing reveals its secret s; C_0 = s·g proves it, so that nobody signs it. */
export const reveal = z.strictObject({
  type: z.literal('reveal'),
  lotKeyHash: hash32,
  c: hash32,
  stage: z.number().int().min(0).max(3),
  audience,
  s: scalar,
});
export type Reveal = z.infer<typeof reveal>;

/**
 * A trustee's word that its key of this lot is gone: signed by the seat's certificate, once the opening was recorded.
 * Nobody can prove an absence; who signs it and opens something later has signed a lie.
 */
export const keyDestroyed = z.strictObject({
  type: z.literal('key-destroyed'),
  suite: lotSuite,
  lot: uuid,
  lotKeyHash: hash32,
  i: z.number().int().min(1).max(15),
  /** H("opening-record", the published record). */
  record: hash32,
  /** By the trustee's own clock. */
  destroyedAt: instantText,
});
export type KeyDestroyed = z.infer<typeof keyDestroyed>;

export const bidOutcome = z.enum([
  'opened',
  /** 视为撤销: it does not decrypt under the proven key, or its content contradicts its commitment: the bidder's fault. */
  'revoked-bidder-fault',
  /** 视为撤回: stored bytes do not match the root: the platform's fault. */
  'withdrawn-platform-fault',
  /** An earlier valid bid of the same bidder; stays sealed. */
  'superseded',
  'invalid-identity',
  'withdrawn',
  /** Fewer than three distinct bidders: nothing more opens. */
  'sealed',
]);
export type BidOutcome = z.infer<typeof bidOutcome>;

/** The opening record (开标记录): what was read out, signed, published, logged. At most 4 MiB. */
export const openingRecord = z.strictObject({
  type: z.literal('opening-record'),
  suite: lotSuite,
  lot: uuid,
  lotKeyHash: hash32,
  close: hash32,
  adds: z.array(hash32).max(1000),
  openedAt: instantText,
  finishedAt: instantText,
  /** `opened`, or `failed` where fewer than three distinct bidders stood (法28, 条例44). */
  result: z.enum(['opened', 'failed']),
  distinctBidders: count,
  bids: z
    .array(
      z.strictObject({
        c: hash32,
        outcome: bidOutcome,
        reason: z.string().max(200),
        bidder: z.strictObject({ name: shortText, creditCode }).nullable(),
        sheet: openingSheet.nullable(),
      }),
    )
    .max(10_000),
  /** Trustees whose shares were used, and those that were refused, by seat. */
  trustees: z
    .array(
      z.strictObject({ i: z.number().int().min(1).max(15), state: z.enum(['used', 'absent', 'refused']) }),
    )
    .max(15),
  objections: z
    .array(
      z.strictObject({
        by: shortText,
        at: instantText,
        text: z.string().max(4000),
        answer: z.string().max(4000),
        answeredAt: instantText,
      }),
    )
    .max(1000),
});
export type OpeningRecord = z.infer<typeof openingRecord>;
