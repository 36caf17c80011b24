import { z } from 'zod';
import { Platform, checkLot, fetchLot, submitBid } from '#client';
import type { Submission } from '#client';
import { SystemClock } from '#kernel';
import { hash32 } from '#trust';
import { readPackage } from '#trust/node';
import type { PackageFolder } from '#trust/node';
import { mustOption, textOption } from '../command.ts';
import type { CommandSpec, Input } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { CRLS, P12, PASSWORD, SERVER, TRUST, readSigner, readTrust, replaceFile } from '../files.ts';
import {
  certificatesPathOf,
  checkSealedFiles,
  lineOf,
  movePackage,
  packageIn,
  receiptPathOf,
} from '../package-folder.ts';

export const submit: CommandSpec = {
  name: 'submit',
  summary: 'send a sealed package; run it again after any interruption and it goes on',
  arguments: [{ name: '<package>', description: 'the folder that `glasshall seal` made' }],
  options: [
    SERVER,
    TRUST,
    CRLS,
    P12,
    PASSWORD,
    { flags: '--replaces <package>', description: 'an earlier package, replaced once this one is stored' },
  ],
  schema: z.strictObject({
    ok: z.literal(true),
    c: hash32,
    arrivedAt: z.string(),
    storedAt: z.string(),
    /** False: the log had not taken it yet; ask again with `receipt verify` after another submit. */
    logged: z.boolean(),
    replaced: hash32.nullable(),
    receipt: z.string(),
  }),
  async run(input) {
    const found = await readPackage(input.args[0] ?? '');
    if (found.spoiled) throw new CommandFailure('CLI.SPOILED', { c: found.c });
    const replaces = textOption(input.options, 'replaces');
    const old = replaces === undefined ? null : await readPackage(replaces);
    await checkSealedFiles(found);
    const submission = await begin(input, found);
    const receipt = await submitBid(packageIn(found), submission);
    if (old) await movePackage(old, found, submission);
    const { arrivedAt } = receipt.arrival.record;
    const storedAt = receipt.stored?.record.storedAt ?? '';
    return {
      data: {
        ok: true,
        c: found.c,
        arrivedAt,
        storedAt,
        logged: receipt.log !== null,
        replaced: old?.c ?? null,
        receipt: receiptPathOf(found.folder),
      },
      text: [
        `submitted ${found.c}`,
        `arrived ${arrivedAt}, stored ${storedAt}${receipt.log ? ', in the log' : ', not in the log yet'}`,
        ...(old ? [`replaced ${old.c}`] : []),
        `receipts: ${receiptPathOf(found.folder)}`,
      ],
      exit: 0,
    };
  },
};

export const withdraw: CommandSpec = {
  name: 'withdraw',
  summary: 'withdraw a submitted bid before the deadline, signed by the package’s own key',
  arguments: [{ name: '<package>', description: 'the package that was submitted' }],
  options: [SERVER, TRUST, CRLS, P12, PASSWORD],
  schema: z.strictObject({ ok: z.literal(true), c: hash32, move: hash32 }),
  async run(input) {
    const found = await readPackage(input.args[0] ?? '');
    const move = await movePackage(found, null, await begin(input, found));
    return { data: { ok: true, c: found.c, move }, text: [`withdrew ${found.c}`, `move ${move}`], exit: 0 };
  },
};

/** Signed in, with the lot checked again: the platform must still show the LOTKEY that the package was sealed for. */
async function begin({ options, progress }: Input, found: PackageFolder): Promise<Submission> {
  const trust = await readTrust(options);
  const platform = new Platform(mustOption(options, 'server'));
  const file = await fetchLot(platform, found.lotKey.lot);
  const lot = checkLot(file, { id: found.lotKey.lot, key: null }, trust, new SystemClock().now());
  if (lot.lotKeyHash !== found.commit.lotKeyHash) {
    throw new CommandFailure('CLI.OTHER_LOT_KEY', {
      sealedFor: found.commit.lotKeyHash,
      shown: lot.lotKeyHash,
    });
  }
  await platform.signIn(await readSigner(options));
  await replaceFile(certificatesPathOf(found.folder), file.lotkey.certificates.join('\n'));
  return {
    platform,
    trust,
    certificates: lot.certificates,
    progress: (step) => {
      progress(lineOf(step));
    },
  };
}
