import { concat, encodeEntries, leafHash, merkleRoot, TILE_WIDTH } from '#trust';
import type { Hash } from '#trust';
import type { TileName } from '../infrastructure/tile-store.ts';

/** A tile or bundle with the bytes that it must have. */
export interface TileObject extends TileName {
  readonly bytes: Uint8Array;
}

interface Level {
  /** Tiles that are full. */
  done: number;
  /** Hashes of the one that is not. */
  hashes: Hash[];
}

/** Makes, from entries in order, the tiles that a log with exactly these has: each full one as it fills. */
export class TileFiller {
  private readonly levels: Level[] = [];
  private entries: Uint8Array[] = [];

  add(entry: Uint8Array): TileObject[] {
    this.entries.push(entry);
    return this.push(0, leafHash(entry));
  }

  /** The right edge, when all leaves have been added. */
  partial(): TileObject[] {
    const tiles = this.levels.flatMap(({ done, hashes }, level) =>
      hashes.length === 0 ? [] : [{ level, index: done, width: hashes.length, bytes: concat(...hashes) }],
    );
    if (this.entries.length === 0) return tiles;
    return [...tiles, this.bundle(this.levels[0]?.done ?? 0)];
  }

  private bundle(index: number): TileObject {
    return { level: 'entries', index, width: this.entries.length, bytes: encodeEntries(this.entries) };
  }

  private push(number: number, hash: Hash): TileObject[] {
    const level = (this.levels[number] ??= { done: 0, hashes: [] });
    level.hashes.push(hash);
    if (level.hashes.length < TILE_WIDTH) return [];
    const { hashes, done: index } = level;
    const objects: TileObject[] = [{ level: number, index, width: TILE_WIDTH, bytes: concat(...hashes) }];
    if (number === 0) {
      objects.push(this.bundle(index));
      this.entries = [];
    }
    Object.assign(level, { done: index + 1, hashes: [] });
    return [...objects, ...this.push(number + 1, merkleRoot(hashes))];
  }
}
