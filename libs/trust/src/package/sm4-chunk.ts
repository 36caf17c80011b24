import { TrustError } from '../encoding/trust-error.ts';
import { Sm4Gcm } from '../sm/sm4-gcm.ts';
import type { SegmentJob } from './ports.ts';

/** Seals or opens one chunk of suite SM into `out`; the same code in Node and in the browser. Throws SEAL.CHUNK. */
export function sm4Chunk({
  mode,
  key,
}: SegmentJob): (nonce: Uint8Array, input: Uint8Array, out: Uint8Array) => void {
  const cipher = new Sm4Gcm(key);
  if (mode === 'seal')
    return (nonce, input, out) => {
      cipher.sealInto(nonce, input, out);
    };
  return (nonce, input, out) => {
    const plain = cipher.open(nonce, input);
    if (plain === null) throw new TrustError('SEAL.CHUNK');
    out.set(plain);
  };
}
