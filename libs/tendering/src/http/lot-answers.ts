/** What the public routes of lots answer, for the API's document. */
import { z } from 'zod';
import {
  acceleration,
  cancellation,
  deadlineChange,
  evaluationMethod,
  notice,
  seat,
  signed,
  suite,
} from '#trust';
import { pageSchema } from '#web';
import { LOT_STAGES, PROJECT_KINDS, PROJECT_LEVELS } from '../domain/lot.ts';

const party = z.object({ name: z.string(), creditCode: z.string() });
const time = z.string().describe('YYYY-MM-DDTHH:MM:SS.mmmZ');
const shared = {
  id: z.string(),
  name: z.string(),
  projectName: z.string(),
  tenderee: party,
  agency: party,
  state: z.enum(['published', 'keyed', 'cancelled']),
  stage: z.enum(LOT_STAGES),
  deadline: time,
  acceleration,
  lotKeyHash: z.string().nullable(),
};

export const lotPage = pageSchema(
  z.object({
    ...shared,
    kind: z.enum(PROJECT_KINDS),
    level: z.enum(PROJECT_LEVELS),
    noticeVersion: z.int(),
  }),
);

export const seatPage = pageSchema(
  z.object({
    ...shared,
    seat,
    n: z.int(),
    k: z.int(),
    offered: z.boolean().describe('Whether the seat has its key'),
  }),
);

export const lotAnswer = z.object({
  ...shared,
  projectId: z.string(),
  ruleset: z.string(),
  regulator: party,
  method: evaluationMethod,
  notices: z.array(signed(notice)),
  notice: signed(notice),
  deadlineChanges: z.array(signed(deadlineChange)),
  cancellation: signed(cancellation).nullable(),
  seats: z.array(seat),
  suite,
  k: z.int(),
  nextDueAt: time.nullable(),
  serverTime: time,
});
