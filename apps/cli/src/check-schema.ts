import { z } from 'zod';

/** One check of a report, and what failed in it. */
export const checkSchema = (id: RegExp) =>
  z.strictObject({
    id: z.string().regex(id),
    title: z.string(),
    state: z.enum(['holds', 'fails', 'restricted', 'pending', 'absent']),
    problems: z.array(
      z.strictObject({
        code: z.string(),
        subject: z.string(),
        blame: z.string(),
        facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
      }),
    ),
    notes: z.array(z.string()),
  });
