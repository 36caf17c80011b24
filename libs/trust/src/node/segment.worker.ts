import { parentPort } from 'node:worker_threads';
import { TrustError } from '../encoding/index.ts';
import { SegmentCipher } from './segment-cipher.ts';
import type { SegmentReply, SegmentRequest } from './segment-engine.ts';

/** The crypto thread: takes segments in order; an error ends the message that it belongs to. */
let cipher: SegmentCipher | null = null;

parentPort?.on('message', (request: SegmentRequest) => {
  if (request.kind === 'start') {
    cipher = new SegmentCipher(request.job);
    return;
  }
  parentPort?.postMessage(run(request));
});

function run({ buffers, length, last }: Extract<SegmentRequest, { kind: 'run' }>): SegmentReply {
  try {
    if (!cipher) throw new TrustError('SEAL.CHUNK');
    const input = new Uint8Array(buffers.input, 0, length);
    return { ok: true, written: cipher.run(input, new Uint8Array(buffers.output), last) };
  } catch (error) {
    cipher = null;
    return { ok: false, code: error instanceof TrustError ? error.code : null, message: String(error) };
  }
}
