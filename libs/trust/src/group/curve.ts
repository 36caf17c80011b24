/**
 * A suite's group (PROTOCOL section 2): points, scalars and the two generators. Points are canonical compressed on
 * the wire and uncompressed when hashed (section 3; SEC 1 section 2.3.3).
 */
import type { WeierstrassPoint, WeierstrassPointCons } from '@noble/curves/abstract/weierstrass.js';
import { b64u, readUint, uint } from '../encoding/bytes.ts';
import { TrustError } from '../encoding/trust-error.ts';

/** An element of a group; opaque to callers. The cofactor is 1: every point but the identity generates it all. */
export type Point = WeierstrassPoint<bigint>;
/** An integer modulo the group's order. */
export type Scalar = bigint;

/** 33 bytes, base64url. @throws TrustError GROUP.POINT for the identity, which has no place in any record. */
export const encodePoint = (point: Point): string => b64u.encode(pointBytes(point, true));

/** 65 bytes: the form that is hashed. */
export const uncompressed = (point: Point): Uint8Array => pointBytes(point, false);

function pointBytes(point: Point, compressed: boolean): Uint8Array {
  if (point.is0()) throw new TrustError('GROUP.POINT', { reason: 'identity' });
  return point.toBytes(compressed);
}

/** secret·P in constant time as far as noble goes; `secret` in [1, q). */
export const multiplySecret = (point: Point, secret: Scalar): Point => point.multiply(secret);

/** A group of prime order q of 256 bits, with its arithmetic modulo q. */
export class Group {
  /** The group's order q. */
  readonly Q: bigint;
  readonly identity: Point;
  /** The standard generator: trustee keys are y = x·B and a dealing's secret point is S = s·B. */
  readonly B: Point;

  constructor(
    readonly Point: WeierstrassPointCons<bigint>,
    /** The generator of commitments, whose logarithm to B nobody knows: else C_0 = s·g would give S = s·B away. */
    readonly g: Point,
  ) {
    this.Q = Point.Fn.ORDER;
    this.identity = Point.ZERO;
    this.B = Point.BASE;
    this.B.precompute(8);
    this.g.precompute(8);
  }

  /**
   * A point that someone else wrote: exactly 33 bytes, prefix 2 or 3, x below p, on the curve. This form has no
   * spelling of the identity, and the order is prime: a point that decodes has order q (SP 800-56A 5.6.2.3.3).
   * @throws TrustError GROUP.POINT | ENCODING.BASE64URL
   */
  decodePoint(text: string): Point {
    const bytes = b64u.decode(text);
    if (bytes.length !== 33) throw new TrustError('GROUP.POINT', { reason: 'length' });
    try {
      return this.Point.fromBytes(bytes);
    } catch {
      throw new TrustError('GROUP.POINT', { reason: 'not on the curve' });
    }
  }

  /** 32 bytes big-endian, base64url. @throws TrustError GROUP.SCALAR outside [0, q) */
  encodeScalar(scalar: Scalar): string {
    if (scalar < 0n || scalar >= this.Q) throw new TrustError('GROUP.SCALAR');
    return b64u.encode(uint(scalar, 32));
  }

  /** @throws TrustError GROUP.SCALAR unless exactly 32 bytes with a value below q | ENCODING.BASE64URL */
  decodeScalar(text: string): Scalar {
    const bytes = b64u.decode(text);
    const value = readUint(bytes);
    if (bytes.length !== 32 || value >= this.Q) throw new TrustError('GROUP.SCALAR');
    return value;
  }

  mod(value: bigint): Scalar {
    return ((value % this.Q) + this.Q) % this.Q;
  }

  /** The inverse modulo q of a value that is not 0. */
  invert(value: Scalar): Scalar {
    return this.Point.Fn.inv(value);
  }

  /**
   * 48 uniform bytes as a uniform scalar in [1, q): bias below 2^-128 (RFC 9380 section 5.1), never 0, so that no
   * multiple is the identity.
   */
  scalarOfWide(bytes: Uint8Array): Scalar {
    return (readUint(bytes) % (this.Q - 1n)) + 1n;
  }

  /** A hash of 32 bytes as a challenge, mod q. q is within 2^-32 of 2^256: the bias is irrelevant to soundness. */
  challengeOf(hash: Uint8Array): Scalar {
    return readUint(hash) % this.Q;
  }
}
