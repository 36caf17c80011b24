import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { BlobMismatchError } from '../blob-store.ts';
import type { Observe } from '../blob-store.ts';

export interface Expected {
  readonly size: number;
  readonly observe?: Observe;
  /** Called when all bytes were seen and before the last is sent: may throw a BlobMismatchError to refuse them. */
  readonly approve?: () => void;
}

/**
 * Counts a body and takes its MD5 on its way to the store, and holds its last chunk back until everything is known to be as
 * announced: with a byte missing the store never has a whole request, so it stores nothing.
 */
export class MeasuredBody extends Transform {
  private readonly md5 = createHash('md5');
  private held: Buffer | null = null;
  private taken = 0;
  /** Hexadecimal; set when the body is complete. */
  digest: string | null = null;
  /** What broke the source (a client that went away), as opposed to the store. */
  sourceError: unknown = null;

  constructor(
    source: Readable | Uint8Array,
    private readonly expected: Expected,
  ) {
    super();
    const stream = source instanceof Readable ? source : Readable.from([source], { objectMode: false });
    stream.once('error', (error) => {
      this.sourceError = error;
      this.destroy(error);
    });
    stream.once('close', () => {
      if (stream.readableEnded || this.destroyed) return;
      this.sourceError = new BlobMismatchError('size', 'the body ended early');
      this.destroy(this.sourceError as Error);
    });
    this.once('close', () => stream.destroy());
    stream.pipe(this);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.taken += chunk.length;
    if (this.taken > this.expected.size) {
      done(this.mismatch('size', `more than the ${this.expected.size} bytes announced`));
      return;
    }
    this.expected.observe?.(chunk);
    this.md5.update(chunk);
    const ready = this.held;
    this.held = chunk;
    done(null, ready ?? undefined);
  }

  override _flush(done: TransformCallback): void {
    if (this.taken !== this.expected.size) {
      done(this.mismatch('size', `${this.taken} of the ${this.expected.size} bytes announced`));
      return;
    }
    try {
      this.expected.approve?.();
    } catch (error) {
      this.sourceError = error;
      done(error as Error);
      return;
    }
    this.digest = this.md5.digest('hex');
    done(null, this.held ?? undefined);
  }

  private mismatch(what: 'size', message: string): BlobMismatchError {
    const error = new BlobMismatchError(what, message);
    this.sourceError = error;
    return error;
  }
}

/** Cuts a body of unknown size into pieces of exactly `size` bytes, the last one shorter; at least one piece. */
export async function* pieces(body: Readable | Uint8Array, size: number): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = [];
  let bytes = 0;
  let given = 0;
  for await (const chunk of body instanceof Readable ? body : [body]) {
    let rest = Buffer.from(chunk as Uint8Array);
    while (bytes + rest.length > size) {
      const head = rest.subarray(0, size - bytes);
      rest = rest.subarray(head.length);
      yield Buffer.concat([...gathered, head]);
      given++;
      gathered = [];
      bytes = 0;
    }
    gathered.push(rest);
    bytes += rest.length;
  }
  if (bytes > 0 || given === 0) yield Buffer.concat(gathered);
}
