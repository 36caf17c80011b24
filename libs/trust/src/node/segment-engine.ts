import type { Worker } from 'node:worker_threads';
import { TrustError } from '../encoding/index.ts';
import type { TrustCode } from '../encoding/index.ts';
import type { SegmentBuffers, SegmentEngine, SegmentJob, SegmentResult } from '../package/ports.ts';
import { SEGMENT_BUFFER_BYTES } from '../package/segments.ts';
import { SegmentCipher } from './segment-cipher.ts';
import { startThread } from './thread.ts';

export type SegmentRequest =
  | { readonly kind: 'start'; readonly job: SegmentJob }
  | {
      readonly kind: 'run';
      readonly slot: number;
      /** With the slot's first segment: handing shared memory over costs as much as hashing a segment. */
      readonly buffers: SegmentBuffers | null;
      readonly length: number;
      readonly last: boolean;
    };

export type SegmentReply =
  | { readonly ok: true; readonly written: number }
  | { readonly ok: false; readonly code: TrustCode | null; readonly message: string };

/**
 * Seen by both threads: shared memory, because handing an ArrayBuffer over costs as much as hashing it. The side that does
 * not hold the segment waits for the message.
 */
export interface SharedBuffers extends SegmentBuffers {
  readonly input: SharedArrayBuffer;
  readonly output: SharedArrayBuffer;
}

const newSharedBuffers = (): SharedBuffers => ({
  input: new SharedArrayBuffer(SEGMENT_BUFFER_BYTES),
  output: new SharedArrayBuffer(SEGMENT_BUFFER_BYTES),
});

/** On the caller's own thread: for envelopes that are done before a thread has started. */
export class InlineEngine implements SegmentEngine {
  readonly newBuffers = newSharedBuffers;
  private cipher: SegmentCipher | null = null;

  start(job: SegmentJob): void {
    this.cipher = new SegmentCipher(job);
  }

  async run(buffers: SegmentBuffers, length: number, last: boolean): Promise<SegmentResult> {
    if (!this.cipher) throw new TrustError('SEAL.CHUNK');
    const input = new Uint8Array(buffers.input, 0, length);
    const written = this.cipher.run(input, new Uint8Array(buffers.output), last);
    return Promise.resolve({ buffers, written });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface Waiting {
  readonly buffers: SegmentBuffers;
  resolve(result: SegmentResult): void;
  reject(error: Error): void;
}

/** On a second thread, so that hashing and the disk go on meanwhile. */
export class ThreadEngine implements SegmentEngine {
  readonly newBuffers = newSharedBuffers;
  private readonly worker: Worker;
  private readonly waiting: Waiting[] = [];
  private readonly slots = new Map<SegmentBuffers, number>();
  private failure: Error | null = null;

  constructor() {
    this.worker = startThread(import.meta.url, './segment.worker');
    this.worker.on('message', (reply: SegmentReply) => {
      this.settle(reply);
    });
    this.worker.on('error', (error: Error) => {
      this.fail(error);
    });
    this.worker.on('exit', () => {
      this.fail(new Error('the crypto thread ended'));
    });
  }

  start(job: SegmentJob): void {
    this.slots.clear();
    this.worker.postMessage({ kind: 'start', job } satisfies SegmentRequest);
  }

  run(buffers: SegmentBuffers, length: number, last: boolean): Promise<SegmentResult> {
    const failure = this.failure;
    if (failure) return Promise.reject(failure);
    return new Promise((resolve, reject) => {
      this.waiting.push({ buffers, resolve, reject });
      const known = this.slots.get(buffers);
      const slot = known ?? this.slots.size;
      this.slots.set(buffers, slot);
      const request: SegmentRequest = {
        kind: 'run',
        slot,
        buffers: known === undefined ? buffers : null,
        length,
        last,
      };
      this.worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private settle(reply: SegmentReply): void {
    const next = this.waiting.shift();
    if (reply.ok) next?.resolve({ buffers: next.buffers, written: reply.written });
    else next?.reject(reply.code ? new TrustError(reply.code) : new Error(reply.message));
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }
}

/** Below this many bytes starting a thread costs more than it saves. */
export const THREAD_FROM_BYTES = 4 * 1024 * 1024;

export const engineFor = (bytes: number): SegmentEngine =>
  bytes < THREAD_FROM_BYTES ? new InlineEngine() : new ThreadEngine();
