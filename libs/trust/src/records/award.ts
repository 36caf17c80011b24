/** The evaluation report, publicity and the award. */
import { z } from 'zod';
import { hash32, instantText, yuan, uuid, shortText, creditCode, lotSuite } from './value.ts';
import { evaluationMethod } from './lot.ts';

/** The closed list of 条例51, by its numbers. */
export const rejectionGround = z.enum(['51-1', '51-2', '51-3', '51-4', '51-5', '51-6', '51-7']);
export type RejectionGround = z.infer<typeof rejectionGround>;

/** The evaluation report: everything the ranking needs, so that anyone can recompute it. */
export const evaluationReport = z.strictObject({
  type: z.literal('evaluation-report'),
  suite: lotSuite,
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
  suite: lotSuite,
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
  suite: lotSuite,
  lot: uuid,
  publicity: hash32,
  c: hash32,
  bidder: z.strictObject({ name: shortText, creditCode }),
  price: yuan,
  awardedAt: instantText,
});
export type Award = z.infer<typeof award>;
