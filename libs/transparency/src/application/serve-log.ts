import { BlobNotFoundError } from '#storage';
import { parseTilePath, TILE_WIDTH } from '#trust';
import type { LogReceipt, WitnessTerms } from '#trust';
import type { TileStore } from '../infrastructure/tile-store.ts';
import type { ReadLog } from './read-log.ts';

/** The log as outsiders see it: nothing that a signed checkpoint does not cover. */
export class ServeLog {
  constructor(
    private readonly read: ReadLog,
    private readonly tiles: TileStore,
    private readonly terms: WitnessTerms,
  ) {}

  async checkpoint(): Promise<string | null> {
    return (await this.read.latest())?.text ?? null;
  }

  /** The newest checkpoint that q of the platform's witnesses cosigned, with what they signed; null where there is none. */
  async cosigned(q: number): Promise<string | null> {
    // More than there are: every cosignature ever kept would be looked at, for whoever asks.
    if (q > this.terms.witnesses.length) return null;
    return (await this.read.newest({ ...this.terms, q }))?.text ?? null;
  }

  /** `path` as in C2SP tlog-tiles, from a client: null for anything that is no tile of the signed tree. */
  async tile(path: string): Promise<Uint8Array | null> {
    const name = parseTilePath(path);
    if (!name) return null;
    const size = (await this.read.latest())?.size ?? 0;
    const level = name.level === 'entries' ? 0 : name.level;
    if (name.index * TILE_WIDTH + name.width > Math.floor(size / TILE_WIDTH ** level)) return null;
    try {
      return await this.tiles.read(name);
    } catch (error) {
      // A width that no checkpoint asked for; a client must not fetch those (tlog-tiles, "Partial Tiles").
      if (error instanceof BlobNotFoundError && name.width < TILE_WIDTH) return null;
      throw error;
    }
  }

  /** Null also for a record that is logged and not public: the two look the same. */
  async publicReceipt(hash: string): Promise<LogReceipt | null> {
    return (await this.read.isPublished(hash)) ? await this.read.receipt(hash) : null;
  }
}
