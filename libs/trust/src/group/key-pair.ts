import type { Random } from '../encoding/bytes.ts';
import { utf8 } from '../encoding/bytes.ts';
import { hkdfExpand } from '../encoding/hash.ts';
import { B, multiplySecret, scalarOfWide } from './p256.ts';
import type { Point, Scalar } from './p256.ts';

/** public = secret·B, secret in [1, q). For trustees (x, y), the evaluation room and the journal. */
export interface KeyPair {
  readonly secret: Scalar;
  readonly public: Point;
}

const pair = (wide: Uint8Array): KeyPair => {
  const secret = scalarOfWide(wide);
  return { secret, public: multiplySecret(B, secret) };
};

/** A fresh key pair: one per trustee and lot, never used again (PROTOCOL section 1). */
export const newKeyPair = (random: Random): KeyPair => pair(random(48));

/** The journal's key pair, derived from its dealing's K: whoever opens the dealing has the private half. */
export const journalKeyPair = (K: Uint8Array): KeyPair =>
  pair(hkdfExpand(K, utf8.encode('glasshall/1/journal-key'), 48));
