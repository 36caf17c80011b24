import { buffer } from 'node:stream/consumers';
import { faultPoint } from '#kernel';
import { BlobNotFoundError } from '#storage';
import type { BlobStore } from '#storage';
import { TILE_WIDTH } from '#trust';
import type { Tile, TileReader } from '#trust';

/** Entries of this log have 32 bytes, and a big-endian uint16 length before them. */
export const ENTRY_BYTES = 34;
const HASH_BYTES = 32;
const PUBLISHED = 'log/checkpoint';

/** A tile, or (`entries`) the bundle of entries under the level-0 tile of this index and width. */
export interface TileName {
  readonly level: number | 'entries';
  readonly index: number;
  readonly width: number;
}

/** One folder a tile: its full form and its partial ones lie side by side, whatever their number. */
const keyOf = ({ level, index, width }: TileName): string =>
  `log/tile-${level}/${index}/${width === TILE_WIDTH ? 'full' : `p${width}`}`;

const PARTIAL = /^log\/tile-(entries|\d+)\/(\d+)\/p(\d+)$/;

/** Tiles and bundles as objects. What is written here is decided by the database alone, so writing twice is harmless. */
export class TileStore {
  constructor(private readonly blobs: BlobStore) {}

  /** Durable when it returns. */
  async write(name: TileName, bytes: Uint8Array): Promise<void> {
    await this.blobs.put(keyOf(name), bytes, { size: bytes.length });
    await faultPoint('transparency.tile.written');
  }

  /** Exactly what was written under this name. @throws BlobNotFoundError */
  async readExact(name: TileName): Promise<Uint8Array> {
    return new Uint8Array(await buffer(await this.blobs.get(keyOf(name))));
  }

  /**
   * The bytes of this width; where only the full tile is left, its beginning.
   * @throws BlobNotFoundError when there is neither
   */
  async read(name: TileName): Promise<Uint8Array> {
    try {
      return await this.readExact(name);
    } catch (error) {
      if (!(error instanceof BlobNotFoundError) || name.width === TILE_WIDTH) throw error;
      const full = await this.readExact({ ...name, width: TILE_WIDTH });
      return full.slice(0, name.width * (name.level === 'entries' ? ENTRY_BYTES : HASH_BYTES));
    }
  }

  /** Reads each tile once: for one proof or one check over many nodes of the same tiles. */
  memoReader(): TileReader {
    const known = new Map<string, Promise<Uint8Array>>();
    return (tile: Tile) => {
      const key = keyOf(tile);
      const found = known.get(key) ?? this.read(tile);
      known.set(key, found);
      return found;
    };
  }

  /**
   * Partial forms of a full tile are no longer needed: C2SP tlog-tiles, "Partial Tiles". `widths`: those that were signed.
   * By name, not by listing: a store may have to look at every object that it holds to list a few.
   */
  async deletePartials(level: number | 'entries', index: number, widths: readonly number[]): Promise<void> {
    for (const width of widths) await this.blobs.delete(keyOf({ level, index, width }));
  }

  /** Partial forms that a killed round left beside full tiles of a tree of `size`. Lists every tile: for the audit. */
  async sweepPartials(size: number): Promise<void> {
    for await (const { key } of this.blobs.list('log/tile-')) {
      const [, kind, index, width] = PARTIAL.exec(key) ?? [];
      if (kind === undefined || width === undefined) continue;
      const level = kind === 'entries' ? 0 : Number(kind);
      if ((Number(index) + 1) * TILE_WIDTH ** (level + 1) <= size) await this.blobs.delete(key);
    }
  }

  /** The checkpoint beside the tiles: a second memory of what was signed, should the database be set back. */
  async publishCheckpoint(text: string): Promise<void> {
    await this.blobs.put(PUBLISHED, new TextEncoder().encode(text));
  }

  async publishedCheckpoint(): Promise<string | null> {
    try {
      return (await buffer(await this.blobs.get(PUBLISHED))).toString('utf8');
    } catch (error) {
      if (error instanceof BlobNotFoundError) return null;
      throw error;
    }
  }
}
