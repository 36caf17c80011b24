/** The notice of a lot, its key record (LOTKEY) and its deadline. */
import { z } from 'zod';
import {
  authorityName,
  hash32,
  point,
  scalar,
  count,
  instantText,
  yuan,
  uuid,
  shortText,
  creditCode,
  suite,
  lotSuite,
} from './value.ts';

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
  suite: lotSuite,
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
  /** Outside time-stamp authorities, one of which must have stamped the log before CLOSE (ADR 0032); absent for none. */
  outsideTime: z.array(authorityName).min(1).max(8).optional(),
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
  suite: lotSuite,
  lotKeyHash: hash32,
  sequence: z.number().int().min(1).max(1000),
  from: instantText,
  to: instantText,
  reason: shortText,
});
export type DeadlineChange = z.infer<typeof deadlineChange>;

/** 终止招标 (条例31): the tenderee or its agency ends the tender before the deadline; signed by one of them. */
export const cancellation = z.strictObject({
  type: z.literal('cancellation'),
  suite: lotSuite,
  lot: uuid,
  /** H("notice", …) of the newest version. */
  notice: hash32,
  /** Null where the lot's key was not complete yet. */
  lotKeyHash: hash32.nullable(),
  reason: z.string().min(1).max(4000),
  /** The article that the decision rests on. */
  article: shortText,
  cancelledAt: instantText,
});
export type Cancellation = z.infer<typeof cancellation>;
