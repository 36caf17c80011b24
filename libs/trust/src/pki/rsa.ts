import { sha256 } from '@noble/hashes/sha2.js';
import { concat, fromHex, sameBytes } from './bytes.ts';
import { bytesToBigInt } from './der.ts';
import type { PublicKey } from './public-key.ts';

type RsaKey = Extract<PublicKey, { type: 'rsa' }>;

/** DigestInfo of SHA-256 up to the hash, with the NULL parameter (RFC 8017 section 9.2, note 1). */
const DIGEST_INFO = fromHex('3031300d060960864801650304020105000420');
const HASH = 32;

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** RSAVP1: the encoded message, or null for a signature of a wrong length or out of range. */
function encodedMessage(key: RsaKey, signature: Uint8Array): Uint8Array | null {
  if (signature.length !== key.bytes) return null;
  const value = bytesToBigInt(signature);
  if (value >= key.modulus) return null;
  return fromHex(
    power(value, key.exponent, key.modulus)
      .toString(16)
      .padStart(key.bytes * 2, '0'),
  );
}

/**
 * RSASSA-PKCS1-v1_5 with SHA-256: the one right encoding is built and compared, nothing in the signature is
 * parsed (RFC 8017 section 8.2.2), which is why no padding or hash-OID trick can pass.
 */
export function verifyRsaPkcs1(key: RsaKey, message: Uint8Array, signature: Uint8Array): boolean {
  const found = encodedMessage(key, signature);
  if (found === null) return false;
  const padding = new Uint8Array(key.bytes - 3 - DIGEST_INFO.length - HASH).fill(0xff);
  const expected = concat(new Uint8Array([0, 1]), padding, new Uint8Array([0]), DIGEST_INFO, sha256(message));
  return sameBytes(found, expected);
}

function mgf1(seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let counter = 0; counter * HASH < length; counter++) {
    blocks.push(sha256(concat(seed, new Uint8Array([0, 0, counter >> 8, counter & 0xff]))));
  }
  return concat(...blocks).subarray(0, length);
}

/** RSASSA-PSS with SHA-256, MGF1-SHA-256 and a salt of 32 bytes (RFC 8017 section 9.1.2). */
export function verifyRsaPss(key: RsaKey, message: Uint8Array, signature: Uint8Array): boolean {
  // emBits = modulus bits - 1, and the modulus is whole octets: one top bit must be zero.
  const found = encodedMessage(key, signature);
  if (found === null || (found[0] ?? 0xff) >= 0x80 || found[found.length - 1] !== 0xbc) return false;
  const maskedLength = key.bytes - HASH - 1;
  const hash = found.subarray(maskedLength, maskedLength + HASH);
  const mask = mgf1(hash, maskedLength);
  const block = found.subarray(0, maskedLength).map((octet, i) => octet ^ (mask[i] ?? 0));
  block[0] = (block[0] ?? 0) & 0x7f;
  const paddingLength = maskedLength - HASH - 1;
  if (block.subarray(0, paddingLength).some((octet) => octet !== 0) || block[paddingLength] !== 1)
    return false;
  const salt = block.subarray(paddingLength + 1);
  return sameBytes(hash, sha256(concat(new Uint8Array(8), sha256(message), salt)));
}
