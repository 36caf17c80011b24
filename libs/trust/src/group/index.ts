import { P256_GROUP } from './p256.ts';
import type { Point, Scalar } from './curve.ts';

export { encodePoint, multiplySecret, uncompressed } from './curve.ts';
export type { Point, Scalar } from './curve.ts';
export { journalKeyPair, newKeyPair } from './key-pair.ts';
export type { KeyPair } from './key-pair.ts';

/** The group of suite P256, for what belongs to no lot's suite; a lot's own is `suiteOf(lot.suite).group`. */
export const { B, Q, g: G_PVSS } = P256_GROUP;
export const decodePoint = (text: string): Point => P256_GROUP.decodePoint(text);
export const decodeScalar = (text: string): Scalar => P256_GROUP.decodeScalar(text);
export const encodeScalar = (scalar: Scalar): string => P256_GROUP.encodeScalar(scalar);
