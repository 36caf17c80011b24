import type { Random } from '../encoding/bytes.ts';
import { utf8 } from '../encoding/bytes.ts';
import type { SuiteId } from '../records/value.ts';
import { suiteOf } from '../suite/suite.ts';
import { multiplySecret } from './curve.ts';
import type { Point, Scalar } from './curve.ts';

/** public = secret·B, secret in [1, q). For trustees (x, y), the evaluation room and the journal. */
export interface KeyPair {
  readonly secret: Scalar;
  readonly public: Point;
}

function pair(wide: Uint8Array, suite: SuiteId): KeyPair {
  const { group } = suiteOf(suite);
  const secret = group.scalarOfWide(wide);
  return { secret, public: multiplySecret(group.B, secret) };
}

/** A fresh key pair: one per trustee and lot, never used again (PROTOCOL section 1). */
export const newKeyPair = (random: Random, suite: SuiteId = 'P256'): KeyPair => pair(random(48), suite);

/** The journal's key pair, derived from its dealing's K: whoever opens the dealing has the private half. */
export const journalKeyPair = (K: Uint8Array, suite: SuiteId): KeyPair =>
  pair(suiteOf(suite).expand(K, utf8.encode('glasshall/1/journal-key'), 48), suite);
