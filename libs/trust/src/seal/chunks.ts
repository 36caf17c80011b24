/** How a chunked message is cut. Imports next to nothing: a thread that only encrypts starts in a moment. */
import { TrustError } from '../encoding/trust-error.ts';

export const CHUNK_BYTES = 16 * 1024;
export const TAG_BYTES = 16;
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
/** The text's own bound is 2^38 chunks; envelopes end at 64 GiB, so that counters stay exact integers. */
const MAX_CHUNKS = 2 ** 32;

/** Writes base nonce XOR counter into `out` (12 bytes). */
export function chunkNonce(baseNonce: Uint8Array, counter: number, out = new Uint8Array(12)): Uint8Array {
  if (!Number.isInteger(counter) || counter < 0 || counter >= MAX_CHUNKS)
    throw new TrustError('SEAL.TOO_LONG');
  out.set(baseNonce);
  const view = new DataView(out.buffer, out.byteOffset, 12);
  view.setUint32(8, view.getUint32(8) ^ counter);
  return out;
}
