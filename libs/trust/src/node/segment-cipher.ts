import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { TrustError } from '../encoding/trust-error.ts';
import type { SegmentJob } from '../package/ports.ts';
import { sm4Chunk } from '../package/sm4-chunk.ts';
import type { AeadFactory } from '../seal/aead.ts';
import { CHUNK_BYTES, SEALED_CHUNK_BYTES, TAG_BYTES, chunkNonce } from '../seal/chunks.ts';

const ALGORITHM = 'aes-256-gcm';

/** The chunk cipher over node:crypto. */
export const nodeAead: AeadFactory = (rawKey) => {
  const key = createSecretKey(rawKey);
  return {
    seal: (nonce, plain) => {
      const out = new Uint8Array(plain.length + TAG_BYTES);
      sealChunk(key, nonce, plain, out);
      return out;
    },
    open: (nonce, sealed) => {
      const out = new Uint8Array(sealed.length - TAG_BYTES);
      openChunk(key, nonce, sealed, out);
      return out;
    },
  };
};

function sealChunk(key: KeyObject, nonce: Uint8Array, plain: Uint8Array, out: Uint8Array): void {
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  out.set(cipher.update(plain));
  cipher.final();
  out.set(cipher.getAuthTag(), plain.length);
}

function openChunk(key: KeyObject, nonce: Uint8Array, sealed: Uint8Array, out: Uint8Array): void {
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch {
    throw new TrustError('SEAL.CHUNK');
  }
  out.set(plain);
}

type ApplyChunk = (nonce: Uint8Array, input: Uint8Array, out: Uint8Array) => void;

function aesChunk({ mode, key: raw }: SegmentJob): ApplyChunk {
  const key = createSecretKey(raw);
  const apply = mode === 'seal' ? sealChunk : openChunk;
  return (nonce, input, out) => {
    apply(key, nonce, input, out);
  };
}

/** One message's chunks in order. Synchronous: runs in a thread or inline. */
export class SegmentCipher {
  private readonly apply: ApplyChunk;
  private readonly nonce = new Uint8Array(12);
  private counter = 0;

  constructor(private readonly job: SegmentJob) {
    this.apply = job.suite === 'SM' ? sm4Chunk(job) : aesChunk(job);
  }

  /** Fills `out` and returns the bytes written. All but the last segment are whole chunks. */
  run(input: Uint8Array, out: Uint8Array, last: boolean): number {
    const sealing = this.job.mode === 'seal';
    const size = sealing ? CHUNK_BYTES : SEALED_CHUNK_BYTES;
    const delta = sealing ? TAG_BYTES : -TAG_BYTES;
    let written = 0;
    let at = 0;
    for (; at + size <= input.length; at += size, written += size + delta) {
      this.apply(this.nextNonce(), input.subarray(at, at + size), out.subarray(written));
    }
    const rest = input.subarray(at);
    if (!last && rest.length === 0) return written;
    if (!last || rest.length + delta < 0) throw new TrustError('SEAL.TRUNCATED');
    this.apply(this.nextNonce(), rest, out.subarray(written));
    return written + rest.length + delta;
  }

  private nextNonce(): Uint8Array {
    this.counter += 1;
    return chunkNonce(this.job.baseNonce, this.counter - 1, this.nonce);
  }
}
