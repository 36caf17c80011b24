import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TrustError, b64u, canonicalBytes, hashText, parseRecord } from '../encoding/index.ts';
import {
  commit as commitSchema,
  count,
  envelopeName,
  hash32,
  lotKey as lotKeySchema,
  uuid,
} from '../records/index.ts';
import type { Commit, EnvelopeName, LotKey } from '../records/index.ts';
import { checkCommitShape } from '../seal/commit-shape.ts';
import { writeNewFile } from './write-all.ts';

/**
 * private.json: what only the bidder may see. `seed` opens the whole package (its 24 words are the recovery code);
 * `files` say where each sealed file came from, so that the self-test can compare.
 */
export const packageSecrets = z.strictObject({
  type: z.literal('package'),
  version: z.literal(1),
  lot: uuid,
  c: hash32,
  seed: hash32,
  supersedes: hash32.nullable(),
  files: z
    .array(
      z.strictObject({
        e: envelopeName,
        path: z.string().min(1).max(400),
        /** Absolute path of the original; null for what was made while sealing. */
        original: z.string().max(4096).nullable(),
        size: count,
        sha256: hash32,
      }),
    )
    .max(50_000),
});
export type PackageSecrets = z.infer<typeof packageSecrets>;

const MAX_SECRETS_BYTES = 64 * 1024 * 1024;
export const sealedFileOf = (folder: string, e: EnvelopeName): string => join(folder, `${e}.sealed`);
const SPOILED = 'SPOILED';

/** A package as it lies on disk: public parts checked against each other, nothing opened. */
export interface PackageFolder {
  readonly folder: string;
  readonly commit: Commit;
  /** COMMIT's exact bytes, as they are submitted. */
  readonly commitBytes: Uint8Array;
  readonly c: string;
  readonly lotKey: LotKey;
  readonly spoiled: boolean;
}

/** Throws TrustError where the folder is not a whole package (a sealing that was interrupted never looks like one). */
export async function readPackage(folder: string): Promise<PackageFolder> {
  const commitBytes = await readPart(folder, 'commit.json');
  const commit = parseRecord(commitSchema, commitBytes);
  const lotKey = parseRecord(lotKeySchema, await readPart(folder, 'lotkey.json'));
  checkCommitShape(commit, lotKey, hashText('lotkey', lotKey));
  for (const { e, length } of commit.envelopes) {
    const found = await stat(sealedFileOf(folder, e)).catch(() => null);
    if (found?.size !== length) throw new TrustError('SEAL.PACKAGE', { missing: `${e}.sealed` });
  }
  const c = hashText('commit', commit);
  return { folder, commit, commitBytes, c, lotKey, spoiled: await isSpoiled(folder) };
}

export async function readSecrets(folder: string): Promise<PackageSecrets> {
  return parseRecord(packageSecrets, await readPart(folder, 'private.json'), MAX_SECRETS_BYTES);
}

export const seedOf = (secrets: PackageSecrets): Uint8Array => b64u.decode(secrets.seed);

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
