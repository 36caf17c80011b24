import { z } from 'zod';
import { TrustError, b64u, hashText, parseRecord } from '../encoding/index.ts';
import {
  commit as commitSchema,
  count,
  envelopeName,
  hash32,
  lotKey as lotKeySchema,
  uuid,
} from '../records/index.ts';
import type { Commit, LotKey } from '../records/index.ts';
import { checkCommitShape } from '../seal/commit-shape.ts';

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
        /** Absolute path of the original; null for what was made while sealing, and for what a browser was given. */
        original: z.string().max(4096).nullable(),
        size: count,
        /** As the manifest lists it. */
        sha256: hash32.optional(),
        root: hash32.optional(),
      }),
    )
    .max(50_000),
});
export type PackageSecrets = z.infer<typeof packageSecrets>;

const MAX_SECRETS_BYTES = 64 * 1024 * 1024;

export const parseSecrets = (bytes: Uint8Array): PackageSecrets =>
  parseRecord(packageSecrets, bytes, MAX_SECRETS_BYTES);

export const seedOf = (secrets: PackageSecrets): Uint8Array => b64u.decode(secrets.seed);

/** A package's public records, checked against each other. */
export interface PackageRecords {
  readonly commit: Commit;
  /** COMMIT's exact bytes, as they are submitted. */
  readonly commitBytes: Uint8Array;
  readonly c: string;
  readonly lotKey: LotKey;
}

/** @throws TrustError RECORD.*, SEAL.COMMIT */
export function readPackageRecords(commitBytes: Uint8Array, lotKeyBytes: Uint8Array): PackageRecords {
  const commit = parseRecord(commitSchema, commitBytes);
  const lotKey = parseRecord(lotKeySchema, lotKeyBytes);
  checkCommitShape(commit, lotKey, hashText('lotkey', lotKey));
  return { commit, commitBytes, c: hashText('commit', commit), lotKey };
}

/** @throws TrustError SEAL.PACKAGE where the secrets are another package's */
export function checkSecretsOf(secrets: PackageSecrets, { c }: Pick<PackageRecords, 'c'>): void {
  if (secrets.c !== c) throw new TrustError('SEAL.PACKAGE', { reason: 'private.json is of another package' });
}
