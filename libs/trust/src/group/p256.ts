/** The group of suite P256, NIST's curve P-256 (SP 800-186). */
import { p256, p256_hasher } from '@noble/curves/nist.js';
import { utf8 } from '../encoding/bytes.ts';
import { Group } from './curve.ts';

/** g: RFC 9380 P256_XMD:SHA-256_SSWU_RO_ with DST `glasshall/1/pvss` of the message "g". */
export const P256_GROUP = new Group(
  p256.Point,
  p256.Point.fromAffine(p256_hasher.hashToCurve(utf8.encode('g'), { DST: 'glasshall/1/pvss' }).toAffine()),
);
