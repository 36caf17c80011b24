import type { SegmentBuffers, SegmentEngine } from './ports.ts';

/** Segments under way at once: enough to keep both threads and the disk busy, few enough to bound memory (~8 MiB each). */
const DEPTH = 4;

/**
 * Cuts what it is fed into segments, runs them through the engine and delivers the results in order. A full pipe
 * makes the producer wait; an error anywhere surfaces at the producer's next call.
 */
export class SegmentPipe {
  private current: SegmentBuffers | null = null;
  private filled = 0;
  private made = 0;
  private readonly underWay: Promise<SegmentBuffers>[] = [];
  private previous: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly engine: SegmentEngine,
    private readonly segmentBytes: number,
    /** `bytes` are valid until the promise settles. */
    private readonly deliver: (bytes: Uint8Array) => Promise<void>,
  ) {}

  /** The free part of the current segment, never empty. Fill it from the front, then call {@link advance}. */
  async room(): Promise<Uint8Array> {
    this.current ??= await this.takeBuffers();
    return new Uint8Array(this.current.input, this.filled, this.segmentBytes - this.filled);
  }

  advance(bytes: number): void {
    this.filled += bytes;
    if (this.filled === this.segmentBytes) this.dispatch(false);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const room = await this.room();
      const take = Math.min(room.length, bytes.length - at);
      room.set(bytes.subarray(at, at + take));
      this.advance(take);
      at += take;
    }
  }

  /** Sends what is left as the last segment and waits for all deliveries. */
  async end(): Promise<void> {
    this.current ??= await this.takeBuffers();
    this.dispatch(true);
    await Promise.all(this.underWay);
  }

  /** Waits until no buffer is in use, whatever happened: before the files behind it are closed. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.underWay);
  }

  private async takeBuffers(): Promise<SegmentBuffers> {
    const oldest = this.made < DEPTH ? undefined : this.underWay.shift();
    if (oldest) return oldest;
    this.made += 1;
    return this.engine.newBuffers();
  }

  private dispatch(last: boolean): void {
    const buffers = this.current;
    if (!buffers) return;
    const done = this.process(buffers, this.filled, last, this.previous);
    done.catch(() => undefined);
    this.previous = done;
    this.underWay.push(done);
    this.current = null;
    this.filled = 0;
  }

  private async process(
    buffers: SegmentBuffers,
    length: number,
    last: boolean,
    before: Promise<unknown>,
  ): Promise<SegmentBuffers> {
    const [result] = await Promise.all([this.engine.run(buffers, length, last), before]);
    await this.deliver(new Uint8Array(result.buffers.output, 0, result.written));
    return result.buffers;
  }
}
