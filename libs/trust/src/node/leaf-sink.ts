import { createHash } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import type { LeafSink } from '../package/ports.ts';
import { LeafHasher } from '../seal/leaf-hasher.ts';
import { startThread } from './thread.ts';

const newHasher = (): LeafHasher => new LeafHasher(() => createHash('sha256'));

export class InlineLeaves implements LeafSink {
  private hasher = newHasher();

  update(bytes: Uint8Array): Promise<void> {
    this.hasher.update(bytes);
    return Promise.resolve();
  }

  finish(): Promise<readonly Uint8Array[]> {
    const leaves = this.hasher.finish();
    this.hasher = newHasher();
    return Promise.resolve(leaves);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export type LeafRequest =
  | { readonly kind: 'copy'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'shared';
      readonly slot: number;
      /** With the slot's first use. */
      readonly memory: SharedArrayBuffer | null;
      readonly offset: number;
      readonly length: number;
    }
  | { readonly kind: 'finish' };

/** On a thread of its own: with hashing the plaintext and encrypting it is one third of the work. */
export class ThreadLeaves implements LeafSink {
  private readonly worker: Worker;
  private readonly slots = new Map<SharedArrayBuffer, number>();
  private readonly waiting: { resolve(answer: unknown): void; reject(error: Error): void }[] = [];
  private failure: Error | null = null;

  constructor() {
    this.worker = startThread(import.meta.url, './leaf.worker');
    this.worker.on('message', (answer: unknown) => this.waiting.shift()?.resolve(answer));
    this.worker.on('error', (error: Error) => {
      this.fail(error);
    });
    this.worker.on('exit', () => {
      this.fail(new Error('the leaf thread ended'));
    });
  }

  async update(bytes: Uint8Array): Promise<void> {
    const { buffer, byteOffset: offset, length } = bytes;
    if (!(buffer instanceof SharedArrayBuffer)) {
      await this.ask({ kind: 'copy', bytes });
      return;
    }
    const known = this.slots.get(buffer);
    const slot = known ?? this.slots.size;
    this.slots.set(buffer, slot);
    await this.ask({ kind: 'shared', slot, memory: known === undefined ? buffer : null, offset, length });
  }

  async finish(): Promise<readonly Uint8Array[]> {
    return (await this.ask({ kind: 'finish' })) as readonly Uint8Array[];
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private ask(request: LeafRequest): Promise<unknown> {
    const failure = this.failure;
    if (failure) return Promise.reject(failure);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.worker.postMessage(request);
    });
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }
}
