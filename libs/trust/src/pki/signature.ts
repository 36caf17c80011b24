import { p256 } from '@noble/curves/nist.js';
import { sm2Verify } from '../sm/sm2.ts';
import { SM2_CURVE } from '../sm/sm2p256v1.ts';
import { readUint, uint } from '../encoding/bytes.ts';
import { concat } from './bytes.ts';
import {
  DerError,
  DerReader,
  members,
  readDer,
  readInteger,
  readOid,
  readSmallInteger,
  TAG,
  context,
  type Der,
} from './der.ts';
import { integer, sequence } from './der-writer.ts';
import { OID } from './oids.ts';
import type { PublicKey } from './public-key.ts';
import { verifyRsaPkcs1, verifyRsaPss } from './rsa.ts';

/** The signature algorithms of the profile: with SHA-256, and SM2 with SM3. */
export type SignatureAlgorithm = 'ecdsa' | 'rsa-pkcs1' | 'rsa-pss' | 'sm2';

/**
 * Checks a raw signature as records carry it: ECDSA P-256 as 64 bytes r ‖ s (IEEE P1363), RSA (2048 bits and
 * more) as PKCS#1 v1.5 or PSS with a 32-byte salt, with SHA-256; SM2 as 64 bytes r ‖ s, with SM3. Never throws:
 * whatever is not a valid signature of exactly this form is false. Both s and n - s verify (FIPS 186-5 has no rule; HSMs make both).
 */
export function verifySignature(
  signer: { readonly publicKey: PublicKey },
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = signer.publicKey;
  if (key.type === 'ecdsa-p256') return verifyEcdsa(key.point, message, signature);
  if (key.type === 'sm2') return sm2Verify(key.point, message, signature);
  return verifyRsaPkcs1(key, message, signature) || verifyRsaPss(key, message, signature);
}

function verifyEcdsa(point: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  try {
    return p256.verify(signature, message, point, { lowS: false, prehash: true, format: 'compact' });
  } catch {
    // noble throws for r or s outside [1, n - 1]: the signature's author controls them.
    return false;
  }
}

/** Checks a signature as X.509 and CMS carry it: ECDSA and SM2 as a DER sequence of r and s, the algorithm named outside. */
export function verifyEncodedSignature(
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (key.type !== 'rsa') {
    if (algorithm !== (key.type === 'sm2' ? 'sm2' : 'ecdsa')) return false;
    const raw = pairFromDer(signature, key.type);
    return raw !== null && verifySignature({ publicKey: key }, message, raw);
  }
  if (algorithm === 'rsa-pkcs1') return verifyRsaPkcs1(key, message, signature);
  return algorithm === 'rsa-pss' && verifyRsaPss(key, message, signature);
}

const ORDERS = { 'ecdsa-p256': p256.Point.Fn.ORDER, sm2: SM2_CURVE.n } as const;

/** SEQUENCE { r, s } in strict DER to 64 bytes; null when it is anything else. */
export const ecdsaFromDer = (signature: Uint8Array): Uint8Array | null =>
  pairFromDer(signature, 'ecdsa-p256');

export function pairFromDer(signature: Uint8Array, type: keyof typeof ORDERS): Uint8Array | null {
  try {
    const reader = members(readDer(signature, TAG.SEQUENCE));
    const [r, s] = [readInteger(reader.next(), 33), readInteger(reader.next(), 33)];
    reader.end();
    const order = ORDERS[type];
    if (r < 1n || s < 1n || r >= order || s >= order) return null;
    return concat(uint(r, 32), uint(s, 32));
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}

/** 64 bytes r ‖ s to the DER form of X.509 and CMS. */
export function ecdsaToDer(raw: Uint8Array): Uint8Array {
  if (raw.length !== 64) throw new RangeError('an ECDSA P-256 or SM2 signature has 64 bytes');
  return sequence(integer(readUint(raw.subarray(0, 32))), integer(readUint(raw.subarray(32))));
}

/** Reads an AlgorithmIdentifier of a signature; null when it is outside the profile. */
export function readSignatureAlgorithm(element: Der): SignatureAlgorithm | null {
  const reader = members(readDer(element.bytes, TAG.SEQUENCE));
  const oid = readOid(reader.next());
  if (oid === OID.ecdsaWithSha256 || oid === OID.sm2WithSm3) {
    reader.end();
    return oid === OID.sm2WithSm3 ? 'sm2' : 'ecdsa';
  }
  if (oid === OID.sha256WithRsa) {
    const parameters = reader.next(TAG.NULL);
    reader.end();
    if (parameters.content.length !== 0) throw new DerError('NULL with content');
    return 'rsa-pkcs1';
  }
  if (oid === OID.rsassaPss) {
    const parameters = reader.sequence();
    reader.end();
    return isPssSha256(parameters) ? 'rsa-pss' : null;
  }
  return null;
}

/** RSASSA-PSS-params (RFC 4055 section 3.1): SHA-256, MGF1 with SHA-256, salt 32, trailer 1 (its default). */
function isPssSha256(parameters: DerReader): boolean {
  const hash = parameters.optional(context(0, true));
  const mask = parameters.optional(context(1, true));
  const salt = parameters.optional(context(2, true));
  parameters.end();
  if (!hash || !mask || !salt) return false;
  const maskReader = members(readDer(mask.content, TAG.SEQUENCE));
  if (readOid(maskReader.next()) !== OID.mgf1) return false;
  const maskHash = maskReader.next();
  maskReader.end();
  return (
    isSha256(readDer(hash.content)) && isSha256(maskHash) && readSmallInteger(readDer(salt.content)) === 32
  );
}

export const isSha256 = (element: Der): boolean => isDigest(element, OID.sha256);

/** AlgorithmIdentifier of a hash; the parameters are absent or NULL (RFC 5754 section 2 asks readers for both). */
export function isDigest(element: Der, oid: string): boolean {
  const reader = members(readDer(element.bytes, TAG.SEQUENCE));
  if (readOid(reader.next()) !== oid) return false;
  const parameters = reader.optional(TAG.NULL);
  reader.end();
  return parameters === null || parameters.content.length === 0;
}
