/** Hashes of records, by their suite, and of the log. Thin over @noble/hashes, so that every use is named here. */
import { expand, extract } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { b64u, concat, utf8 } from './bytes.ts';
import { suiteIdOf, suiteOf } from '../suite/suite.ts';
import { canonicalBytes } from './canonical.ts';

/** SHA-256 (FIPS 180-4) of the parts, joined. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = nobleSha256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** HMAC-SHA-256 (RFC 2104). */
export const hmacSha256 = (key: Uint8Array, message: Uint8Array): Uint8Array =>
  hmac(nobleSha256, key, message);

/** HKDF-Extract with SHA-256 (RFC 5869 section 2.2): 32 bytes. */
export const hkdfExtract = (salt: Uint8Array, ikm: Uint8Array): Uint8Array => extract(nobleSha256, ikm, salt);

/** HKDF-Expand with SHA-256 (RFC 5869 section 2.3); `prk` has at least 32 bytes, `length` is at most 8160. */
export const hkdfExpand = (prk: Uint8Array, info: Uint8Array, length: number): Uint8Array =>
  expand(nobleSha256, prk, info, length);

/**
 * H(type, record) = Hash("glasshall/1\0" ‖ type ‖ "\0" ‖ JCS(record)), PROTOCOL section 3: SM3 for a record that says
 * `"suite":"SM"`, else SHA-256. The record says it inside what is hashed, so no hash is one of the other suite.
 */
export const hashRecord = (type: string, record: unknown): Uint8Array =>
  suiteOf(suiteIdOf(record)).hash(utf8.encode(`glasshall/1\0${type}\0`), canonicalBytes(record));

/** {@link hashRecord} as base64url: the form in which records name each other. */
export const hashText = (type: string, record: unknown): string => b64u.encode(hashRecord(type, record));

/** What a signature over a record covers: "glasshall/1/sig\0" ‖ type ‖ "\0" ‖ JCS(record). */
export const signatureInput = (type: string, record: unknown): Uint8Array =>
  concat(utf8.encode(`glasshall/1/sig\0${type}\0`), canonicalBytes(record));
