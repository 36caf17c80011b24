/** The leaves of `root_e`. Imports nothing: a thread that only hashes starts in a moment. */
export const LEAF_BYTES = 1024 * 1024;
/** RFC 6962, 2.1: what a leaf's hash begins with. */
export const LEAF_PREFIX = Uint8Array.of(0);

/** An incremental SHA-256: node:crypto's or noble's. */
export interface StreamHash {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}
export type NewHash = () => StreamHash;

/** Cuts a stream of any pieces into 1 MiB leaves and hashes them. */
export class LeafHasher {
  private readonly leaves: Uint8Array[] = [];
  private current: StreamHash | null = null;
  private filled = 0;

  constructor(private readonly newHash: NewHash) {}

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
