import { TrustError, b64u, parseRecord, sha256 } from '../encoding/index.ts';
import { manifest as manifestSchema } from '../records/index.ts';
import type { EnvelopeName, Manifest } from '../records/index.ts';

export const MANIFEST_NAME = 'manifest.json';
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
export const MAX_FILES = 10_000;

/** A member that was read from an envelope's tar, with the hash of the bytes that were really there. */
export interface ReadMember {
  readonly path: string;
  readonly size: number;
  /** Base64url: SHA-256 up to 1 MiB, above it the root of the tree of 1 MiB leaves; never both. */
  readonly sha256?: string;
  readonly root?: string;
}

/**
 * Reads manifest.json, the last member, and demands that it lists exactly the members before it, in order, with
 * their sizes and hashes. Throws RECORD.* or SEAL.MANIFEST.
 */
export function checkManifest(
  bytes: Uint8Array,
  e: EnvelopeName,
  members: readonly ReadMember[],
): { manifest: Manifest; sha256: string } {
  const manifest = parseRecord(manifestSchema, bytes, MAX_MANIFEST_BYTES);
  if (manifest.e !== e) throw new TrustError('SEAL.MANIFEST', { reason: 'another envelope', e: manifest.e });
  if (manifest.files.length !== members.length) {
    throw new TrustError('SEAL.MANIFEST', { listed: manifest.files.length, found: members.length });
  }
  for (const [i, file] of manifest.files.entries()) {
    const member = members[i];
    const sameHash = file.sha256 === member?.sha256 && file.root === member?.root;
    if (file.path !== member?.path || file.size !== member.size || !sameHash) {
      throw new TrustError('SEAL.MANIFEST', { reason: 'file differs', path: file.path.slice(0, 100) });
    }
  }
  return { manifest, sha256: b64u.encode(sha256(bytes)) };
}
