/** A verifiable draw (随机抽取), docs/PROTOCOL.md section 21: who draws what, contributions, pool, public value, result. */
import { z } from 'zod';
import { dealing } from './bid.ts';
import { seat, trusteeKey } from './lot.ts';
import { share } from './opening.ts';
import { count, creditCode, hash32, instantText, scalar, shortText, uuid } from './value.ts';

/** What may be drawn by lot: a closed list, and a winner is not on it (1117号(二)). */
export const drawPurpose = z.enum([
  'experts',
  'invited-suppliers',
  'call-off',
  'inspection',
  'tie',
  'coefficient',
]);
export type DrawPurpose = z.infer<typeof drawPurpose>;

export const drawStratum = z.strictObject({
  /** E.g. a specialty and a region. */
  name: shortText,
  members: z.number().int().min(1).max(1000),
  /** How many may stand in at the most; after them the plan is exhausted. */
  substitutes: z.number().int().min(0).max(1000),
});
export type DrawStratum = z.infer<typeof drawStratum>;

/** Where the value comes from that nobody can know before POOL: fixed in the plan. */
export const drawSource = z.union([
  z.strictObject({
    kind: z.literal('witnesses'),
    q: z.number().int().min(1).max(15),
    /** The log whose checkpoint they cosign: its verifier key in C2SP form. */
    log: z.string().min(1).max(400),
    witnesses: z
      .array(z.strictObject({ name: shortText, key: hash32 }))
      .min(1)
      .max(15),
  }),
  /** A number that anyone can look up, from a source outside, published at or after `at`. */
  z.strictObject({ kind: z.literal('declared'), source: shortText, at: instantText }),
  /** Any text that organiser and regulator write: for development only, and the verifier says so. */
  z.strictObject({ kind: z.literal('development') }),
]);
export type DrawSource = z.infer<typeof drawSource>;

/** DRAW-PLAN before the first trustee accepts; proofs of possession cover it. */
export const drawTerms = z.strictObject({
  type: z.literal('draw-plan'),
  /** The lot, project or inspection that is drawn for: with `purpose` the draw's name, which has one seed. */
  subject: uuid,
  purpose: drawPurpose,
  sequence: z.number().int().min(1).max(100),
  /** The plan before this one, and why another is needed; null for the first. */
  previous: z.strictObject({ plan: hash32, reason: z.enum(['exhausted', 'abandoned']) }).nullable(),
  /** Of draws the only one. */
  suite: z.literal('P256'),
  n: z.number().int().min(2).max(15),
  k: z.number().int().min(2).max(15),
  strata: z.array(drawStratum).min(1).max(50),
  /** Nobody who is drawn works for one of these; with `distinct` no two of them have one employer. */
  apart: z.strictObject({ employers: z.array(creditCode).max(200), distinct: z.boolean() }),
  organiser: z.strictObject({ name: shortText, creditCode }),
  regulator: z.strictObject({ name: shortText, creditCode }),
  /** Credit codes of those who contribute: every one of them must. */
  dealers: z.array(creditCode).min(2).max(15),
  source: drawSource,
  policy: z.strictObject({ seats: z.array(seat).min(2).max(15) }),
  createdAt: instantText,
});
export type DrawTerms = z.infer<typeof drawTerms>;

/** DRAW-PLAN: signed by every trustee with the certificate of its seat, the regulator among them. */
export const drawPlan = drawTerms.extend({ trustees: z.array(trusteeKey).min(2).max(15) });
export type DrawPlan = z.infer<typeof drawPlan>;

/** One party's contribution: a secret sealed to the plan's trustees; signed by the party. */
export const drawDealing = z.strictObject({
  type: z.literal('draw-dealing'),
  /** H("draw-plan", DRAW-PLAN). */
  plan: hash32,
  dealer: creditCode,
  nonce: hash32,
  dealing,
});
export type DrawDealing = z.infer<typeof drawDealing>;

/** DRAW-DEALT, the closed list: one contribution of every dealer, in the plan's order; signed by the organiser. */
export const drawDealt = z.strictObject({
  type: z.literal('draw-dealt'),
  plan: hash32,
  /** H("draw-dealing", …). */
  dealings: z.array(hash32).min(2).max(15),
  closedAt: instantText,
});
export type DrawDealt = z.infer<typeof drawDealt>;

/** Whoever may be drawn, as it is hashed into its leaf H("draw-entry", …); opened after the result. */
export const drawEntry = z.strictObject({
  type: z.literal('draw-entry'),
  plan: hash32,
  stratum: shortText,
  /** 32 fresh bytes, so that nobody finds a name by trying. */
  salt: hash32,
  /** The number in the library, or the credit code. */
  id: shortText,
  name: shortText,
  employer: creditCode.nullable(),
});
export type DrawEntry = z.infer<typeof drawEntry>;

/** Why somebody in the pool cannot be drawn. */
export const strikeGround = z.enum([
  'employer',
  'relative',
  'interest',
  'sanctioned',
  'booked',
  'unavailable',
]);
export type StrikeGround = z.infer<typeof strikeGround>;

/** POOL: signed by the organiser and, before the public value is known, by the regulator. At most 4 MiB. */
export const drawPool = z.strictObject({
  type: z.literal('draw-pool'),
  plan: hash32,
  dealt: hash32,
  /** As in the plan: number of leaves and RFC 6962 root over them, sorted bytewise. */
  strata: z
    .array(z.strictObject({ name: shortText, size: count, root: hash32 }))
    .min(1)
    .max(50),
  /** Recusals that are known now, sorted by leaf; they stay in the tree and are never drawn. */
  struck: z.array(z.strictObject({ leaf: hash32, ground: strikeGround })).max(50_000),
  madeAt: instantText,
});
export type DrawPool = z.infer<typeof drawPool>;

/** The log's checkpoint that covers POOL, with its cosignatures: a signed note; and POOL's leaf under it. */
export const drawCosignedValue = z.strictObject({
  checkpoint: z.string().min(1).max(16_000),
  blind: hash32,
  index: count,
  proof: z.array(hash32).max(64),
});

export const drawValue = z.union([
  drawCosignedValue.extend({ kind: z.literal('witnesses') }),
  z.strictObject({ kind: z.literal('declared'), text: z.string().min(1).max(4000) }),
  z.strictObject({ kind: z.literal('development'), text: z.string().min(1).max(4000) }),
]);
export type DrawValue = z.infer<typeof drawValue>;

/** DRAW-READY: everything that the seed will hang on, before anything opens; signed by organiser and regulator. */
export const drawReady = z.strictObject({
  type: z.literal('draw-ready'),
  plan: hash32,
  dealt: hash32,
  pool: hash32,
  value: drawValue,
  fixedAt: instantText,
});
export type DrawReady = z.infer<typeof drawReady>;

/** One trustee's partial openings of every contribution, in the plan's order, for one DRAW-READY; signed by the seat. */
export const drawShares = z.strictObject({
  type: z.literal('draw-shares'),
  plan: hash32,
  /** H("draw-ready", …). */
  ready: hash32,
  i: z.number().int().min(1).max(15),
  shares: z.array(share).min(2).max(15),
});
export type DrawShares = z.infer<typeof drawShares>;

/** A dealer opens its own contribution; signed by it, for one DRAW-READY. */
export const drawReveal = z.strictObject({
  type: z.literal('draw-reveal'),
  plan: hash32,
  ready: hash32,
  dealer: creditCode,
  s: scalar,
});
export type DrawReveal = z.infer<typeof drawReveal>;

/** Who was drawn, by leaf and in order; signed by the organiser, computed again by everyone. */
export const drawResult = z.strictObject({
  type: z.literal('draw-result'),
  plan: hash32,
  ready: hash32,
  strata: z
    .array(
      z.strictObject({
        name: shortText,
        members: z.array(hash32).max(1000),
        substitutes: z.array(hash32).max(1000),
      }),
    )
    .min(1)
    .max(50),
  drawnAt: instantText,
});
export type DrawResult = z.infer<typeof drawResult>;

export const changeGround = z.enum([
  'declined',
  'absent',
  'employer',
  'same-employer',
  'same-person',
  'relative',
  'interest',
  'sanctioned',
  'booked',
]);
export type ChangeGround = z.infer<typeof changeGround>;

/** A member goes and the next of the permutation comes; signed by organiser and regulator. */
export const drawChange = z.strictObject({
  type: z.literal('draw-change'),
  plan: hash32,
  /** H("draw-result", …). */
  result: hash32,
  sequence: z.number().int().min(1).max(50_000),
  leaf: hash32,
  ground: changeGround,
  at: instantText,
});
export type DrawChange = z.infer<typeof drawChange>;
