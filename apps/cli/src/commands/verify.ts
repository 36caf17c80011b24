import { z } from 'zod';
import { rankByLowestEvaluatedPrice } from '#scoring';
import { readViewFile, verifyBundleFile } from '#trust/node';
import { checkSchema } from '../check-schema.ts';
import { listOption } from '../command.ts';
import type { CommandSpec } from '../command.ts';
import { TRUST, readReceipt, readTrust } from '../files.ts';

/** Imports #trust, #trust/node, #scoring and #kernel alone: the auditor never runs the platform's code. */
export const verify: CommandSpec = {
  name: 'verify',
  summary: 'verify an evidence bundle offline, check by check, and name who is to blame',
  arguments: [{ name: '<evidence>', description: 'EVIDENCE.zip' }],
  options: [
    TRUST,
    {
      flags: '--receipt <files...>',
      description: 'receipt.json of your own bids: V05 fails where CLOSE does not account for one',
    },
    {
      flags: '--against <files...>',
      description:
        'what others were shown of the log: their evidence files, or checkpoints that witnesses serve; V04 fails where ' +
        'it is another history',
    },
  ],
  schema: z.strictObject({
    type: z.literal('verification'),
    verdict: z.enum(['holds', 'fails']),
    lot: z.string(),
    audience: z.string(),
    checks: z.array(checkSchema(/^V\d\d$/)),
  }),
  async run({ args, options }) {
    const trust = await readTrust(options);
    const receipts = await Promise.all(listOption(options, 'receipt').map(readReceipt));
    const views = await Promise.all(listOption(options, 'against').map((path) => readViewFile(path)));
    const report = await verifyBundleFile(args[0] ?? '', trust, rankByLowestEvaluatedPrice, receipts, views);
    const lines = report.checks.flatMap(({ id, title, state, problems, notes }) => [
      `${id} ${state.padEnd(10)} ${title}${state === 'holds' ? '' : notes.map((note) => ` (${note})`).join('')}`,
      ...problems.map(
        ({ code, subject, blame, facts }) => `    ${code} ${subject}: ${blame} ${JSON.stringify(facts)}`,
      ),
    ]);
    const holds = report.verdict === 'holds';
    return { data: { ...report }, text: [...lines, holds ? 'ALL HOLDS' : 'FAILS'], exit: holds ? 0 : 1 };
  },
};
