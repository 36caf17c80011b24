/** What the evaluation's routes answer, for the API's document. */
import { z } from 'zod';
import { envelopeName, evaluationReport, openingSheet, rejectionGround, signed } from '#trust';

export const reviewAnswer = z.object({
  lotId: z.string(),
  state: z.enum(['reviewing', 'reported']),
  openingRecord: z.string(),
  bids: z.array(
    z.object({
      c: z.string(),
      arrivedAt: z.string(),
      sheet: openingSheet,
      files: z.array(
        z.object({
          e: envelopeName,
          path: z.string(),
          size: z.int(),
          sha256: z.string().describe('base64url'),
        }),
      ),
      rejected: z.object({ ground: rejectionGround, reason: z.string() }).nullable(),
      methodSays: rejectionGround.nullable(),
      evaluatedPrice: z.string().nullable(),
      rank: z.int().nullable(),
    }),
  ),
  report: signed(evaluationReport).nullable(),
});

export const reportDraft = z.object({ record: evaluationReport });
export const reportedAnswer = z.object({ hash: z.string() });
