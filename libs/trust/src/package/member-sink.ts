import { TrustError, concat } from '../encoding/index.ts';

/**
 * Takes the files of an envelope while it opens. Nothing is genuine as a whole before `complete`: an implementation
 * MUST keep what it got aside until then and drop it on `abandon`.
 */
export interface MemberSink {
  start(path: string, size: number): Promise<void>;
  /** `bytes` are valid until the promise settles. */
  data(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
  complete(): Promise<void>;
  abandon(): Promise<void>;
}

/** Small envelopes (I) in memory. */
export class MemorySink implements MemberSink {
  readonly files = new Map<string, Uint8Array>();
  private path = '';
  private pieces: Uint8Array[] = [];
  private left: number;

  constructor(maxBytes = 4 * 1024 * 1024) {
    this.left = maxBytes;
  }

  start(path: string, size: number): Promise<void> {
    this.left -= size;
    if (this.left < 0) return Promise.reject(new TrustError('SEAL.TOO_LONG', { size }));
    this.path = path;
    this.pieces = [];
    return Promise.resolve();
  }

  data(bytes: Uint8Array): Promise<void> {
    this.pieces.push(bytes.slice());
    return Promise.resolve();
  }

  end(): Promise<void> {
    this.files.set(this.path, concat(...this.pieces));
    return Promise.resolve();
  }

  complete(): Promise<void> {
    return Promise.resolve();
  }

  abandon(): Promise<void> {
    this.files.clear();
    return Promise.resolve();
  }
}
