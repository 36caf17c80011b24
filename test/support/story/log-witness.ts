import { consistencyProofFromTiles, openCheckpoint, parseVkey, tilePath, verifyConsistency } from '#trust';
import type { Tile } from '#trust';
import type { Caller } from './caller.ts';

/** Somebody outside who writes down every checkpoint that the platform has ever shown. */
export class LogWitness {
  private readonly seen = new Map<string, { readonly size: number; readonly root: Uint8Array }>();
  private watching = true;

  constructor(
    private readonly visitor: Caller,
    private readonly vkey: string,
  ) {}

  /** Looks every `pauseMs` until {@link stop}; a platform that is away shows nothing. */
  async watch(pauseMs = 250): Promise<void> {
    while (this.watching) {
      await this.look().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  stop(): void {
    this.watching = false;
  }

  get checkpoints(): number {
    return this.seen.size;
  }

  /** @throws TrustError for a checkpoint that the log's own key did not sign */
  async look(): Promise<number> {
    const bytes = await this.visitor.bytes('GET', '/log/checkpoint');
    return this.note(Buffer.from(bytes).toString());
  }

  /** A checkpoint that came another way (in a receipt). */
  note(text: string): number {
    const { size, root } = openCheckpoint(text, parseVkey(this.vkey));
    this.seen.set(`${size} ${Buffer.from(root).toString('hex')}`, { size, root });
    return size;
  }

  /** What contradicts the log as it is now; empty when it only ever grew. */
  async contradictions(): Promise<string[]> {
    await this.look();
    const trees = [...this.seen.values()].sort((a, b) => a.size - b.size);
    const last = trees.at(-1);
    if (!last) return ['no checkpoint was ever seen'];
    const found: string[] = [];
    for (const tree of trees.filter(({ size }) => size > 0)) {
      const proof = await consistencyProofFromTiles(tree.size, last.size, (tile) => this.tile(tile));
      const claim = { size1: tree.size, root1: tree.root, size2: last.size, root2: last.root, proof };
      if (!verifyConsistency(claim)) found.push(`the tree of ${tree.size} is no beginning of ${last.size}`);
    }
    return found;
  }

  private async tile(tile: Tile): Promise<Uint8Array> {
    try {
      return await this.visitor.bytes('GET', `/log/${tilePath(tile)}`);
    } catch (error) {
      // Partial tiles vanish when the full one is there: its beginning is the partial one.
      if (tile.width === 256) throw error;
      const full = await this.visitor.bytes('GET', `/log/${tilePath({ ...tile, width: 256 })}`);
      return full.subarray(0, tile.width * 32);
    }
  }
}
