/**
 * `root_e`: the RFC 6962 root over a ciphertext in leaves of 1 MiB, the last one shorter. It is hashed as the bytes
 * stream by; only the leaf hashes stay in memory (64 KiB for 2 GiB).
 */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { merkleRoot } from '../log/index.ts';

export const LEAF_BYTES = 1024 * 1024;

/** An incremental SHA-256: node:crypto's or noble's. */
export interface StreamHash {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}
export type NewHash = () => StreamHash;

const newNobleHash: NewHash = () => nobleSha256.create();

/** RFC 6962 leaf hash: SHA-256(0x00 ‖ leaf), leaf of at most 1 MiB. */
export function leafHash1MiB(leaf: Uint8Array, newHash: NewHash = newNobleHash): Uint8Array {
  if (leaf.length > LEAF_BYTES) throw new RangeError('a leaf is at most 1 MiB');
  const hash = newHash();
  hash.update(LEAF_PREFIX);
  hash.update(leaf);
  return Uint8Array.from(hash.digest());
}

const LEAF_PREFIX = Uint8Array.of(0);

/** Cuts a stream of any pieces into 1 MiB leaves and hashes them. */
export class LeafHasher {
  private readonly leaves: Uint8Array[] = [];
  private current: StreamHash | null = null;
  private filled = 0;

  constructor(private readonly newHash: NewHash = newNobleHash) {}

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const take = Math.min(LEAF_BYTES - this.filled, bytes.length - at);
      this.open().update(bytes.subarray(at, at + take));
      at += take;
      this.filled += take;
      if (this.filled === LEAF_BYTES) this.finishLeaf();
    }
  }

  /** Leaf hashes in order; the hasher is used up. */
  finish(): Uint8Array[] {
    if (this.filled > 0) this.finishLeaf();
    return this.leaves;
  }

  private open(): StreamHash {
    if (this.current) return this.current;
    const hash = this.newHash();
    hash.update(LEAF_PREFIX);
    this.current = hash;
    return hash;
  }

  private finishLeaf(): void {
    if (this.current) this.leaves.push(Uint8Array.from(this.current.digest()));
    this.current = null;
    this.filled = 0;
  }
}

/** The tree's root from its leaf hashes; of no leaves it is SHA-256 of nothing (RFC 6962, 2.1). */
export function rootOfLeaves(leafHashes: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(leafHashes);
}
