import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TrustError, canonicalBytes } from '../encoding/index.ts';
import { parseSecrets, readPackageRecords } from '../package/package-secrets.ts';
import type { PackageRecords, PackageSecrets } from '../package/package-secrets.ts';
import type { EnvelopeName } from '../records/index.ts';
import { writeNewFile } from './write-all.ts';

export { seedOf } from '../package/package-secrets.ts';
export type { PackageSecrets } from '../package/package-secrets.ts';

export const sealedFileOf = (folder: string, e: EnvelopeName): string => join(folder, `${e}.sealed`);
const SPOILED = 'SPOILED';

/** A package as it lies on disk: public parts checked against each other, nothing opened. */
export interface PackageFolder extends PackageRecords {
  readonly folder: string;
  readonly spoiled: boolean;
}

/** Throws TrustError where the folder is not a whole package (a sealing that was interrupted never looks like one). */
export async function readPackage(folder: string): Promise<PackageFolder> {
  const commitBytes = await readPart(folder, 'commit.json');
  const records = readPackageRecords(commitBytes, await readPart(folder, 'lotkey.json'));
  for (const { e, length } of records.commit.envelopes) {
    const found = await stat(sealedFileOf(folder, e)).catch(() => null);
    if (found?.size !== length) throw new TrustError('SEAL.PACKAGE', { missing: `${e}.sealed` });
  }
  return { ...records, folder, spoiled: await isSpoiled(folder) };
}

export async function readSecrets(folder: string): Promise<PackageSecrets> {
  return parseSecrets(await readPart(folder, 'private.json'));
}

async function readPart(folder: string, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(join(folder, name)));
  } catch {
    throw new TrustError('SEAL.PACKAGE', { missing: name });
  }
}

async function isSpoiled(folder: string): Promise<boolean> {
  return (await stat(join(folder, SPOILED)).catch(() => null)) !== null;
}

/**
 * Marks the package as spoiled for good, before anything of it is opened for a second program: `submit` refuses it.
 * Spoil-and-check is how a bidder catches a client that seals something else than it was given (PROTOCOL 5.7).
 */
export async function spoilPackage(folder: string): Promise<void> {
  const { c, spoiled } = await readPackage(folder);
  if (spoiled) return;
  await writeNewFile(join(folder, SPOILED), canonicalBytes({ type: 'spoiled', c }), 0o600);
}
