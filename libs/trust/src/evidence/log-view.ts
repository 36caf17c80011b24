import { b64u, equalBytes, TrustError } from '../encoding/index.ts';
import {
  blindedLeaf,
  consistencyProofFromTiles,
  inclusionProofFromTiles,
  leafHash,
  openCheckpoint,
  TILE_WIDTH,
  tileHashes,
  verifyConsistency,
  verifyInclusion,
} from '../log/index.ts';
import type { Checkpoint, Hash, NoteKey, TileReader } from '../log/index.ts';
import type { LogView } from './release-policy.ts';

/** What a client wants to know of the log: leaves by their indexes, and which checkpoints are earlier states of it. */
export interface LogQuestion {
  readonly indexes: readonly number[];
  /** Signed notes. */
  readonly checkpoints: readonly string[];
}

/**
 * A view over those leaves and checkpoints alone, proved from tiles: O(log n) of them each, however long the log is.
 * `read` gives what the platform serves; it counts only because it leads to the root that the pinned log key signed.
 * What was not asked for, or is not there, the view does not hold.
 * @throws TrustError NOTE.* | LOG.CHECKPOINT | LOG.TILE when the checkpoint or the tiles under it do not hold
 */
export async function proveLog(
  { indexes, checkpoints }: LogQuestion,
  checkpoint: string,
  log: NoteKey,
  read: TileReader,
): Promise<LogView> {
  const tree = openCheckpoint(checkpoint, log);
  const leaves = new Map<number, Hash>();
  for (const index of new Set(indexes))
    if (index < tree.size) leaves.set(index, await provenLeaf(index, tree, read));
  const sizes = new Map<string, number>();
  for (const text of new Set(checkpoints)) {
    const size = await provenSize(text, tree, log, read);
    if (size !== null) sizes.set(text, size);
  }
  return {
    holds(hash, blind, index) {
      const leaf = leaves.get(index);
      return (
        leaf !== undefined && equalBytes(leaf, leafHash(blindedLeaf(b64u.decode(hash), b64u.decode(blind))))
      );
    },
    covers: (text) => sizes.get(text) ?? null,
  };
}

async function provenLeaf(index: number, tree: Checkpoint, read: TileReader): Promise<Hash> {
  const at = Math.floor(index / TILE_WIDTH);
  const tile = { level: 0, index: at, width: Math.min(TILE_WIDTH, tree.size - at * TILE_WIDTH) };
  const leaf = tileHashes(tile, await read(tile))[index % TILE_WIDTH] as Hash;
  const proof = await inclusionProofFromTiles(index, tree.size, read);
  if (!verifyInclusion({ index, size: tree.size, leaf, proof, root: tree.root }))
    throw new TrustError(
      'LOG.CHECKPOINT',
      { reason: 'the tiles are not the signed tree', index },
      'platform',
    );
  return leaf;
}

/** Null for a note that the log's key did not sign, or whose tree is no beginning of this one. */
async function provenSize(
  text: string,
  tree: Checkpoint,
  log: NoteKey,
  read: TileReader,
): Promise<number | null> {
  try {
    const { size, root } = openCheckpoint(text, log);
    if (size > tree.size) return null;
    const proof = size === tree.size ? [] : await consistencyProofFromTiles(size, tree.size, read);
    const claim = { size1: size, root1: root, size2: tree.size, root2: tree.root, proof };
    return verifyConsistency(claim) ? size : null;
  } catch (error) {
    if (error instanceof TrustError) return null;
    throw error;
  }
}
