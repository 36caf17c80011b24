import type { Writable } from 'node:stream';

/** Some events of a feed, as bytes, and the number of the last of them. */
export interface HallBatch {
  readonly bytes: Buffer;
  readonly last: number;
}

/** Where a viewer reads on. */
export interface HallSource {
  /** What follows `position` and is at hand; null: nothing new; 'older': it is not at hand any more. */
  after(position: number): HallBatch | null | 'older';
  /** The same from the database; null where there is nothing. */
  older(position: number): Promise<HallBatch | null>;
}

const HEARTBEAT = ': \n\n';

/**
 * One viewer's place in a feed. It takes what comes next only when its connection has taken what came before, so that a
 * slow one costs a position and never a queue; one that takes nothing for `slowMs` is dropped.
 */
export class HallViewer {
  private pumping = false;

  constructor(
    private readonly out: Writable,
    private readonly source: HallSource,
    /** Sequence of the last event that this viewer has. */
    private position: number,
    private readonly slowMs: number,
  ) {}

  /** There may be something new. */
  wake(): void {
    if (!this.pumping) void this.pump(null);
  }

  beat(): void {
    if (!this.pumping) void this.pump(HEARTBEAT);
  }

  end(): void {
    this.out.end();
  }

  private get gone(): boolean {
    return this.out.destroyed || this.out.writableEnded;
  }

  /** Never rejects: a database that is away leaves the viewer where it is, until the next wake. */
  private async pump(first: string | null): Promise<void> {
    this.pumping = true;
    try {
      if (first !== null && !(await this.write(first))) return;
      for (;;) {
        let batch = this.source.after(this.position);
        if (batch === 'older') batch = await this.source.older(this.position).catch(() => null);
        if (batch === null || !(await this.write(batch.bytes))) return;
        this.position = batch.last;
      }
    } finally {
      this.pumping = false;
    }
  }

  /** False where the viewer has gone, or was dropped. */
  private async write(bytes: Buffer | string): Promise<boolean> {
    if (this.gone) return false;
    if (this.out.write(bytes)) return true;
    return this.drained();
  }

  private drained(): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (well: boolean) => {
        clearTimeout(timer);
        this.out.off('drain', drain).off('close', closed);
        if (!well) this.out.destroy();
        resolve(well);
      };
      const drain = () => finish(true);
      const closed = () => finish(false);
      const timer = setTimeout(closed, this.slowMs);
      this.out.on('drain', drain).on('close', closed);
      if (this.gone) closed();
    });
  }
}
