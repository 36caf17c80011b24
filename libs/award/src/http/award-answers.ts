/** What the public routes of results answer, for the API's document. */
import { z } from 'zod';
import { OPENING_STATES } from '#opening';
import { award, evaluationReport, publicity, signed } from '#trust';
import { pageSchema } from '#web';
import { BLOCKS, DAY_STAGES, DUE_KINDS, NEXT_STEPS } from '../domain/agency-day.ts';
import { AWARD_STATES } from '../domain/award-procedure.ts';

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
