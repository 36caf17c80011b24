/**
 * `root_e`: the RFC 6962 root over a ciphertext in leaves of 1 MiB, the last one shorter. It is hashed as the bytes
 * stream by; only the leaf hashes stay in memory (64 KiB for 2 GiB).
 */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { merkleRoot } from '../log/index.ts';
import { LEAF_BYTES, LEAF_PREFIX } from './leaf-hasher.ts';
import type { NewHash } from './leaf-hasher.ts';

const newNobleHash: NewHash = () => nobleSha256.create();

/** RFC 6962 leaf hash: SHA-256(0x00 ‖ leaf), leaf of at most 1 MiB. */
export function leafHash1MiB(leaf: Uint8Array, newHash: NewHash = newNobleHash): Uint8Array {
  if (leaf.length > LEAF_BYTES) throw new RangeError('a leaf is at most 1 MiB');
  const hash = newHash();
  hash.update(LEAF_PREFIX);
  hash.update(leaf);
  return Uint8Array.from(hash.digest());
}

/** The tree's root from its leaf hashes; of no leaves it is SHA-256 of nothing (RFC 6962, 2.1). */
export function rootOfLeaves(leafHashes: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(leafHashes);
}
