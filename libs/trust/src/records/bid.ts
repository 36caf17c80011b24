/** What a bidder makes: COMMIT, the statement, manifest and sheet inside its envelopes, and moves. */
import { z } from 'zod';
import {
  bytesOf,
  bytesUpTo,
  hash32,
  point,
  scalar,
  count,
  yuan,
  shortText,
  creditCode,
  suite,
  lotSuite,
} from './value.ts';
import { audience, envelopeName } from './lot.ts';

/** A PVSS dealing (PROTOCOL section 4) for one (stage, audience): k commitments, n encrypted shares, n proofs. */
export const dealing = z.strictObject({
  stage: z.number().int().min(0).max(3),
  audience,
  C: z.array(point).min(2).max(15),
  E: z.array(point).min(2).max(15),
  a1: z.array(point).min(2).max(15),
  a2: z.array(point).min(2).max(15),
  r: z.array(scalar).min(2).max(15),
});
export type Dealing = z.infer<typeof dealing>;

export const envelopeRef = z.strictObject({
  e: envelopeName,
  /** RFC 6962 root over the ciphertext in leaves of 1 MiB. */
  root: hash32,
  /** Bytes of ciphertext. */
  length: z
    .number()
    .int()
    .min(1)
    .max(64 * 2 ** 30),
});
export type EnvelopeRef = z.infer<typeof envelopeRef>;

/** COMMIT: the whole public face of a sealed bid; `c = H("commit", COMMIT)` is the bid's name everywhere. */
export const commit = z.strictObject({
  type: z.literal('commit'),
  lotKeyHash: hash32,
  suite,
  bidNonce: hash32,
  dealings: z.array(dealing).min(1).max(8),
  envelopes: z.array(envelopeRef).min(1).max(5),
  /** Ed25519 public key that replaces or withdraws this package. */
  wk: hash32,
  /** Present only in a COMMIT that holds `I` alone: withdraws all bids of the signer (for who lost `wk`). */
  withdraw: z.literal('all').optional(),
});
export type Commit = z.infer<typeof commit>;

/** What the CMS signature inside `I` covers; every field must equal COMMIT. `identity.json` of envelope I. */
export const bidStatement = z.strictObject({
  type: z.literal('bid'),
  lotKeyHash: hash32,
  suite,
  bidNonce: hash32,
  wk: hash32,
  /** SHA-256 over the tender documents' hashes: H("documents", notice.documents) of the version that was bid on. */
  documents: hash32,
  /** The commitment that this one replaces, or null. */
  supersedes: hash32.nullable(),
  withdraw: z.literal('all').optional(),
  bidder: z.strictObject({ name: shortText, creditCode }),
  dealings: z
    .array(z.strictObject({ stage: z.number().int().min(0).max(3), audience, C0: point }))
    .min(1)
    .max(8),
  /** SHA-256 of each envelope's manifest.json (which holds a 32-byte salt); without `I`. */
  manifests: z.array(z.strictObject({ e: envelopeName, sha256: hash32 })).max(4),
});
export type BidStatement = z.infer<typeof bidStatement>;

/** manifest.json, the last member of an envelope's tar; at most 4 MiB. */
export const manifest = z.strictObject({
  type: z.literal('manifest'),
  e: envelopeName,
  salt: hash32,
  documents: hash32,
  files: z
    .array(
      z.strictObject({
        path: z.string().min(1).max(400),
        size: count,
        /** Of a file of up to 1 MiB. */
        sha256: hash32.optional(),
        /** Of a larger one: RFC 6962 root over its leaves of 1 MiB. */
        root: hash32.optional(),
      }),
    )
    .max(10_000),
  /** What the making tool says of itself and its machine; the law lets authorities compare it (条例40). */
  tool: z.strictObject({ name: shortText, version: shortText, machine: bytesUpTo(32) }),
});
export type Manifest = z.infer<typeof manifest>;

/** opening-sheet.json in `E0`: what is read out (唱标). */
export const openingSheet = z.strictObject({
  type: z.literal('opening-sheet'),
  bidder: z.strictObject({ name: shortText, creditCode }),
  price: yuan,
  currency: z.literal('CNY'),
  periodDays: z.number().int().min(1).max(10_000),
  quality: z.string().max(300),
  manager: z.string().max(100),
  guarantee: z.strictObject({
    kind: z.enum(['deposit', 'bank', 'insurance', 'none']),
    number: z.string().max(100),
    amount: yuan,
  }),
});
export type OpeningSheet = z.infer<typeof openingSheet>;

/** Replace (next = the new commitment) or withdraw (next = null), signed by the old package's `wk` with Ed25519. */
export const bidMove = z.strictObject({
  type: z.literal('move'),
  suite: lotSuite,
  lotKeyHash: hash32,
  from: hash32,
  to: hash32.nullable(),
  sequence: z.number().int().min(1).max(1000),
});
export type BidMove = z.infer<typeof bidMove>;
/** `sig` = Ed25519 over "glasshall/1/sig\0move\0" ‖ JCS(record). */
export const signedMove = z.strictObject({ record: bidMove, sig: bytesOf(64) });
export type SignedMove = z.infer<typeof signedMove>;
