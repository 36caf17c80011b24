/** What the public routes of results answer, for the API's document. */
import { z } from 'zod';
import { OPENING_STATES } from '#opening';
import { award, evaluationReport, publicity, signed } from '#trust';
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
