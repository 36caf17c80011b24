/** What the platform's answers must look like before anything in them is used. Unknown fields are left alone. */
import { z } from 'zod';
import {
  arrivalReceipt,
  close,
  closeAdd,
  commit,
  deadlineChange,
  envelopeName,
  hash32,
  journalKey,
  logReceipt,
  login,
  lotKey,
  lotKeyTerms,
  notice,
  receiptFile,
  signed,
} from '#trust';

export const challengeAnswer = z.looseObject({ login });
export const sessionAnswer = z.looseObject({ token: z.string().min(1).max(500) });
export const lotItem = z.looseObject({ id: z.string(), state: z.string() });
export const lotsAnswer = z.looseObject({ items: z.array(lotItem), nextCursor: z.string().nullable() });
export const lotAnswer = z.looseObject({
  id: z.string(),
  state: z.string(),
  notices: z.array(signed(notice)).min(1),
  deadlineChanges: z.array(signed(deadlineChange)).default([]),
});
export const termsAnswer = lotKeyTerms;
export const lotKeyAnswer = z.looseObject({
  record: lotKey.nullable(),
  signed: signed(lotKey).nullable(),
  log: logReceipt.nullable(),
  journal: signed(journalKey).nullable(),
  certificates: z.array(z.string()),
});
export const offerAnswer = z.looseObject({ record: lotKey.nullable() });
export const certificateAnswer = z.looseObject({ chain: z.string().max(64 * 1024) });
/** Base64url of at most 6 MiB. */
export const MAX_CRL_TEXT = 8 * 1024 * 1024;
export const crlAnswer = z.looseObject({ crl: z.string().max(MAX_CRL_TEXT) });
export const crlsAnswer = z.looseObject({ items: z.array(crlAnswer).max(200) });

export const commitAnswer = z.looseObject({
  arrival: signed(arrivalReceipt),
  token: z.string(),
  uploadToken: z.string(),
});
export const moveAnswer = z.looseObject({ arrival: signed(arrivalReceipt), token: z.string() });
export const commitOfReceiptAnswer = z.looseObject({ commit: z.string().max(128 * 1024) });
export const bidAnswer = z.looseObject({
  state: z.string(),
  sequence: z.number().int().min(0).max(1000),
  missing: z.array(z.looseObject({ e: envelopeName, n: z.number().int().min(0).max(100_000) })),
  receipt: receiptFile,
});

export const openingAnswer = z.looseObject({
  state: z.string(),
  close: signed(close).nullable(),
  closeLog: logReceipt.nullable(),
  adds: z.array(signed(closeAdd)),
  addLogs: z.array(logReceipt.nullable()).default([]),
  trustees: z.array(z.looseObject({ i: z.number(), stages: z.array(z.string()) })).default([]),
  record: z.unknown(),
});
export type OpeningAnswer = z.infer<typeof openingAnswer>;
export const commitsAnswer = z.looseObject({
  items: z.array(z.looseObject({ c: hash32, commit })),
  nextCursor: z.string().nullish(),
});
export const sharesAnswer = z.union([
  z.array(z.unknown()),
  z.looseObject({ items: z.array(z.unknown()), next: z.string().nullish() }),
]);
