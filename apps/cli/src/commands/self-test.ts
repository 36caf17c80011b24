import { z } from 'zod';
import { hash32, recoveryWords } from '#trust';
import { readSecrets, seedOf, selfTest as testPackage, spoilPackage } from '#trust/node';
import { flagOption } from '../command.ts';
import type { CommandSpec } from '../command.ts';

export const selfTest: CommandSpec = {
  name: 'self-test',
  summary: 're-open a sealed package in a fresh process and compare every file with its original',
  arguments: [{ name: '<package>', description: 'the folder that `glasshall seal` made' }],
  options: [
    {
      flags: '--spoil',
      description:
        'mark the package as never to be submitted and print its recovery code, so that another program can open it',
    },
  ],
  schema: z.strictObject({
    ok: z.boolean(),
    c: hash32.nullable(),
    files: z.number(),
    bytes: z.number(),
    dealings: z.number(),
    code: z.string().nullable(),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    spoiled: z.boolean(),
    recoveryCode: z.string().nullable(),
  }),
  async run({ args, options }) {
    const folder = args[0] ?? '';
    const spoil = flagOption(options, 'spoil');
    // Marked first: from the moment on that anything of it is shown, it can never be sent.
    if (spoil) await spoilPackage(folder);
    const report = await testPackage(folder);
    const recoveryCode = spoil ? recoveryWords(seedOf(await readSecrets(folder))) : null;
    return {
      data: { ...report, spoiled: spoil, recoveryCode },
      text: [
        report.ok
          ? `${String(report.files)} files (${String(report.bytes)} bytes) re-opened and equal; ${String(report.dealings)} dealings open with any quorum`
          : `FAILED ${report.code ?? ''} ${JSON.stringify(report.facts)}`,
        ...(recoveryCode === null ? [] : [`spoiled: never submit it. Recovery code: ${recoveryCode}`]),
      ],
      exit: report.ok ? 0 : 1,
    };
  },
};
