/** The group of suite SM, the curve sm2p256v1 (GB/T 32918.5-2017). */
import { utf8 } from '../encoding/bytes.ts';
import { Sm2Point, sm2Hasher } from '../sm/sm2p256v1.ts';
import { Group } from './curve.ts';

/** g: SM2P256V1_XMD:SM3_SSWU_RO_ (sm/sm2p256v1.ts) with DST `glasshall/1/pvss` of the message "g". */
export const SM2_GROUP = new Group(
  Sm2Point,
  Sm2Point.fromAffine(sm2Hasher.hashToCurve(utf8.encode('g'), { DST: 'glasshall/1/pvss' }).toAffine()),
);
