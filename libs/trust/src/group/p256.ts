/**
 * The group of suite P256 (PROTOCOL section 2): points, scalars and the two generators.
 * Points are canonical compressed on the wire and uncompressed when hashed (section 3; SEC 1 section 2.3.3).
 */
import { p256, p256_hasher } from '@noble/curves/nist.js';
import type { WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js';
import { b64u, readUint, uint, utf8 } from '../encoding/bytes.ts';
import { TrustError } from '../encoding/trust-error.ts';

/** An element of the group; opaque to callers. The cofactor is 1: every point but the identity generates it all. */
export type Point = WeierstrassPoint<bigint>;
/** An integer modulo {@link Q}. */
export type Scalar = bigint;

/** The group's order q. */
export const Q: bigint = p256.Point.Fn.ORDER;
export const IDENTITY: Point = p256.Point.ZERO;

/** The standard generator (SP 800-186): trustee keys are y = x·B and a dealing's secret point is S = s·B. */
export const B: Point = p256.Point.BASE;

/**
 * The generator of commitments: RFC 9380 P256_XMD:SHA-256_SSWU_RO_ with DST `glasshall/1/pvss` of the message "g",
 * so that nobody knows its logarithm to {@link B}. With the logarithm C_0 = s·g would give S = s·B away.
 */
export const G_PVSS: Point = p256.Point.fromAffine(
  p256_hasher.hashToCurve(utf8.encode('g'), { DST: 'glasshall/1/pvss' }).toAffine(),
);
B.precompute(8);
G_PVSS.precompute(8);

/** 33 bytes, base64url. @throws TrustError GROUP.POINT for the identity, which has no place in any record. */
export const encodePoint = (point: Point): string => b64u.encode(pointBytes(point, true));

/** 65 bytes: the form that is hashed. */
export const uncompressed = (point: Point): Uint8Array => pointBytes(point, false);

function pointBytes(point: Point, compressed: boolean): Uint8Array {
  if (point.is0()) throw new TrustError('GROUP.POINT', { reason: 'identity' });
  return point.toBytes(compressed);
}

/**
 * A point that someone else wrote: exactly 33 bytes, prefix 2 or 3, x below p, on the curve. This form has no
 * spelling of the identity, and the order is prime: a point that decodes has order q (SP 800-56A 5.6.2.3.3).
 * @throws TrustError GROUP.POINT | ENCODING.BASE64URL
 */
export function decodePoint(text: string): Point {
  const bytes = b64u.decode(text);
  if (bytes.length !== 33) throw new TrustError('GROUP.POINT', { reason: 'length' });
  try {
    return p256.Point.fromBytes(bytes);
  } catch {
    throw new TrustError('GROUP.POINT', { reason: 'not on the curve' });
  }
}

/** 32 bytes big-endian, base64url. @throws TrustError GROUP.SCALAR outside [0, q) */
export function encodeScalar(scalar: Scalar): string {
  if (scalar < 0n || scalar >= Q) throw new TrustError('GROUP.SCALAR');
  return b64u.encode(uint(scalar, 32));
}

/** @throws TrustError GROUP.SCALAR unless exactly 32 bytes with a value below q | ENCODING.BASE64URL */
export function decodeScalar(text: string): Scalar {
  const bytes = b64u.decode(text);
  const value = readUint(bytes);
  if (bytes.length !== 32 || value >= Q) throw new TrustError('GROUP.SCALAR');
  return value;
}

export const mod = (value: bigint): Scalar => ((value % Q) + Q) % Q;

/** The inverse modulo q of a value that is not 0. */
export const invert = (value: Scalar): Scalar => p256.Point.Fn.inv(value);

/**
 * 48 uniform bytes as a uniform scalar in [1, q): bias below 2^-128 (RFC 9380 section 5.1), never 0, so that no
 * multiple is the identity.
 */
export const scalarOfWide = (bytes: Uint8Array): Scalar => (readUint(bytes) % (Q - 1n)) + 1n;

/** A hash as a challenge: SHA-256 mod q. q is within 2^-32 of 2^256, so the bias is irrelevant to soundness. */
export const challengeOf = (hash: Uint8Array): Scalar => readUint(hash) % Q;

/** secret·P in constant time as far as noble goes; `secret` in [1, q). */
export const multiplySecret = (point: Point, secret: Scalar): Point => point.multiply(secret);
