/** DRAW-PLAN, on which a draw rests: checked by its trustees before they sign, by dealers and by every verifier. */
import type { CertificateLookup } from '../encoding/signed-record.ts';
import { hashText } from '../encoding/hash.ts';
import { TrustError } from '../encoding/trust-error.ts';
import { parseVkey } from '../log/note.ts';
import { decodePoint } from '../group/index.ts';
import type { Point } from '../group/index.ts';
import { drawPlan, drawTerms } from '../records/index.ts';
import type { DrawPlan, DrawTerms, Signed } from '../records/index.ts';
import { verifyPossession } from '../threshold/possession.ts';
import { distinct, instantOf, must, signedBySeats } from './signers.ts';

/** A plan that was checked, with what every later record needs of it. */
export interface CheckedPlan {
  readonly plan: DrawPlan;
  /** H("draw-plan", plan). */
  readonly hash: string;
  /** y_1…y_n, decoded. */
  readonly keys: readonly Point[];
}

export const drawTermsOf = ({ trustees: _, ...terms }: DrawPlan): DrawTerms => terms;

/** What every later record of the draw names. */
export const drawPlanHash = (plan: DrawPlan): string => hashText('draw-plan', plan);

/**
 * What is known before the first trustee accepts: numbers fit together, more than half of the seats open (two quorums
 * share a trustee), no organisation holds k of them, the regulator holds one, everything is named once.
 * @throws TrustError DRAW.PLAN | DRAW.POLICY | DRAW.FILE
 */
export function checkDrawTerms(terms: DrawTerms): void {
  must(drawTerms.safeParse(terms).success, 'DRAW.PLAN', { reason: 'schema' });
  const { n, k, policy, sequence, previous, strata, dealers, source, createdAt } = terms;
  instantOf(createdAt);
  must(k <= n && policy.seats.length === n, 'DRAW.PLAN', { n, k });
  must(2 * k > n, 'DRAW.PLAN', { reason: 'two quorums could do without a common trustee', n, k });
  const inOrder = policy.seats.every(({ i }, index) => i === index + 1);
  must(inOrder, 'DRAW.PLAN', { reason: 'seats' });
  must((sequence === 1) === (previous === null), 'DRAW.PLAN', { sequence });
  must(distinct(strata.map(({ name }) => name)), 'DRAW.PLAN', { reason: 'strata' });
  must(distinct(dealers), 'DRAW.PLAN', { reason: 'dealers' });
  if (source.kind === 'declared')
    must(instantOf(source.at) > instantOf(createdAt), 'DRAW.PLAN', { at: source.at });
  if (source.kind === 'witnesses') checkWitnesses(source);
  checkPolicy(terms);
}

function checkWitnesses({ q, log, witnesses }: Extract<DrawTerms['source'], { kind: 'witnesses' }>): void {
  parseVkey(log);
  const named = distinct(witnesses.map(({ name }) => name)) && distinct(witnesses.map(({ key }) => key));
  must(named && q <= witnesses.length, 'DRAW.PLAN', { reason: 'witnesses', q });
}

function checkPolicy({ policy, k, organiser, regulator }: DrawTerms): void {
  const two = organiser.creditCode !== regulator.creditCode;
  must(two, 'DRAW.POLICY', { reason: 'who organises is supervised by another' });
  for (const { org } of policy.seats) {
    const held = policy.seats.filter((seat) => seat.org === org);
    const limit = held.some(({ role }) => role === 'centre') ? 1 : k - 1;
    must(held.length <= limit, 'DRAW.POLICY', { org, seats: held.length, limit });
  }
  const supervised = policy.seats.some(
    ({ role, org }) => role === 'regulator' && org === regulator.creditCode,
  );
  must(supervised, 'DRAW.POLICY', { regulator: regulator.creditCode });
}

const decoded = (text: string, i: number): Point => {
  try {
    return decodePoint(text).precompute(4);
  } catch {
    throw new TrustError('DRAW.KEY', { i }, `trustee-${i}`);
  }
};

/**
 * The plan without its signatures: what a trustee checks before it signs.
 * @param taken keys (y and `room` of LOTKEYs, base64url) that a draw may not use again: bids and draws never share one
 * @throws TrustError DRAW.*
 */
export function checkUnsignedPlan(plan: DrawPlan, taken: ReadonlySet<string> = new Set()): CheckedPlan {
  must(drawPlan.safeParse(plan).success, 'DRAW.PLAN', { reason: 'schema' });
  const terms = drawTermsOf(plan);
  checkDrawTerms(terms);
  const { trustees, policy } = plan;
  const seated =
    trustees.length === plan.n &&
    trustees.every(({ i, org }, at) => i === at + 1 && org === policy.seats[at]?.org);
  must(seated, 'DRAW.PLAN', { reason: 'trustees' });
  must(distinct(trustees.map(({ y }) => y)), 'DRAW.SHARED_KEY');
  must(distinct(trustees.map(({ cert }) => cert)), 'DRAW.POLICY', { reason: 'equal certificates' });
  const keys = trustees.map((key) => {
    must(!taken.has(key.y), 'DRAW.SHARED_KEY', { i: key.i }, `trustee-${key.i}`);
    const y = decoded(key.y, key.i);
    must(verifyPossession(key, terms), 'DRAW.POSSESSION', { i: key.i }, `trustee-${key.i}`);
    return y;
  });
  return { plan, hash: drawPlanHash(plan), keys };
}

/**
 * {@link checkUnsignedPlan}, and signed by exactly the plan's trustees.
 * @throws TrustError DRAW.* | SIGNATURE.*
 */
export function checkDrawPlan(
  signed: Signed<DrawPlan>,
  certificates: CertificateLookup,
  taken?: ReadonlySet<string>,
): CheckedPlan {
  const checked = checkUnsignedPlan(signed.record, taken);
  signedBySeats(signed, certificates, checked.plan.trustees);
  return checked;
}
