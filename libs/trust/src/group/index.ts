export { B, G_PVSS, Q, decodePoint, decodeScalar, encodePoint, encodeScalar, uncompressed } from './p256.ts';
export type { Point, Scalar } from './p256.ts';
export { journalKeyPair, newKeyPair } from './key-pair.ts';
export type { KeyPair } from './key-pair.ts';
