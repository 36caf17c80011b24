/** Opening every contribution: by k trustees, so that no dealer can hold back the last word, or by all their dealers. */
import { b64u } from '../encoding/bytes.ts';
import type { Random } from '../encoding/bytes.ts';
import { hashRecord, hashText } from '../encoding/hash.ts';
import type { CertificateLookup } from '../encoding/signed-record.ts';
import { TrustError } from '../encoding/trust-error.ts';
import { decodeScalar, encodePoint } from '../group/index.ts';
import type { Point, Scalar } from '../group/index.ts';
import type { DrawDealing, DrawReady, DrawReveal, DrawShares, Signed } from '../records/index.ts';
import type { ShareContext } from '../threshold/challenge.ts';
import { combineShares, openWithSecret } from '../threshold/open.ts';
import { openShare, verifyShares } from '../threshold/share.ts';
import type { CheckedPlan } from './plan.ts';
import { distinct, must, signedByOrganisations, signedBySeats } from './signers.ts';

const contextOf = (plan: string, record: DrawDealing, i: number): ShareContext => ({
  type: 'draw',
  lotKeyHash: b64u.decode(plan),
  c: hashRecord('draw-dealing', record),
  stage: 0,
  audience: 'public',
  i,
});

export interface OpenContributions {
  /** The trustee's secret for this draw. */
  readonly x: Scalar;
  readonly i: number;
  readonly ready: DrawReady;
  /** In the plan's order; checked by this trustee's own client. */
  readonly dealings: readonly DrawDealing[];
  readonly random: Random;
}

/** The trustee's partial openings of all contributions. Whether it may is `permitOpening`'s question. */
export const openContributions = ({ x, i, ready, dealings, random }: OpenContributions): DrawShares => ({
  type: 'draw-shares',
  plan: ready.plan,
  ready: hashText('draw-ready', ready),
  i,
  shares: dealings.map((record) => {
    const context = contextOf(ready.plan, record, i);
    return openShare({ x, dealing: record.dealing, context, random });
  }),
});

/**
 * Shares are of this DRAW-READY, each signed by its seat, and right.
 * @throws TrustError DRAW.SHARES | DRAW.SIGNERS | SIGNATURE.*, the trustee is to blame
 */
export function checkShares(
  { plan, keys }: CheckedPlan,
  ready: DrawReady,
  dealings: readonly DrawDealing[],
  list: readonly Signed<DrawShares>[],
  certificates: CertificateLookup,
): void {
  must(distinct(list.map(({ record }) => String(record.i))), 'DRAW.SHARES', { reason: 'a seat twice' });
  for (const signed of list) {
    const { i, plan: of, ready: under, shares } = signed.record;
    const seat = plan.trustees[i - 1];
    must(seat !== undefined, 'DRAW.SHARES', { i, reason: 'no such seat' });
    const about =
      of === ready.plan && under === hashText('draw-ready', ready) && shares.length === dealings.length;
    must(about, 'DRAW.SHARES', { i, reason: 'another draw' }, `trustee-${i}`);
    signedBySeats(signed, certificates, [seat]);
  }
  const claims = list.flatMap(({ record: { i, shares } }) =>
    dealings.map((record, at) => ({
      share: shares[at] as (typeof shares)[number],
      dealing: record.dealing,
      y: keys[i - 1] as Point,
      context: contextOf(ready.plan, record, i),
    })),
  );
  const [bad] = verifyShares(claims);
  const i = bad === undefined ? 0 : (claims[bad]?.context.i ?? 0);
  must(bad === undefined, 'DRAW.SHARES', { i, reason: 'proof' }, `trustee-${i}`);
}

/** @throws TrustError DRAW.SHARES | DEALING.SECRET | DRAW.SIGNERS | SIGNATURE.*, the dealer is to blame */
export function checkReveals(
  { plan }: CheckedPlan,
  ready: DrawReady,
  dealings: readonly DrawDealing[],
  list: readonly Signed<DrawReveal>[],
  certificates: CertificateLookup,
): void {
  must(distinct(list.map(({ record }) => record.dealer)), 'DRAW.SHARES', { reason: 'a dealer twice' });
  for (const signed of list) {
    const { dealer, plan: of, ready: under, s } = signed.record;
    const blame = `dealer-${plan.dealers.indexOf(dealer) + 1}` as const;
    const own = dealings.find((record) => record.dealer === dealer);
    const about = own !== undefined && of === ready.plan && under === hashText('draw-ready', ready);
    must(about, 'DRAW.SHARES', { dealer, reason: 'another draw' }, blame);
    signedByOrganisations(signed, certificates, [dealer], blame);
    openSecret(s, own, blame);
  }
}

function openSecret(s: string, { dealing }: DrawDealing, blame: `dealer-${number}`): Point {
  try {
    return openWithSecret(decodeScalar(s), dealing);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw new TrustError(error.code, error.facts, blame);
  }
}

/**
 * S of every contribution, compressed, in order. Either k trustees opened all, or every dealer revealed its own: a
 * mixture would let whoever spoke last, under another DRAW-READY, choose between two results.
 * @throws TrustError SHARE.TOO_FEW
 */
export function secretsOf(
  { plan }: CheckedPlan,
  dealings: readonly DrawDealing[],
  shares: readonly DrawShares[],
  reveals: readonly DrawReveal[],
): string[] {
  const revealed = dealings.map((record) => reveals.find(({ dealer }) => dealer === record.dealer));
  if (shares.length < plan.k && revealed.every((reveal) => reveal !== undefined)) {
    return dealings.map(({ dealing }, at) =>
      encodePoint(openWithSecret(decodeScalar(revealed[at]?.s ?? ''), dealing)),
    );
  }
  return dealings.map((_, at) => {
    const ofOne = shares.map(({ i, shares: list }) => ({ i, D: list[at]?.D ?? '' }));
    return encodePoint(combineShares(ofOne, plan.k));
  });
}
