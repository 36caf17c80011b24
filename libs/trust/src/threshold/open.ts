/** From shares, or from the dealer's own secret, to the secret point S (PROTOCOL section 4, roads B and A). */
import { TrustError } from '../encoding/trust-error.ts';
import { encodePoint, multiplySecret } from '../group/curve.ts';
import { multiScalar } from '../group/multi-scalar.ts';
import type { Point, Scalar } from '../group/curve.ts';
import type { Dealing } from '../records/index.ts';
import type { SuiteId } from '../records/value.ts';
import { suiteOf } from '../suite/suite.ts';
import { lagrangeAtZero } from './polynomial.ts';

/**
 * Road B: S = Σ λ_i·D_i over k verified shares (`verifyShare`); of more, the k lowest seats are taken, and any
 * others would give the same point.
 * @throws TrustError SHARE.TOO_FEW | SHARE.DUPLICATE | GROUP.POINT
 */
export function combineShares(
  shares: readonly { readonly i: number; readonly D: string }[],
  k: number,
  suite: SuiteId = 'P256',
): Point {
  const { group } = suiteOf(suite);
  const seats = shares.map(({ i }) => i);
  if (new Set(seats).size !== seats.length) throw new TrustError('SHARE.DUPLICATE');
  if (seats.length < k) throw new TrustError('SHARE.TOO_FEW', { needed: k, have: seats.length });
  const used = [...shares].sort((a, b) => a.i - b.i).slice(0, k);
  const usedSeats = used.map(({ i }) => i);
  return multiScalar(
    group,
    used.map(({ D }) => group.decodePoint(D)),
    usedSeats.map((i) => lagrangeAtZero(group, i, usedSeats)),
  );
}

/**
 * Road A: the dealer reveals s; it is the dealing's secret iff C_0 = s·g, and S = s·B is the same point that any
 * k shares give.
 * @throws TrustError DEALING.SECRET when it is not
 */
export function openWithSecret(secret: Scalar, dealing: Pick<Dealing, 'C'>, suite: SuiteId = 'P256'): Point {
  const { B, Q, g } = suiteOf(suite).group;
  if (secret <= 0n || secret >= Q || encodePoint(multiplySecret(g, secret)) !== dealing.C[0]) {
    throw new TrustError('DEALING.SECRET');
  }
  return multiplySecret(B, secret);
}
