import { z } from 'zod';
import { openCopy, takeCopied } from '#client';
import { mustOption, textOption } from '../command.ts';
import type { CommandSpec, Options } from '../command.ts';
import { readBytes, readSecret, replaceFile } from '../files.ts';
import { FolderKeystore } from '../trustee/folder-keystore.ts';

export const KEYSTORE_OPTIONS = [
  { flags: '--keystore <folder>', description: 'where the lot keys are kept', required: true },
  {
    flags: '--passphrase-file <file>',
    description: 'the keystore’s passphrase, first line; else GLASSHALL_KEYSTORE_PASSPHRASE',
  },
] as const;

const FILE = { name: '<file>', description: 'the copy' } as const;
const MAX_COPY_BYTES = 16 * 1024 * 1024;

export async function openKeystore(options: Options): Promise<FolderKeystore> {
  const passphrase = await readSecret(textOption(options, 'passphraseFile'), 'GLASSHALL_KEYSTORE_PASSPHRASE');
  return FolderKeystore.open(mustOption(options, 'keystore'), passphrase);
}

export const trusteeExport: CommandSpec = {
  name: 'trustee export',
  summary:
    'write all lot keys into one file, sealed under the keystore’s passphrase, for another machine or a page',
  arguments: [FILE],
  options: KEYSTORE_OPTIONS,
  schema: z.strictObject({ ok: z.literal(true), lots: z.array(z.string()), file: z.string() }),
  async run({ args, options }) {
    const [file = ''] = args;
    const keystore = await openKeystore(options);
    const lots = await keystore.lots();
    await replaceFile(file, await keystore.copy());
    return {
      data: { ok: true, lots, file },
      text: [`${String(lots.length)} lot keys, sealed, in ${file}`, 'use one copy only from now on'],
      exit: 0,
    };
  },
};

export const trusteeImport: CommandSpec = {
  name: 'trustee import',
  summary: 'take lot keys out of a copy (of `trustee export`, or of the trustee’s page) into this keystore',
  arguments: [FILE],
  options: [
    ...KEYSTORE_OPTIONS,
    {
      flags: '--organisation <code>',
      description: 'your own unified social credit code: a copy with keys of another organisation is refused',
      required: true,
    },
    {
      flags: '--copy-passphrase-file <file>',
      description: 'the copy’s passphrase, where it is another one than the keystore’s',
    },
  ],
  schema: z.strictObject({
    ok: z.literal(true),
    /** Taken, or made one with what was here. */
    lots: z.array(z.string()),
    /** Destroyed here before: such a key does not come back. */
    destroyed: z.array(z.string()),
    /** Not known here, and their lots had no complete key when the copy was made: not taken. */
    unbound: z.array(z.string()),
  }),
  async run({ args, options }) {
    const bytes = await readBytes(args[0] ?? '', MAX_COPY_BYTES);
    const given = textOption(options, 'copyPassphraseFile') ?? textOption(options, 'passphraseFile');
    const copied = await openCopy(bytes, await readSecret(given, 'GLASSHALL_KEYSTORE_PASSPHRASE'));
    const keystore = await openKeystore(options);
    const taken = await takeCopied(keystore, copied, mustOption(options, 'organisation'));
    const { lots, destroyed, unbound } = taken;
    return {
      data: { ok: true, ...taken },
      text: [
        `${String(lots.length)} lot keys taken`,
        ...(destroyed.length > 0 ? [`${String(destroyed.length)} were destroyed here before: left out`] : []),
        ...(unbound.length > 0 ? [`${String(unbound.length)} are bound to no key record: left out`] : []),
      ],
      exit: 0,
    };
  },
};
