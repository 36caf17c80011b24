/** The curve sm2p256v1 (GB/T 32918.5-2017; SEC-like form in RFC 8998) and its map from field elements. */
import { createHasher, mapToCurveSimpleSWU } from '@noble/curves/abstract/hash-to-curve.js';
import { weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { sm3 } from './sm3.ts';

const CURVE = {
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
} as const;

/** a and b in front of the generator, as they stand in SM2's Z. */
export const SM2_CURVE = CURVE;
export const Sm2Point = weierstrass<bigint>(CURVE);

/**
 * RFC 9380 names no suite for this curve; its section 8 says how one is made, and this is
 * `SM2P256V1_XMD:SM3_SSWU_RO_`: Z by appendix H.2, expand_message_xmd over SM3, k = 128, L = 48, cofactor 1.
 */
export const SSWU_Z: bigint = Sm2Point.Fp.neg(9n);

const map = mapToCurveSimpleSWU(Sm2Point.Fp, { A: CURVE.a, B: CURVE.b, Z: SSWU_Z });

export const sm2Hasher = createHasher(Sm2Point, ([u]: bigint[]) => map(u as bigint), {
  DST: 'SM2P256V1_XMD:SM3_SSWU_RO_',
  encodeDST: 'SM2P256V1_XMD:SM3_SSWU_NU_',
  p: CURVE.p,
  m: 1,
  k: 128,
  expand: 'xmd',
  hash: sm3,
});
