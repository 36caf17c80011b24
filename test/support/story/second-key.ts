import { writeFile } from 'node:fs/promises';
import { DAY, SystemClock, addMs } from '#kernel';
import { softwareSigner } from '#trust';
import type { DevelopmentCa, Signer } from '#trust';
import { writePkcs12 } from '#trust/key-file';
import { Caller } from './caller.ts';

export const KEY_PASSWORD = 'p12 password';

/** A second certificate of somebody's organisation, in a key file: a browser needs one. */
export async function writeNewKey(ca: DevelopmentCa, of: Caller, path: string): Promise<Signer> {
  const holder = of.signer?.certificate.holder;
  const now = new SystemClock().now();
  const { certificate, chain, pkcs8 } = await ca.issue({
    subject: {
      organisation: holder?.organisation ?? '',
      creditCode: holder?.creditCode ?? '',
      person: '王五',
    },
    notBefore: addMs(now, -DAY),
    notAfter: addMs(now, 30 * DAY),
  });
  if (!pkcs8) throw new Error('no key was issued');
  await writeFile(path, await writePkcs12({ pkcs8, certificate, chain }, KEY_PASSWORD, 'key'));
  const signer = await softwareSigner(pkcs8, certificate, chain);
  if (!signer.ok) throw new Error(signer.error.code);
  return signer.value;
}

/** The same, enrolled. */
export async function writeSecondKey(ca: DevelopmentCa, of: Caller, path: string): Promise<void> {
  const signer = await writeNewKey(ca, of, path);
  await new Caller(of.door, `${of.name}, in a browser`, signer).enrol([]);
}
