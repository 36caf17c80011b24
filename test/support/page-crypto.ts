/**
 * The primitives of docs/PROTOCOL.md written a second time, from that page alone: nothing of libs/trust is imported. Slow
 * and not constant in time; good only for finding out whether page and code say the same.
 */
import { createHash, createHmac } from 'node:crypto';

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
export const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const CURVE_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Affine coordinates; null is the identity. */
export type PagePoint = { readonly x: bigint; readonly y: bigint } | null;
export const BASE: PagePoint = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

const modulo = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

function power(base: bigint, exponent: bigint, by: bigint): bigint {
  let result = 1n;
  let square = modulo(base, by);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % by;
    square = (square * square) % by;
  }
  return result;
}

/** By Fermat: both moduli here are prime. */
export const inverse = (value: bigint, by: bigint): bigint => power(value, by - 2n, by);

export function add(a: PagePoint, b: PagePoint): PagePoint {
  if (a === null) return b;
  if (b === null) return a;
  if (a.x === b.x && modulo(a.y + b.y, P) === 0n) return null;
  const slope =
    a.x === b.x
      ? (3n * a.x * a.x - 3n) * inverse(2n * a.y, P)
      : (b.y - a.y) * inverse(modulo(b.x - a.x, P), P);
  const x = modulo(slope * slope - a.x - b.x, P);
  return { x, y: modulo(slope * (a.x - x) - a.y, P) };
}

export function times(scalar: bigint, point: PagePoint): PagePoint {
  let result: PagePoint = null;
  let doubled = point;
  for (let rest = modulo(scalar, ORDER); rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = add(result, doubled);
    doubled = add(doubled, doubled);
  }
  return result;
}

export const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
export const bytesOf = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');

/** 33 bytes. */
export function readPoint(bytes: Uint8Array): PagePoint {
  const x = numberOf(bytes.subarray(1));
  const right = modulo(x ** 3n - 3n * x + CURVE_B, P);
  const root = power(right, (P + 1n) / 4n, P);
  if ((root * root) % P !== right) throw new Error('not on the curve');
  return { x, y: root % 2n === BigInt(bytes[0] ?? 0) % 2n ? root : P - root };
}

/** 65 bytes. */
export function hashed(point: PagePoint): Buffer {
  if (point === null) throw new Error('the identity has no bytes');
  return Buffer.concat([Buffer.of(4), bytesOf(point.x), bytesOf(point.y)]);
}

export const joined = (...parts: readonly (string | Uint8Array | number)[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part as string))),
  );

export const sha = (...parts: readonly (string | Uint8Array | number)[]): Buffer =>
  createHash('sha256')
    .update(joined(...parts))
    .digest();

export const extract = (salt: Uint8Array, ikm: Uint8Array): Buffer =>
  createHmac('sha256', salt).update(ikm).digest();

export function expand(prk: Uint8Array, info: Uint8Array, length: number, hash = 'sha256'): Buffer {
  let block = Buffer.alloc(0);
  const blocks: Buffer[] = [];
  for (let i = 1; Buffer.concat(blocks).length < length; i += 1) {
    block = createHmac(hash, prk)
      .update(Buffer.concat([block, info, Buffer.of(i)]))
      .digest();
    blocks.push(block);
  }
  return Buffer.concat(blocks).subarray(0, length);
}

export const wide = (bytes: Uint8Array): bigint => modulo(numberOf(bytes), ORDER - 1n) + 1n;
export const challenge = (hash: Uint8Array): bigint => modulo(numberOf(hash), ORDER);
