import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { LeafHasher } from '../seal/leaf-hasher.ts';
import type { LeafRequest } from './leaf-sink.ts';

/** The leaf thread: hashes the ciphertext that the crypto thread left in shared memory, in order. */
const newHasher = (): LeafHasher => new LeafHasher(() => createHash('sha256'));
let hasher = newHasher();
const slots: SharedArrayBuffer[] = [];

parentPort?.on('message', (request: LeafRequest) => {
  if (request.kind === 'finish') {
    parentPort?.postMessage(hasher.finish());
    hasher = newHasher();
    return;
  }
  if (request.kind === 'copy') {
    hasher.update(request.bytes);
  } else {
    if (request.memory) slots[request.slot] = request.memory;
    const memory = slots[request.slot];
    if (!memory) throw new Error('a segment without its memory');
    hasher.update(new Uint8Array(memory, request.offset, request.length));
  }
  parentPort?.postMessage(null);
});
