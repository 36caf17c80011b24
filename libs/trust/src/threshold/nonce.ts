import { concat, uint, utf8 } from '../encoding/bytes.ts';
import type { Random } from '../encoding/bytes.ts';
import type { Scalar } from '../group/curve.ts';
import type { Suite } from '../suite/suite.ts';

/**
 * Proof nonces w_1…w_count from the secret, the statement AND fresh random bytes (PROTOCOL section 4): a broken
 * random source does not repeat a nonce for two statements, and a glitched or replayed computation does not repeat
 * it for two challenges (Bellare-Tackmann, Nonce-Based Cryptography, EUROCRYPT 2016). HKDF: RFC 5869.
 */
export function proofNonces(
  suite: Suite,
  purpose: string,
  secret: Uint8Array,
  statement: Uint8Array,
  random: Random,
  count = 1,
): Scalar[] {
  const prk = suite.extract(random(32), concat(secret, statement));
  return Array.from({ length: count }, (_, i) =>
    suite.group.scalarOfWide(
      suite.expand(prk, concat(utf8.encode(`glasshall/1/nonce/${purpose}\0`), uint(i, 2)), 48),
    ),
  );
}
