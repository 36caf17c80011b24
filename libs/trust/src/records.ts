/**
 * Every record that is hashed, signed or logged, as a strict schema: the contract between the platform, the
 * bidder's client, the trustees and the verifier. Unknown fields are refused. Source: docs/PROTOCOL.md.
 *
 * Conventions: bytes are base64url without padding; instants `YYYY-MM-DDTHH:MM:SS.mmmZ`; money a decimal string
 * with two places; counts are integers < 2^53. `H(type, record)` is defined in encoding/hash.ts.
 */
import { z } from 'zod';

const BASE64URL = /^[A-Za-z0-9_-]*$/;

/** Exactly `n` bytes as base64url; the last character's unused bits must be zero (one form per value). */
export const bytesOf = (n: number) =>
  z
    .string()
    .length(Math.ceil((n * 4) / 3))
    .regex(BASE64URL)
    .refine((text) => unusedBitsAreZero(text), 'not canonical base64url');

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function unusedBitsAreZero(text: string): boolean {
  const rest = text.length % 4;
  if (rest === 0) return true;
  if (rest === 1) return false;
  const last = ALPHABET.indexOf(text.charAt(text.length - 1));
  return rest === 2 ? (last & 0x0f) === 0 : (last & 0x03) === 0;
}

/** Any bytes up to `max`. */
export const bytesUpTo = (max: number) =>
  z
    .string()
    .max(Math.ceil((max * 4) / 3))
    .regex(BASE64URL)
    .refine((text) => unusedBitsAreZero(text), 'not canonical base64url');

export const hash32 = bytesOf(32);
/** A compressed P-256 point. */
export const point = bytesOf(33);
/** A scalar modulo the group's order, big-endian. */
export const scalar = bytesOf(32);
export const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const instantText = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
export const yuan = z.string().regex(/^(0|[1-9]\d{0,14})\.\d{2}$/);
export const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
export const shortText = z.string().min(1).max(300);
/** 统一社会信用代码, GB 32100-2015: 18 characters without I, O, S, V, Z. */
export const creditCode = z.string().regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/);
/** A certificate or token in DER. */
const der = bytesUpTo(16 * 1024);

export const SUITE = 'P256';
export const suite = z.literal(SUITE);

// ---- signatures ------------------------------------------------------------

/** `signer` is the SHA-256 of the signer's certificate in DER; `sig` covers "glasshall/1/sig\0" ‖ type ‖ "\0" ‖ JCS(record). */
export const signature = z.strictObject({ signer: hash32, sig: bytesUpTo(512) });
export type Signature = z.infer<typeof signature>;

/** A record with the signatures over it; certificates travel beside it (bundle `certificates/`), never inside. */
export const signed = <T extends z.ZodType>(record: T) =>
  z.strictObject({ record, signatures: z.array(signature).min(1).max(64) });
export interface Signed<T> {
  readonly record: T;
  readonly signatures: readonly Signature[];
}

// ---- the lot ---------------------------------------------------------------

/** Legal periods (days) are divided by `periods`, protocol waits (seconds, minutes) by `waits`; 1 and 1 in production. */
export const acceleration = z.strictObject({
  periods: z.number().int().min(1).max(1_000_000),
  waits: z.number().int().min(1).max(10_000),
});
export type Acceleration = z.infer<typeof acceleration>;

export const documentRef = z.strictObject({
  name: shortText,
  size: count,
  sha256: hash32,
});
export type DocumentRef = z.infer<typeof documentRef>;

/** How candidates are ranked; published with the notice, so that anyone can recompute it (DOMAIN section 5). */
export const evaluationMethod = z.strictObject({
  kind: z.literal('lowest-evaluated-price'),
  /** Bids above this are rejected (条例51(五)); null where no control price was published. */
  controlPrice: yuan.nullable(),
  /** The period that costs nothing, in days. */
  basePeriodDays: z.number().int().min(1).max(10_000),
  /** Per day later than the base period: this share of the bid price is added, in basis points (1/10000). */
  lateDayBasisPoints: z.number().int().min(0).max(10_000),
  /** Per day earlier: this share is taken off, in basis points; 0 where early completion has no value. */
  earlyDayBasisPoints: z.number().int().min(0).max(10_000),
  maxPeriodDays: z.number().int().min(1).max(10_000),
  /** Evaluated prices are rounded to the fen in this way before they are compared. */
  rounding: z.enum(['half-up', 'half-even', 'down']),
  /** Equal evaluated prices: the lower bid price first, then the earlier arrival. */
  tieBreak: z.literal('price-then-arrival'),
});
export type EvaluationMethod = z.infer<typeof evaluationMethod>;

/** What the public notice of a lot says; a change is a new version, and all versions stay published and logged. */
export const notice = z.strictObject({
  type: z.literal('notice'),
  lot: uuid,
  project: uuid,
  version: z.number().int().min(1).max(10_000),
  kind: z.enum(['notice', 'clarification', 'change']),
  projectName: shortText,
  lotName: shortText,
  /** Edition of the ruleset, e.g. `tendering-2019-03`; kept for the tender's life. */
  ruleset: z.string().min(1).max(60),
  tenderee: z.strictObject({ name: shortText, creditCode }),
  agency: z.strictObject({ name: shortText, creditCode }),
  regulator: z.strictObject({ name: shortText, creditCode }),
  estimate: yuan,
  documents: z.array(documentRef).min(1).max(200),
  /** What this version says to readers (the clarification's text); empty for the first. */
  summary: z.string().max(20_000),
  documentsFrom: instantText,
  documentsUntil: instantText,
  deadline: instantText,
  method: evaluationMethod,
  acceleration,
  publishedAt: instantText,
});
export type Notice = z.infer<typeof notice>;

export const audience = z.enum(['public', 'committee']);
export type Audience = z.infer<typeof audience>;
/** `I` identity, `E0` opening sheet, `E1`… the rest. */
export const envelopeName = z.enum(['I', 'E0', 'E1', 'E2', 'E3']);
export type EnvelopeName = z.infer<typeof envelopeName>;

/** One dealing per (stage, audience); a public envelope never shares a dealing with a confidential one. */
export const stageRule = z.strictObject({
  stage: z.number().int().min(0).max(3),
  audience,
  envelopes: z.array(envelopeName).min(1).max(4),
});
export type StageRule = z.infer<typeof stageRule>;

export const trusteeRole = z.enum(['tenderee', 'agency', 'regulator', 'centre', 'notary', 'audit']);
export const seat = z.strictObject({
  i: z.number().int().min(1).max(15),
  role: trusteeRole,
  /** Credit code of the organisation that holds the seat. */
  org: creditCode,
});
export type Seat = z.infer<typeof seat>;

/** Everything of LOTKEY that is known before the first trustee accepts; proofs of possession cover it. */
export const lotKeyTerms = z.strictObject({
  type: z.literal('lotkey'),
  lot: uuid,
  /** H("notice", the notice's first version). */
  notice: hash32,
  suite,
  n: z.number().int().min(2).max(15),
  k: z.number().int().min(2).max(15),
  q: z.number().int().min(0).max(15),
  witnesses: z.array(z.strictObject({ name: shortText, key: hash32 })).max(15),
  deadline: instantText,
  acceleration,
  stages: z.array(stageRule).min(2).max(8),
  policy: z.strictObject({ seats: z.array(seat).min(2).max(15) }),
  /** P-256 key of the evaluation room: shares of committee dealings travel encrypted to it. */
  room: point,
  createdAt: instantText,
});
export type LotKeyTerms = z.infer<typeof lotKeyTerms>;

/** Schnorr proof of knowledge of x with y = x·B: commitment `a`, response `r`; challenge covers terms, i, org, cert, y. */
export const possession = z.strictObject({ a: point, r: scalar });
export const trusteeKey = z.strictObject({
  i: z.number().int().min(1).max(15),
  org: creditCode,
  /** SHA-256 of the trustee's certificate. */
  cert: hash32,
  y: point,
  pop: possession,
});
export type TrusteeKey = z.infer<typeof trusteeKey>;

/** LOTKEY: exactly one per lot, never replaced, signed by every trustee, logged before the first bid. */
export const lotKey = lotKeyTerms.extend({ trustees: z.array(trusteeKey).min(2).max(15) });
export type LotKey = z.infer<typeof lotKey>;

/** A later deadline, signed by tenderee (or its agency) and regulator; it may only move away. */
export const deadlineChange = z.strictObject({
  type: z.literal('deadline'),
  lotKeyHash: hash32,
  sequence: z.number().int().min(1).max(1000),
  from: instantText,
  to: instantText,
  reason: shortText,
});
export type DeadlineChange = z.infer<typeof deadlineChange>;

// ---- bids ------------------------------------------------------------------

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
    .array(z.strictObject({ path: z.string().min(1).max(400), size: count, sha256: hash32 }))
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
  lotKeyHash: hash32,
  from: hash32,
  to: hash32.nullable(),
  sequence: z.number().int().min(1).max(1000),
});
export type BidMove = z.infer<typeof bidMove>;
/** `sig` = Ed25519 over "glasshall/1/sig\0move\0" ‖ JCS(record). */
export const signedMove = z.strictObject({ record: bidMove, sig: bytesOf(64) });
export type SignedMove = z.infer<typeof signedMove>;

// ---- receipts --------------------------------------------------------------

/** Receipt 1: what arrived and when, by the database's clock, in the statement that stored it. */
export const arrivalReceipt = z.strictObject({
  type: z.literal('receipt-arrival'),
  lot: uuid,
  lotKeyHash: hash32,
  /** A commitment, or H("move", BidMove). */
  subject: hash32,
  kind: z.enum(['commit', 'replace', 'withdraw']),
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
  lotKeyHash: hash32,
  c: hash32,
  storedAt: instantText,
  inTime: z.boolean(),
  envelopes: z.array(envelopeRef).min(1).max(5),
});
export type StoredReceipt = z.infer<typeof storedReceipt>;

/** A receipt's time-stamp token (RFC 3161) covers SHA-256 of the JCS of its signed record. */
export const receiptFile = z.strictObject({
  arrival: signed(arrivalReceipt),
  token: der,
  log: logReceipt.nullable(),
  stored: signed(storedReceipt).nullable(),
});
export type ReceiptFile = z.infer<typeof receiptFile>;

// ---- journal ---------------------------------------------------------------

/** One per lot: seals, to the trustees, the key that reads who submitted what; made before the first bid. */
export const journalKey = z.strictObject({
  type: z.literal('journal'),
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

// ---- close -----------------------------------------------------------------

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
  lotKeyHash: hash32,
  deadline: instantText,
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
  lotKeyHash: hash32,
  close: hash32,
  sequence: z.number().int().min(1).max(1000),
  bid: acceptedBid,
  addedAt: instantText,
});
export type CloseAdd = z.infer<typeof closeAdd>;

// ---- opening ---------------------------------------------------------------

/** A Chaum-Pedersen proof that log_B(y) = log_D(E): commitments a1 = w·B, a2 = w·D, response r. */
export const shareProof = z.strictObject({ a1: point, a2: point, r: scalar });
export const share = z.strictObject({ c: hash32, D: point, proof: shareProof });
export type Share = z.infer<typeof share>;

/** One trustee's partial openings of all dealings of one (stage, audience); at most 4 MiB; signed by its certificate. */
export const shares = z.strictObject({
  type: z.literal('shares'),
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
  lotKeyHash: hash32,
  close: hash32,
  stage: z.number().int().min(0).max(3),
  i: z.number().int().min(1).max(15),
  /** H("shares", the plain record). */
  shares: hash32,
});
export type SealedShares = z.infer<typeof sealedShares>;

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

// ---- evaluation and award --------------------------------------------------

/** The closed list of 条例51, by its numbers. */
export const rejectionGround = z.enum(['51-1', '51-2', '51-3', '51-4', '51-5', '51-6', '51-7']);
export type RejectionGround = z.infer<typeof rejectionGround>;

/** The evaluation report: everything the ranking needs, so that anyone can recompute it. */
export const evaluationReport = z.strictObject({
  type: z.literal('evaluation-report'),
  lot: uuid,
  openingRecord: hash32,
  method: evaluationMethod,
  bids: z
    .array(
      z.strictObject({
        c: hash32,
        price: yuan,
        periodDays: z.number().int().min(1).max(10_000),
        arrivedAt: instantText,
        rejected: z.strictObject({ ground: rejectionGround, reason: shortText }).nullable(),
        /** Null where rejected. */
        evaluatedPrice: yuan.nullable(),
        rank: z.number().int().min(1).max(10_000).nullable(),
      }),
    )
    .max(10_000),
  /** At most three (条例53), in order of rank. */
  candidates: z.array(hash32).max(3),
  /** `ranked`, or `all-rejected` (法42). */
  result: z.enum(['ranked', 'all-rejected']),
  reportedAt: instantText,
});
export type EvaluationReport = z.infer<typeof evaluationReport>;

/** Candidate publicity (候选人公示), 条例54. */
export const publicity = z.strictObject({
  type: z.literal('publicity'),
  lot: uuid,
  report: hash32,
  candidates: z
    .array(
      z.strictObject({
        rank: z.number().int().min(1).max(3),
        c: hash32,
        bidder: z.strictObject({ name: shortText, creditCode }),
        price: yuan,
      }),
    )
    .min(1)
    .max(3),
  from: instantText,
  until: instantText,
});
export type Publicity = z.infer<typeof publicity>;

export const award = z.strictObject({
  type: z.literal('award'),
  lot: uuid,
  publicity: hash32,
  c: hash32,
  bidder: z.strictObject({ name: shortText, creditCode }),
  price: yuan,
  awardedAt: instantText,
});
export type Award = z.infer<typeof award>;

// ---- sign-in ---------------------------------------------------------------

/** What a certificate signs to sign in: bound to one server, one purpose, one short-lived nonce. */
export const login = z.strictObject({
  type: z.literal('login'),
  origin: z.string().min(1).max(300),
  nonce: hash32,
  expiresAt: instantText,
});
export type Login = z.infer<typeof login>;
