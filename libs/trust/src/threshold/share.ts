/**
 * Partial openings: D_i = x_i^{-1}·E_i with a proof of equal logarithms log_B y_i = log_{D_i} E_i.
 * Source: Schoenmakers, CRYPTO '99, section 3.1; Chaum-Pedersen, CRYPTO '92; PROTOCOL section 4, road B.
 */
import { b64u, concat, systemRandom, uint, utf8 } from '../encoding/bytes.ts';
import type { Random } from '../encoding/bytes.ts';
import { TrustError } from '../encoding/trust-error.ts';
import { encodePoint, multiplySecret } from '../group/curve.ts';
import type { Group, Point, Scalar } from '../group/curve.ts';
import type { Dealing, Share } from '../records/index.ts';
import type { SuiteId } from '../records/value.ts';
import { suiteOf, suiteOfPoint } from '../suite/suite.ts';
import { falseClaims } from './batch.ts';
import type { Claim } from './batch.ts';
import { shareChallenge } from './challenge.ts';
import type { ShareContext } from './challenge.ts';
import { readable } from './check.ts';
import { proofNonces } from './nonce.ts';

/** E_i of the seat. @throws TrustError SHARE.SHAPE when the dealing has no such seat */
function encryptedShare(group: Group, dealing: Pick<Dealing, 'E'>, i: number): Point {
  const text = dealing.E[i - 1];
  if (text === undefined) throw new TrustError('SHARE.SHAPE', { i });
  return group.decodePoint(text);
}

export interface OpenShare {
  /** The trustee's secret for this lot. */
  readonly x: Scalar;
  /** Already checked by this trustee's own client (`checkDealing`). */
  readonly dealing: Pick<Dealing, 'E'>;
  readonly context: ShareContext;
  /** Of the lot's key record. */
  readonly suite?: SuiteId;
  readonly random: Random;
}

/** The trustee's partial opening: a1 = w·B, a2 = w·D, r = w − e·x. */
export function openShare({ x, dealing, context, suite: id = 'P256', random }: OpenShare): Share {
  const suite = suiteOf(id);
  const { group } = suite;
  const E = encryptedShare(group, dealing, context.i);
  const y = multiplySecret(group.B, x);
  const D = multiplySecret(E, group.invert(x));
  const statement = suite.hash(
    utf8.encode(`${context.type}\0${context.audience}\0`),
    concat(uint(context.stage, 1), uint(context.i, 1), context.lotKeyHash, context.c, E.toBytes(true)),
  );
  const [w] = proofNonces(suite, 'share', uint(x, 32), statement, random) as [Scalar];
  const a1 = multiplySecret(group.B, w);
  const a2 = multiplySecret(D, w);
  const e = shareChallenge({ ...context, y, E, D, a1, a2 });
  return {
    c: b64u.encode(context.c),
    D: encodePoint(D),
    proof: { a1: encodePoint(a1), a2: encodePoint(a2), r: group.encodeScalar(group.mod(w - e * x)) },
  };
}

export interface ShareClaim {
  readonly share: Share;
  readonly dealing: Pick<Dealing, 'E'>;
  /** y_i of the seat, from LOTKEY. */
  readonly y: Point;
  readonly context: ShareContext;
}

function claimOf({ share, dealing, y, context }: ShareClaim): Claim {
  if (share.c !== b64u.encode(context.c)) throw new TrustError('SHARE.SHAPE', { c: share.c });
  const { group } = suiteOfPoint(y);
  const E = encryptedShare(group, dealing, context.i);
  const [D, a1, a2] = [share.D, share.proof.a1, share.proof.a2].map((point) => group.decodePoint(point)) as [
    Point,
    Point,
    Point,
  ];
  const r = group.decodeScalar(share.proof.r);
  const e = shareChallenge({ ...context, y, E, D, a1, a2 });
  const [minusA1, minusA2] = [a1.negate(), a2.negate()];
  return (sum, weight) => {
    const [u, v] = [weight(), weight()];
    sum.add(group.B, group.mod(u * r));
    sum.add(y, group.mod(u * e));
    sum.add(minusA1, u);
    sum.add(D, group.mod(v * r));
    sum.add(E, group.mod(v * e));
    sum.add(minusA2, v);
  };
}

/** Indexes of the shares that do not hold, ascending: a1 = r·B + e·y and a2 = r·D + e·E, in one batch. */
export const verifyShares = (list: readonly ShareClaim[], random: Random = systemRandom): number[] =>
  falseClaims(list.map(readable(claimOf)), random);

/** True iff the share is the seat's right partial opening of this very dealing. */
export const verifyShare = (claim: ShareClaim, random: Random = systemRandom): boolean =>
  verifyShares([claim], random).length === 0;
