/**
 * AES-256-GCM over one chunk, empty AAD, 16-byte tag behind the ciphertext. Two adapters: WebCrypto here, for
 * the browser and anywhere else; node:crypto in libs/trust/src/node, which is several times faster on small chunks.
 * Suite SM has one for both: neither knows SM4-GCM.
 */
import { TrustError } from '../encoding/index.ts';
import type { SuiteId } from '../records/value.ts';
import { Sm4Gcm } from '../sm/sm4-gcm.ts';

export interface ChunkAead {
  /** Ciphertext ‖ tag. */
  seal(nonce: Uint8Array, plain: Uint8Array): Promise<Uint8Array> | Uint8Array;
  /** Throws SEAL.CHUNK where the tag does not fit. */
  open(nonce: Uint8Array, sealed: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** Makes the cipher for one message's key. */
export type AeadFactory = (key: Uint8Array) => Promise<ChunkAead> | ChunkAead;

/** `Uint8Array` over a plain ArrayBuffer, which is what WebCrypto's types ask for. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);

export const webCryptoAead: AeadFactory = async (rawKey) => {
  const subtle = globalThis.crypto.subtle;
  const key = await subtle.importKey('raw', own(rawKey), 'AES-GCM', false, ['encrypt', 'decrypt']);
  return {
    seal: async (nonce, plain) =>
      new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv: own(nonce) }, key, own(plain))),
    open: async (nonce, sealed) => {
      try {
        return new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv: own(nonce) }, key, own(sealed)));
      } catch {
        throw new TrustError('SEAL.CHUNK');
      }
    },
  };
};

/** The cipher of a suite for one key: `aes` makes that of P256, SM's is the same everywhere. */
export const suiteAead = (
  suite: SuiteId,
  key: Uint8Array,
  aes: AeadFactory,
): Promise<ChunkAead> | ChunkAead => (suite === 'SM' ? sm4Aead(key) : aes(key));

/** SM4-GCM; the key has 16 bytes. */
function sm4Aead(key: Uint8Array): ChunkAead {
  const cipher = new Sm4Gcm(key);
  return {
    seal: (nonce, plain) => cipher.seal(nonce, plain),
    open: (nonce, sealed) => {
      const plain = cipher.open(nonce, sealed);
      if (plain === null) throw new TrustError('SEAL.CHUNK');
      return plain;
    },
  };
}
