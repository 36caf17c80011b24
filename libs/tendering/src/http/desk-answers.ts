/** What the routes of agencies and tenderees answer, for the API's document. */
import { z } from 'zod';
import {
  acceleration,
  cancellation,
  deadlineChange,
  documentRef,
  evaluationMethod,
  seat,
  signed,
} from '#trust';
import { pageSchema } from '#web';
import { PROJECT_KINDS, PROJECT_LEVELS } from '../domain/lot.ts';
import { LOT_STATES } from '../domain/lot-states.ts';

const party = z.object({ name: z.string(), creditCode: z.string() });
const time = z.string().describe('YYYY-MM-DDTHH:MM:SS.mmmZ');

const project = {
  id: z.string(),
  name: z.string(),
  kind: z.enum(PROJECT_KINDS),
  level: z.enum(PROJECT_LEVELS),
  tenderee: party,
  agency: party,
  regulator: party,
};
export const projectAnswer = z.object(project);
export const projectPage = pageSchema(z.object({ ...project, registeredAt: time, lots: z.int() }));

export const ownLotAnswer = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(LOT_STATES),
  estimate: z.string(),
  method: evaluationMethod,
  ruleset: z.string(),
  acceleration,
  documentsFrom: time,
  documentsUntil: time,
  deadline: time,
  seats: z.array(seat),
  k: z.int(),
  noticeVersion: z.int(),
  lotKeyHash: z.string().nullable(),
  deadlineChanges: z.int(),
});

export const projectWithLots = z.object({ ...project, lots: z.array(ownLotAnswer) });

export const workLotAnswer = z.object({
  project: projectAnswer,
  lot: ownLotAnswer,
  documents: z.array(documentRef.extend({ published: z.boolean() })),
  serverTime: time,
});

export const deskLotPage = pageSchema(
  z.object({
    id: z.string(),
    name: z.string(),
    projectId: z.string(),
    projectName: z.string(),
    side: z.enum(['agency', 'tenderee']),
    state: z.enum(LOT_STATES),
    deadline: time,
    noticeVersion: z.int(),
    openQuestions: z.int(),
  }),
);

export const partyList = z.object({ items: z.array(party) });

export const questionPage = pageSchema(
  z.object({
    n: z.int().describe('In the public list by answers, in the agency’s by questions'),
    text: z.string(),
    askedOn: z.string().describe('YYYY-MM-DD in Beijing'),
    answer: z.object({ text: z.string(), answeredAt: time, noticeVersion: z.int().nullable() }).nullable(),
  }),
);

export const proposalAnswer = z.object({
  proposal: z.object({ signed: signed(deadlineChange), proposedAt: time }).nullable(),
});

export const draftOf = <T extends z.ZodType>(record: T) => z.object({ record });
export const signedOf = <T extends z.ZodType>(record: T) => z.object({ signed: signed(record) });
/** A draft ends without a record. */
export const endedAnswer = z.object({ signed: signed(cancellation).nullable() });
