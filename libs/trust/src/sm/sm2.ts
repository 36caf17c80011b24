/** SM2 signatures (GB/T 32918.2-2016) with SM3 and the identity 1234567812345678, as 64 bytes r ‖ s. */
import { expand, extract } from '@noble/hashes/hkdf.js';
import { concat, readUint, systemRandom, uint, utf8 } from '../encoding/bytes.ts';
import { SM2_CURVE, Sm2Point } from './sm2p256v1.ts';
import { sm3 } from './sm3.ts';

const { a, b, Gx, Gy, n: ORDER } = SM2_CURVE;
/** ENTL ‖ ID ‖ a ‖ b ‖ Gx ‖ Gy: the part of Z that is the same for every key (GM/T 0009-2012 section 10 gives the ID). */
const IDENTITY = utf8.encode('1234567812345678');
const BEFORE_KEY = concat(
  uint(8 * IDENTITY.length, 2),
  IDENTITY,
  ...[a, b, Gx, Gy].map((value) => uint(value, 32)),
);
const mod = (value: bigint): bigint => ((value % ORDER) + ORDER) % ORDER;

/** e = SM3(Z ‖ message), Z = SM3(… ‖ x ‖ y) (sections 5.5 and 6.1). `point`: 65 uncompressed bytes. */
const digest = (point: Uint8Array, message: Uint8Array): bigint =>
  readUint(sm3(concat(sm3(concat(BEFORE_KEY, point.subarray(1))), message)));

/** The public key of a secret in [1, n − 2], 65 uncompressed bytes. */
export const sm2PublicKey = (secret: bigint): Uint8Array => Sm2Point.BASE.multiply(secret).toBytes(false);

/** A key's secret from 48 uniform bytes: in [1, n − 2], as 1 + d must have an inverse. */
export const sm2SecretOf = (wide: Uint8Array): bigint => (readUint(wide) % (ORDER - 2n)) + 1n;

export const isSm2Secret = (secret: bigint): boolean => secret >= 1n && secret <= ORDER - 2n;

/**
 * Signs. The nonce comes from the key, the message and fresh random bytes together: SM2 gives its key away where one
 * nonce is used twice, and so no single failure of the random source may repeat one.
 */
export function sm2Sign(secret: bigint, message: Uint8Array, random = systemRandom): Uint8Array {
  const e = digest(sm2PublicKey(secret), message);
  const inverse = Sm2Point.Fn.inv(1n + secret);
  for (;;) {
    const prk = extract(sm3, concat(uint(secret, 32), uint(e, 32)), random(32));
    const k = (readUint(expand(sm3, prk, utf8.encode('glasshall/1/nonce/sm2'), 48)) % (ORDER - 1n)) + 1n;
    const r = mod(e + Sm2Point.BASE.multiply(k).toAffine().x);
    const s = mod(inverse * mod(k - r * secret));
    if (r !== 0n && r + k !== ORDER && s !== 0n) return concat(uint(r, 32), uint(s, 32));
  }
}

/** True iff the 64 bytes are a signature by the key of the 65 uncompressed bytes; never throws for a bad signature. */
export const sm2Verify = (point: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  sm2Holds(point, digest(point, message), signature);

/** The equation alone, for a given e (section 7.1). */
export function sm2Holds(point: Uint8Array, e: bigint, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const [r, s] = [readUint(signature.subarray(0, 32)), readUint(signature.subarray(32))];
  const inRange = (value: bigint): boolean => value >= 1n && value < ORDER;
  const t = mod(r + s);
  if (!inRange(r) || !inRange(s) || t === 0n) return false;
  const key = Sm2Point.fromBytes(point);
  const sum = Sm2Point.BASE.multiplyUnsafe(s).add(key.multiplyUnsafe(t));
  return !sum.is0() && mod(e + sum.toAffine().x) === r;
}
