/**
 * The log as static files: C2SP tlog-tiles (c2sp.org/tlog-tiles). A tile holds up to 256 consecutive hashes of every
 * eighth level of the tree; an entry bundle holds the entries under a level-0 tile.
 */
import { concat, uint } from '../encoding/bytes.ts';
import { TrustError } from '../encoding/trust-error.ts';
import { consistencyRanges, foldNodes, inclusionRanges, merkleRoot, rangeNodes } from './merkle.ts';
import type { Hash, NodeId, Range } from './merkle.ts';

export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
const HASH = 32;

export interface Tile {
  /** 0 holds leaf hashes; each hash of level l covers 256^l leaves. */
  readonly level: number;
  readonly index: number;
  /** Hashes in it: 256 when full, 1…255 when partial. */
  readonly width: number;
}

/** 1234067 is `x001/x234/067`. */
function indexPath(index: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) as string[];
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
}

const widthSuffix = (width: number): string => (width === TILE_WIDTH ? '' : `.p/${width}`);

/** `tile/<L>/<N>[.p/<W>]` */
export const tilePath = ({ level, index, width }: Tile): string =>
  `tile/${level}/${indexPath(index)}${widthSuffix(width)}`;

/** `tile/entries/<N>[.p/<W>]`, for the entries under the level-0 tile of this index and width. */
export const entriesPath = ({ index, width }: Pick<Tile, 'index' | 'width'>): string =>
  `tile/entries/${indexPath(index)}${widthSuffix(width)}`;

/** A path of this log, read; `level` is `entries` for a bundle. */
export interface TilePath {
  readonly level: number | 'entries';
  readonly index: number;
  readonly width: number;
}

const PATH = /^tile\/(entries|[0-5]?\d|6[0-3])\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** Reads a path that a client sent; null for anything but the one spelling of a tile or bundle. */
export function parseTilePath(path: string): TilePath | null {
  const [, kind, groups, partial] = PATH.exec(path) ?? [];
  if (kind === undefined || groups === undefined) return null;
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  if (width > TILE_WIDTH) return null;
  const parsed: TilePath = { level: kind === 'entries' ? kind : Number(kind), index, width };
  const spelled =
    parsed.level === 'entries' ? entriesPath(parsed) : tilePath({ index, width, level: parsed.level });
  return spelled === path ? parsed : null;
}

/** Hashes on a tile level of a tree: floor(size / 256^level). */
const levelSize = (size: number, level: number): number => Math.floor(size / TILE_WIDTH ** level);

/**
 * The tiles that a tree of `size2` has and one of `size1` has not, partial ones included, lowest level first.
 * With size1 = 0: all tiles.
 */
export function newTiles(size1: number, size2: number): Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0; levelSize(size2, level) > levelSize(size1, level); level++) {
    const total = levelSize(size2, level);
    for (let index = Math.floor(levelSize(size1, level) / TILE_WIDTH); index * TILE_WIDTH < total; index++) {
      tiles.push({ level, index, width: Math.min(TILE_WIDTH, total - index * TILE_WIDTH) });
    }
  }
  return tiles;
}

/** The hashes of a tile, split. @throws TrustError LOG.TILE when the length is not the width's */
export function tileHashes(tile: Tile, bytes: Uint8Array): Hash[] {
  if (bytes.length !== tile.width * HASH) throw new TrustError('LOG.TILE', { path: tilePath(tile) });
  return Array.from({ length: tile.width }, (_, i) => bytes.subarray(i * HASH, (i + 1) * HASH));
}

/** Must return exactly the bytes of this tile; a full tile may be cut to a smaller width by the reader. */
export type TileReader = (tile: Tile) => Promise<Uint8Array>;

/** The tile, of a tree of `size`, from which a node's hash follows. */
function tileOfNode({ level, index }: NodeId, size: number): Tile {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const tileIndex = Math.floor((index * 2 ** (level % TILE_HEIGHT)) / TILE_WIDTH);
  const width = Math.min(TILE_WIDTH, levelSize(size, tileLevel) - tileIndex * TILE_WIDTH);
  return { level: tileLevel, index: tileIndex, width };
}

async function nodeFromTiles(node: NodeId, size: number, read: TileReader): Promise<Hash> {
  const tile = tileOfNode(node, size);
  const span = 2 ** (node.level % TILE_HEIGHT);
  const first = node.index * span - tile.index * TILE_WIDTH;
  const hashes = tileHashes(tile, await read(tile));
  return merkleRoot(hashes.slice(first, first + span));
}

const rangeFromTiles = async (range: Range, size: number, read: TileReader): Promise<Hash> =>
  foldNodes(await Promise.all(rangeNodes(range).map((node) => nodeFromTiles(node, size, read))));

/** The root of the tree of `size`, recomputed from its tiles. @throws TrustError LOG.TILE */
export const rootFromTiles = (size: number, read: TileReader): Promise<Hash> =>
  rangeFromTiles({ from: 0, until: size }, size, read);

/** The complete subtrees of the tree, to continue it with `CompactTree`. @throws TrustError LOG.TILE */
export const nodesFromTiles = (size: number, read: TileReader): Promise<Hash[]> =>
  Promise.all(rangeNodes({ from: 0, until: size }).map((node) => nodeFromTiles(node, size, read)));

/** @throws TrustError LOG.RANGE | LOG.TILE */
export const inclusionProofFromTiles = (index: number, size: number, read: TileReader): Promise<Hash[]> =>
  Promise.all(inclusionRanges(index, size).map((range) => rangeFromTiles(range, size, read)));

/** @throws TrustError LOG.RANGE | LOG.TILE */
export const consistencyProofFromTiles = (size1: number, size2: number, read: TileReader): Promise<Hash[]> =>
  Promise.all(consistencyRanges(size1, size2).map((range) => rangeFromTiles(range, size2, read)));

/** Entries with big-endian uint16 lengths, joined. @throws TrustError LOG.TILE for an entry over 65,535 bytes */
export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  return concat(
    ...entries.flatMap((entry) => {
      if (entry.length > 0xffff) throw new TrustError('LOG.TILE', { length: entry.length });
      return [uint(entry.length, 2), entry];
    }),
  );
}

/** The entries of a bundle, exactly `width` of them. @throws TrustError LOG.TILE */
export function decodeEntries(bytes: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const from = at + 2;
    const until = from + (bytes[at] as number) * 256 + (bytes[at + 1] ?? 0);
    if (until > bytes.length) throw new TrustError('LOG.TILE', { reason: 'cut off' });
    entries.push(bytes.slice(from, until));
    at = until;
  }
  if (entries.length !== width) throw new TrustError('LOG.TILE', { width, actual: entries.length });
  return entries;
}
