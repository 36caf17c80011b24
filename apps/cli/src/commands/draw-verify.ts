import { z } from 'zod';
import { creditCode, drawPurpose, hash32, uuid, verifyDraw } from '#trust';
import type { DrawReport } from '#trust';
import { checkSchema } from '../check-schema.ts';
import { listOption } from '../command.ts';
import type { CommandSpec } from '../command.ts';
import { readDraw, readDrawTrust } from '../draw/draw-table.ts';
import { CRLS, TRUST } from '../files.ts';

export const drawVerify: CommandSpec = {
  name: 'draw verify',
  summary: 'draw again offline, step by step, and name who is to blame (V18)',
  arguments: [{ name: '<draw>', description: 'DRAW.json' }],
  options: [
    TRUST,
    CRLS,
    { flags: '--previous <files...>', description: 'DRAW.json of earlier plans of the same draw' },
  ],
  schema: z.strictObject({
    type: z.literal('draw-verification'),
    verdict: z.enum(['holds', 'fails', 'unfinished']),
    subject: uuid,
    purpose: drawPurpose,
    sequence: z.number(),
    regulator: creditCode,
    plan: hash32.nullable(),
    checks: z.array(checkSchema(/^V18\.\d$/)),
    /** Who stands, in order; `id` and `name` are null while they are sealed. */
    strata: z.array(
      z.strictObject({
        name: z.string(),
        members: z.array(
          z.strictObject({ leaf: hash32, id: z.string().nullable(), name: z.string().nullable() }),
        ),
      }),
    ),
    exhausted: z.boolean(),
  }),
  async run({ args, options }) {
    const trust = await readDrawTrust(options);
    const earlier: DrawReport[] = [];
    // The oldest first: each stands on the one before it.
    for (const path of listOption(options, 'previous')) {
      earlier.push(verifyDraw(await readDraw(path), trust, { earlier: [...earlier] }));
    }
    const report = verifyDraw(await readDraw(args[0] ?? ''), trust, { earlier });
    const exit = report.verdict === 'holds' ? 0 : report.verdict === 'fails' ? 1 : 2;
    return { data: { ...report }, text: textOf(report), exit };
  },
};

const textOf = ({ checks, strata, verdict }: DrawReport): string[] => [
  ...checks.flatMap(({ id, title, state, problems, notes }) => [
    `${id} ${state.padEnd(10)} ${title}${notes.map((note) => ` (${note})`).join('')}`,
    ...problems.map(({ code, blame, facts }) => `    ${code}: ${blame} ${JSON.stringify(facts)}`),
  ]),
  ...strata.flatMap(({ name, members }) => [
    name,
    ...members.map(
      (member, at) => `  ${String(at + 1)}. ${member.name ?? 'sealed'} ${member.id ?? member.leaf}`,
    ),
  ]),
  verdict === 'holds' ? 'ALL HOLDS' : verdict.toUpperCase(),
];
