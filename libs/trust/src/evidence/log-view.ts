import { b64u, equalBytes, TrustError } from '../encoding/index.ts';
import { blindedLeaf, leafHash, merkleRoot, openCheckpoint } from '../log/index.ts';
import type { NoteKey } from '../log/index.ts';
import type { LogView } from './release-policy.ts';

/**
 * A view over all entries of the log up to one checkpoint, as a trustee's client reads them from the tiles.
 * `entries` are the 32-byte leaves in order, from the platform; they count only because their root is the one that
 * the pinned log key signed.
 * @throws TrustError NOTE.* | LOG.CHECKPOINT when the checkpoint or its root does not hold
 */
export function logOfEntries(entries: readonly Uint8Array[], checkpoint: string, log: NoteKey): LogView {
  const hashes = entries.map((entry) => leafHash(entry));
  const signedRoot = (text: string): number | null => {
    try {
      const { size, root } = openCheckpoint(text, log);
      if (size > hashes.length) return null;
      return equalBytes(merkleRoot(hashes.slice(0, size)), root) ? size : null;
    } catch (error) {
      if (error instanceof TrustError) return null;
      throw error;
    }
  };
  const { size } = openCheckpoint(checkpoint, log);
  if (size !== entries.length || signedRoot(checkpoint) === null) {
    throw new TrustError('LOG.CHECKPOINT', { size, entries: entries.length }, 'platform');
  }
  return {
    holds(hash, blind, index) {
      const entry = entries[index];
      return entry !== undefined && equalBytes(entry, blindedLeaf(b64u.decode(hash), b64u.decode(blind)));
    },
    covers: signedRoot,
  };
}
