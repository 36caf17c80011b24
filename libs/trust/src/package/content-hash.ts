import { b64u } from '../encoding/index.ts';
import { LEAF_BYTES, LeafHasher } from '../seal/leaf-hasher.ts';
import type { NewHash } from '../seal/leaf-hasher.ts';
import { rootOfLeaves } from '../seal/leaf-tree.ts';
import type { FileHash } from './ports.ts';

/** A {@link ContentHash} that answers at once. */
export interface PlainContentHash {
  update(bytes: Uint8Array): void;
  finish(): FileHash;
}

/** Whether a file of this size is listed by its tree (else by its plain SHA-256). The size alone decides. */
export const isListedByRoot = (size: number): boolean => size > LEAF_BYTES;

export const sameFileHash = (
  a: { readonly sha256?: string | undefined; readonly root?: string | undefined },
  b: { readonly sha256?: string | undefined; readonly root?: string | undefined },
): boolean => a.sha256 === b.sha256 && a.root === b.root;

/** Over an incremental SHA-256: node:crypto's, or noble's. */
export function contentHashOver(newHash: NewHash, size: number): PlainContentHash {
  if (isListedByRoot(size)) {
    const leaves = new LeafHasher(newHash);
    return {
      update: (bytes) => {
        leaves.update(bytes);
      },
      finish: () => ({ root: b64u.encode(rootOfLeaves(leaves.finish())) }),
    };
  }
  const hash = newHash();
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    finish: () => ({ sha256: b64u.encode(Uint8Array.from(hash.digest())) }),
  };
}
