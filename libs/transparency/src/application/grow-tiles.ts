import { IntegrityError } from '#kernel';
import {
  blindedLeaf,
  CompactTree,
  concat,
  decodeEntries,
  encodeEntries,
  equalBytes,
  foldNodes,
  leafHash,
  merkleRoot,
  newTiles,
  nodesFromTiles,
  rootFromTiles,
  TILE_WIDTH,
  tileHashes,
} from '#trust';
import type { Hash, TileReader } from '#trust';
import type { PlacedLeaf } from '../infrastructure/log-store.ts';
import type { TileStore } from '../infrastructure/tile-store.ts';
import type { TileObject } from './tile-filler.ts';

/** Objects written or read at once. */
const PARALLEL = 8;

export const entryOf = ({ hash, blind }: PlacedLeaf): Uint8Array => blindedLeaf(hash, blind);

/** Runs `work` over the items, a few at a time; the first failure ends it. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, lane));
}

/** Index of the first leaf under the tile that a tree of `size` goes on with. */
export const tileStart = (size: number): number => size - (size % TILE_WIDTH);

/** A tree that was signed: what its tiles must give. */
export interface SignedTree {
  readonly size: number;
  readonly root: Hash;
}

/**
 * The complete subtrees of a signed tree, read from its right edge: O(log n) tiles.
 * @throws IntegrityError when the tiles do not give the root that was signed
 */
export async function edgeOf(tree: SignedTree, read: TileReader): Promise<Hash[]> {
  const nodes = await nodesFromTiles(tree.size, read);
  if (!equalBytes(foldNodes(nodes), tree.root))
    throw new IntegrityError('the tiles do not have the signed root', { size: tree.size });
  return nodes;
}

/**
 * Every tile and bundle that the larger tree has and the smaller one has not. `entries` are all from `tileStart(from)`
 * to `until`; `read` gives tiles of the smaller tree.
 * @throws IntegrityError when a stored tile and the leaves disagree
 */
export async function tilesBetween(
  from: number,
  until: number,
  entries: readonly Uint8Array[],
  read: TileReader,
): Promise<TileObject[]> {
  const objects: TileObject[] = [];
  // Hashes on the current level, from the first tile that changes on.
  let hashes = await joinedWithStored(0, from, entries.map(leafHash), read);
  const tiles = newTiles(from, until);
  for (let level = 0; hashes.length > 0; level++) {
    const own = tiles.filter((tile) => tile.level === level);
    const first = own[0]?.index ?? 0;
    const sliceOf = <T>(list: readonly T[], index: number, width: number) =>
      list.slice((index - first) * TILE_WIDTH, (index - first) * TILE_WIDTH + width);
    for (const tile of own) {
      objects.push({ ...tile, bytes: concat(...sliceOf(hashes, tile.index, tile.width)) });
      if (level === 0)
        objects.push({
          ...tile,
          level: 'entries',
          bytes: encodeEntries(sliceOf(entries, tile.index, tile.width)),
        });
    }
    const full = own.filter(({ width }) => width === TILE_WIDTH);
    if (full.length === 0) break;
    const above = full.map(({ index, width }) => merkleRoot(sliceOf(hashes, index, width)));
    hashes = await joinedWithStored(level + 1, from, above, read);
  }
  return objects;
}

/**
 * The hashes of a level from the start of the smaller tree's partial tile on. On level 0 the leaves begin there and the
 * stored tile must agree with them; above, the stored hashes come first and the new ones follow.
 */
async function joinedWithStored(
  level: number,
  size: number,
  hashes: readonly Hash[],
  read: TileReader,
): Promise<Hash[]> {
  const total = Math.floor(size / TILE_WIDTH ** level);
  const width = total % TILE_WIDTH;
  if (width === 0) return [...hashes];
  const tile = { level, index: Math.floor(total / TILE_WIDTH), width };
  const stored = tileHashes(tile, await read(tile));
  if (level > 0) return [...stored, ...hashes];
  if (!stored.every((hash, i) => equalBytes(hash, hashes[i] ?? new Uint8Array())))
    throw new IntegrityError('a stored tile differs from its leaves', { level, index: tile.index });
  return [...hashes];
}

/**
 * Reads everything that was written back from the store and computes the larger tree's root twice: by appending the
 * entries that were read to the smaller tree, and from the right edge of the tiles that were read. Both must be one.
 * A flipped bit in memory or on disk ends here, before anything is signed (it once ended a CT log's life).
 * @throws IntegrityError
 */
export async function rootOfWritten(
  written: readonly TileObject[],
  from: { readonly size: number; readonly edge: readonly Hash[] },
  until: number,
  tiles: TileStore,
): Promise<Hash> {
  const bundles: { index: number; bytes: Uint8Array; width: number }[] = [];
  await eachOf(written, async (object) => {
    const stored = await tiles.readExact(object);
    if (!equalBytes(stored, object.bytes))
      throw new IntegrityError('a tile was not stored as it was written', {
        level: object.level,
        index: object.index,
      });
    if (object.level === 'entries') bundles.push({ index: object.index, bytes: stored, width: object.width });
  });
  const tree = new CompactTree(from.size, from.edge);
  for (const bundle of bundles.sort((a, b) => a.index - b.index))
    for (const [i, entry] of decodeEntries(bundle.bytes, bundle.width).entries())
      if (bundle.index * TILE_WIDTH + i >= tree.size) tree.append(leafHash(entry));
  const root = await rootFromTiles(until, tiles.memoReader());
  if (tree.size !== until || !equalBytes(tree.root(), root))
    throw new IntegrityError('entries and tiles give different roots', { size: until, appended: tree.size });
  return root;
}
