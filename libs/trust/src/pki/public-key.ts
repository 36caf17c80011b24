import { p256 } from '@noble/curves/nist.js';
import type { WeierstrassPointCons } from '@noble/curves/abstract/weierstrass.js';
import { Sm2Point } from '../sm/sm2p256v1.ts';
import {
  DerError,
  members,
  readDer,
  readInteger,
  readNull,
  readOctetBits,
  readOid,
  TAG,
  type Der,
} from './der.ts';
import { OID } from './oids.ts';

/** The three kinds of key in this profile, with the whole SubjectPublicKeyInfo. */
export type PublicKey =
  | { readonly type: 'ecdsa-p256'; readonly spki: Uint8Array; readonly point: Uint8Array }
  | { readonly type: 'sm2'; readonly spki: Uint8Array; readonly point: Uint8Array }
  | {
      readonly type: 'rsa';
      readonly spki: Uint8Array;
      readonly modulus: bigint;
      readonly exponent: bigint;
      readonly bytes: number;
    };

/** The key is well encoded but outside the profile (another curve, DSA, RSA under 2048 bits). */
export class UnsupportedKeyError extends DerError {}

const MAX_RSA_BITS = 8192;

/** Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1); throws DerError or UnsupportedKeyError. */
export function readPublicKey(element: Der): PublicKey {
  const reader = members(readDer(element.bytes, TAG.SEQUENCE));
  const algorithm = reader.sequence();
  const bits = reader.next();
  reader.end();
  const type = readOid(algorithm.next());
  if (type === OID.ecPublicKey) {
    const curve = readOid(algorithm.next());
    algorithm.end();
    const spki = element.bytes;
    const point = readOctetBits(bits);
    if (curve === OID.prime256v1) return { type: 'ecdsa-p256', spki, point: readPoint(p256.Point, point) };
    if (curve === OID.sm2p256v1) return { type: 'sm2', spki, point: readPoint(Sm2Point, point) };
    throw new UnsupportedKeyError('curve is neither P-256 nor sm2p256v1');
  }
  if (type !== OID.rsaEncryption) throw new UnsupportedKeyError('key algorithm is not supported');
  readNull(algorithm.next());
  algorithm.end();
  return readRsa(element.bytes, readOctetBits(bits));
}

function readPoint(curve: WeierstrassPointCons<bigint>, point: Uint8Array): Uint8Array {
  if (point.length !== 65 || point[0] !== 4) throw new UnsupportedKeyError('point is not uncompressed');
  try {
    curve.fromBytes(point).assertValidity();
  } catch {
    throw new DerError('point is not on the curve');
  }
  return point;
}

function readRsa(spki: Uint8Array, der: Uint8Array): PublicKey {
  const reader = members(readDer(der, TAG.SEQUENCE));
  const modulus = readInteger(reader.next());
  const exponent = readInteger(reader.next());
  reader.end();
  const bits = modulus > 0n ? modulus.toString(2).length : 0;
  if (bits < 2048 || bits > MAX_RSA_BITS || bits % 8 !== 0) throw new UnsupportedKeyError('RSA key size');
  if ((modulus & 1n) === 0n) throw new DerError('RSA modulus is even');
  // A large exponent would make every check slow; real ones are 3, 17 or 65537.
  if (exponent < 3n || exponent >= 1n << 32n || (exponent & 1n) === 0n) {
    throw new UnsupportedKeyError('RSA exponent');
  }
  return { type: 'rsa', spki, modulus, exponent, bytes: bits / 8 };
}

/** Same as {@link readPublicKey}, from the bytes of a whole SubjectPublicKeyInfo. */
export const parsePublicKey = (spki: Uint8Array): PublicKey => readPublicKey(readDer(spki, TAG.SEQUENCE));
