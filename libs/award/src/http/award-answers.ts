/** What the public routes of results answer, for the API's document. */
import { z } from 'zod';
import { OPENING_STATES } from '#opening';
import { LOT_STAGES, PROJECT_KINDS, PROJECT_LEVELS } from '#tendering';
import { acceleration, award, evaluationReport, publicity, signed } from '#trust';
import { pageSchema } from '#web';
import { BLOCKS, DAY_STAGES, DUE_KINDS, NEXT_STEPS } from '../domain/agency-day.ts';
import { AWARD_STATES } from '../domain/award-procedure.ts';
import { DUE_EVENTS, STANDING_RECORDS } from '../application/lot-standing.ts';

const party = z.object({ name: z.string(), creditCode: z.string() });

export const resultAnswer = z.object({
  state: z.enum(AWARD_STATES),
  report: signed(evaluationReport).nullable(),
  publicity: signed(publicity).nullable(),
  award: signed(award).nullable(),
});

export const progressAnswer = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      opening: z.enum(OPENING_STATES).nullable().describe('Null: no key record, so nothing to open'),
      award: z.enum(AWARD_STATES).nullable().describe('Null before the candidates are public'),
    }),
  ),
});

export const publicityDraft = z.object({ record: publicity });
export const awardDraft = z.object({ record: award });
export const loggedAnswer = z.object({ hash: z.string() });

export const dayPage = pageSchema(
  z.object({
    id: z.string(),
    name: z.string(),
    projectId: z.string(),
    projectName: z.string(),
    side: z.enum(['agency', 'tenderee']),
    stage: z.enum(DAY_STAGES),
    due: z.array(z.object({ what: z.enum(DUE_KINDS), at: z.string(), article: z.string() })),
    blocks: z.array(
      z.object({ what: z.enum(BLOCKS), article: z.string(), facts: z.record(z.string(), z.string()) }),
    ),
    next: z.enum(NEXT_STEPS).nullable(),
  }),
);

export const boardPage = pageSchema(
  z.object({
    id: z.string(),
    name: z.string(),
    projectName: z.string(),
    kind: z.enum(PROJECT_KINDS),
    level: z.enum(PROJECT_LEVELS),
    tenderee: party,
    agency: party,
    regulator: party,
    stage: z.enum(LOT_STAGES),
    deadline: z.string(),
    acceleration,
    opening: z.enum(OPENING_STATES).nullable().describe('Null before the deadline'),
    award: z.enum(AWARD_STATES).nullable().describe('Null before the evaluation report'),
    due: z
      .object({
        event: z.enum(DUE_EVENTS),
        at: z.string().nullable().describe('Null where it waits for people, not for a time'),
        overdue: z.boolean(),
      })
      .nullable()
      .describe('Null: nothing more'),
    record: z
      .object({
        type: z.enum(STANDING_RECORDS),
        hash: z.string(),
        index: z.int().nullable().describe('Its leaf in the log; null while it waits for its tick'),
      })
      .nullable(),
  }),
);
