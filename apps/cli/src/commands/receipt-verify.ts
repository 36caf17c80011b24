import { dirname, join } from 'node:path';
import { z } from 'zod';
import { SystemClock } from '#kernel';
import {
  checkReceipt,
  commit,
  hash32,
  hashText,
  instantText,
  parsePem,
  parseRecord,
  toPem,
  TrustedCertificates,
} from '#trust';
import { textOption } from '../command.ts';
import type { CommandSpec } from '../command.ts';
import { CommandFailure, cannotTell } from '../failure.ts';
import { TRUST, readBytes, readReceipt, readText, readTrust } from '../files.ts';

export const receiptVerify: CommandSpec = {
  name: 'receipt verify',
  summary: 'check a receipt offline: signatures, time-stamp, and that the log holds it',
  arguments: [{ name: '<receipt>', description: 'receipt.json of a package' }],
  options: [
    TRUST,
    {
      flags: '--certificates <file>',
      description: 'the platform’s certificates (PEM); default: beside the receipt',
    },
    { flags: '--commit <file>', description: 'commit.json that the receipt must be for' },
  ],
  schema: z.strictObject({
    ok: z.literal(true),
    subject: hash32,
    kind: z.string(),
    arrivedAt: instantText,
    inTime: z.boolean(),
    stampedAt: instantText,
    logged: z.boolean(),
    stored: z.boolean(),
  }),
  async run({ args, options }) {
    const path = args[0] ?? '';
    const trust = await readTrust(options);
    const file = await readReceipt(path);
    const pem = await readText(
      textOption(options, 'certificates') ?? join(dirname(path), 'certificates.pem'),
    );
    const parsed = parsePem(pem);
    if (!parsed.ok) throw cannotTell(parsed.error.code, parsed.error.facts);
    const certificates = new TrustedCertificates(trust, { now: new SystemClock().now(), crls: [] });
    certificates.add(parsed.value.map((each) => toPem([each])));
    const verdict = checkReceipt(file, trust, certificates.lookup);
    const commitPath = textOption(options, 'commit');
    if (commitPath !== undefined) {
      const c = hashText('commit', parseRecord(commit, await readBytes(commitPath, 64 * 1024)));
      if (c !== verdict.subject)
        throw new CommandFailure('CLI.OTHER_SUBJECT', { c, subject: verdict.subject });
    }
    return {
      data: { ok: true, ...verdict },
      text: [
        `${verdict.kind} ${verdict.subject}`,
        `arrived ${verdict.arrivedAt} (${verdict.inTime ? 'in time' : 'LATE'}), time-stamped ${verdict.stampedAt}`,
        verdict.logged ? 'in the log' : 'not in the log yet',
        verdict.stored ? 'every byte stored' : 'not stored completely',
      ],
      exit: 0,
    };
  },
};
