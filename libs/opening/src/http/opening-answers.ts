/** What the hall's public routes answer, for the API's document. */
import { z } from 'zod';
import { pageSchema } from '#web';
import { close, closeAdd, logReceipt, openingRecord, openingSheet, signed } from '#trust';
import { ATTENDANT_ROLES } from '../application/attendance-store.ts';
import { OPENING_STATES } from '../domain/opening-states.ts';

const time = z.string().describe('YYYY-MM-DDTHH:MM:SS.mmmZ');

export const openingAnswer = z.object({
  state: z.enum(OPENING_STATES),
  lotKeyHash: z.string(),
  deadline: time,
  close: signed(close).nullable(),
  closeLog: logReceipt.nullable(),
  adds: z.array(signed(closeAdd)),
  addLogs: z.array(logReceipt.nullable()),
  releaseAt: time.nullable(),
  serverTime: time,
  bids: z.array(
    z.object({
      c: z.string(),
      arrivedAt: time,
      progress: z.string(),
      reason: z.string().nullable(),
      bidder: z.object({ name: z.string(), creditCode: z.string() }).nullable(),
      sheet: openingSheet.nullable(),
      damaged: z.string().nullable(),
    }),
  ),
  trustees: z.array(
    z.object({
      i: z.int(),
      stages: z.array(z.string()),
      refused: z.array(z.object({ stage: z.string(), reason: z.string() })),
    }),
  ),
  objections: z.array(
    z.object({
      n: z.int(),
      by: z.string(),
      at: time,
      text: z.string(),
      answer: z.string().nullable(),
      answeredAt: time.nullable(),
    }),
  ),
  record: signed(openingRecord).nullable(),
});

export const recordAnswer = z.object({
  record: openingRecord,
  hash: z.string(),
  signed: signed(openingRecord).nullable(),
});

export const eventsAnswer = z.object({
  items: z.array(
    z.object({
      seq: z.int(),
      kind: z.string(),
      c: z.string().nullable(),
      facts: z.record(z.string(), z.unknown()),
      at: time,
    }),
  ),
});

const attendant = z.object({
  creditCode: z.string(),
  name: z.string(),
  role: z.enum(ATTENDANT_ROLES),
  at: time,
});

export const attendantAnswer = attendant;

export const attendanceAnswer = pageSchema(attendant.extend({ personId: z.string(), address: z.string() }));
