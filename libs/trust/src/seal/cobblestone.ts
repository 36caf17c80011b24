/**
 * Cobblestone-256: C2SP chunked encryption (c2sp.org/chunked-encryption) with SHA-512 and AES-256-GCM.
 * Ciphertext = salt 24 ‖ commitment 32 ‖ chunks of 16 KiB + 16-byte tag; the last chunk is always shorter than
 * 16 KiB and may be empty, so a truncated message is never a valid one. The commitment binds key and context.
 * Suite SM: the same layout over HMAC-SM3 and SM4-GCM, whose keys have 16 bytes.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { TrustError, concat, equalBytes, utf8 } from '../encoding/index.ts';
import type { SuiteId } from '../records/index.ts';
import { suiteOf } from '../suite/index.ts';
import { CHUNK_BYTES, SEALED_CHUNK_BYTES, TAG_BYTES } from './chunks.ts';

export const SALT_BYTES = 24;
export const HEADER_BYTES = SALT_BYTES + 32;
const KEY_BYTES = 32;

export interface CobblestoneKeys {
  readonly key: Uint8Array;
  /** 12 bytes; chunk i uses it XOR i (big-endian). */
  readonly baseNonce: Uint8Array;
  readonly commitment: Uint8Array;
}

const ALGORITHMS = { P256: 'AEAD_AES_256_GCM', SM: 'AEAD_SM4_GCM' } as const;

/** Derives key 32 (SM: 16) ‖ base nonce 12 ‖ commitment 32 from a uniformly random 32-byte input key. */
export function cobblestoneKeys(
  inputKey: Uint8Array,
  salt: Uint8Array,
  context: Uint8Array,
  suite: SuiteId = 'P256',
): CobblestoneKeys {
  if (inputKey.length !== KEY_BYTES || salt.length !== SALT_BYTES) throw new TrustError('SEAL.KEY_SIZE');
  const info = concat(
    utf8.encode(`c2sp.org/chunked-encryption@v1+${ALGORITHMS[suite]}`),
    new Uint8Array(1),
    salt,
    context,
  );
  const { keyBytes } = suiteOf(suite);
  const length = keyBytes + 12 + 32;
  const okm =
    suite === 'SM' ? suiteOf(suite).expand(inputKey, info, length) : expandSha512(inputKey, info, length);
  return {
    key: okm.slice(0, keyBytes),
    baseNonce: okm.slice(keyBytes, keyBytes + 12),
    commitment: okm.slice(keyBytes + 12),
  };
}

/** HKDF-Expand over SHA-512, from HMAC: noble's own refuses a PRK that is shorter than the hash (RFC 5869, 2.3). */
function expandSha512(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  let block = new Uint8Array(0);
  const blocks: Uint8Array[] = [];
  for (let i = 1, have = 0; have < length; i += 1, have += block.length) {
    block = Uint8Array.from(hmac(sha512, prk, concat(block, info, Uint8Array.of(i))));
    blocks.push(block);
  }
  return concat(...blocks).slice(0, length);
}

export function cobblestoneHeader(salt: Uint8Array, keys: CobblestoneKeys): Uint8Array {
  return concat(salt, keys.commitment);
}

/** Checks the header before any chunk is decrypted: wrong key, context or salt ends here. */
export function openHeader(
  inputKey: Uint8Array,
  header: Uint8Array,
  context: Uint8Array,
  suite: SuiteId = 'P256',
): CobblestoneKeys {
  if (header.length !== HEADER_BYTES) throw new TrustError('SEAL.TRUNCATED');
  const keys = cobblestoneKeys(inputKey, header.subarray(0, SALT_BYTES), context, suite);
  if (!equalBytes(keys.commitment, header.subarray(SALT_BYTES))) throw new TrustError('SEAL.WRONG_KEY');
  return keys;
}

export function chunkCount(plainLength: number): number {
  return Math.floor(plainLength / CHUNK_BYTES) + 1;
}

export function ciphertextLength(plainLength: number): number {
  return HEADER_BYTES + plainLength + chunkCount(plainLength) * TAG_BYTES;
}

/** Inverse of {@link ciphertextLength}; throws where no message has this length (it was cut or extended). */
export function plaintextLength(sealedLength: number): number {
  const body = sealedLength - HEADER_BYTES;
  const last = body % SEALED_CHUNK_BYTES;
  if (body < TAG_BYTES || last < TAG_BYTES) throw new TrustError('SEAL.TRUNCATED', { length: sealedLength });
  return Math.floor(body / SEALED_CHUNK_BYTES) * CHUNK_BYTES + last - TAG_BYTES;
}
