import { parentPort } from 'node:worker_threads';
import { TrustError } from '../encoding/trust-error.ts';
import { SegmentCipher } from './segment-cipher.ts';
import type { SegmentBuffers } from '../package/ports.ts';
import type { SegmentReply, SegmentRequest } from './segment-engine.ts';

/** The crypto thread: takes segments in order; an error ends the message that it belongs to. */
let cipher: SegmentCipher | null = null;
let slots: SegmentBuffers[] = [];

parentPort?.on('message', (request: SegmentRequest) => {
  if (request.kind === 'start') {
    cipher = new SegmentCipher(request.job);
    slots = [];
    return;
  }
  parentPort?.postMessage(run(request));
});

function run(request: Extract<SegmentRequest, { kind: 'run' }>): SegmentReply {
  const { slot, length, last } = request;
  try {
    if (request.buffers) slots[slot] = request.buffers;
    const buffers = slots[slot];
    if (!cipher || !buffers) throw new TrustError('SEAL.CHUNK');
    const input = new Uint8Array(buffers.input, 0, length);
    return { ok: true, written: cipher.run(input, new Uint8Array(buffers.output), last) };
  } catch (error) {
    cipher = null;
    return { ok: false, code: error instanceof TrustError ? error.code : null, message: String(error) };
  }
}
