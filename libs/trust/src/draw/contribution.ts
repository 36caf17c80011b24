/**
 * Contributions: every dealer seals a secret to the plan's trustees before the pool is known (PROTOCOL section 4, type
 * `draw`). None can be read early, made to depend on another, held back at the end, or left out.
 */
import { hashRecord, hashText } from '../encoding/hash.ts';
import { b64u } from '../encoding/bytes.ts';
import type { Random } from '../encoding/bytes.ts';
import type { CertificateLookup } from '../encoding/signed-record.ts';
import type { Scalar } from '../group/index.ts';
import type { DrawDealing, DrawDealt, Signed } from '../records/index.ts';
import { checkDealings } from '../threshold/check.ts';
import type { DealingClaim } from '../threshold/check.ts';
import { prepareDealing, proveDealing } from '../threshold/deal.ts';
import type { UnprovenDealing } from '../threshold/labels.ts';
import type { CheckedPlan } from './plan.ts';
import { instantOf, must, signedByOrganisations } from './signers.ts';

type Unproven = Omit<DrawDealing, 'dealing'> & { readonly dealing: UnprovenDealing };

/** Bound to the plan, the party and this one contribution. */
export const drawLabel = (suite: string, { plan, dealer, nonce }: Omit<Unproven, 'dealing'>): string =>
  `glasshall/1/${suite}/draw/${plan}/${dealer}/${nonce}`;

/** `body` of the dealing: the whole record without proofs. */
const drawBody = ({ dealing: { stage, audience, C, E }, ...rest }: Unproven): Uint8Array =>
  hashRecord('draw-body', { ...rest, dealing: { stage, audience, C, E } });

/**
 * A fresh contribution. The secret `s` opens it by road A; who does not keep it loses nothing.
 * @throws TrustError DRAW.DEALING when the plan does not name the dealer
 */
export function makeContribution(
  { plan, hash, keys }: CheckedPlan,
  dealer: string,
  random: Random,
): { readonly record: DrawDealing; readonly secret: Scalar } {
  must(plan.dealers.includes(dealer), 'DRAW.DEALING', { dealer });
  const head = { type: 'draw-dealing', plan: hash, dealer, nonce: b64u.encode(random(32)) } as const;
  const prepared = prepareDealing({
    type: 'draw',
    label: drawLabel(plan.suite, head),
    stage: 0,
    audience: 'public',
    seedKey: random(32),
    trusteeKeys: keys,
    k: plan.k,
  });
  const dealing = proveDealing(prepared, drawBody({ ...head, dealing: prepared }), random);
  return { record: { ...head, dealing }, secret: prepared.secret };
}

const claimOf = ({ plan, keys }: CheckedPlan, record: DrawDealing): DealingClaim => ({
  dealing: record.dealing,
  type: 'draw',
  label: drawLabel(plan.suite, record),
  body: drawBody(record),
  trusteeKeys: keys,
  k: plan.k,
});

/**
 * Contributions as their dealers sent them, in any order: named by the plan, for this plan, signed, and each opens to
 * one secret.
 * @throws TrustError DRAW.DEALING | DRAW.SIGNERS | SIGNATURE.*, the dealer is to blame
 */
export function checkContributions(
  checked: CheckedPlan,
  list: readonly Signed<DrawDealing>[],
  certificates: CertificateLookup,
): void {
  const { dealers } = checked.plan;
  const blameOf = (dealer: string) => `dealer-${dealers.indexOf(dealer) + 1}` as const;
  for (const signed of list) {
    const { dealer, plan, dealing } = signed.record;
    must(dealers.includes(dealer), 'DRAW.DEALING', { dealer, reason: 'not in the plan' });
    must(plan === checked.hash, 'DRAW.DEALING', { dealer, reason: 'another plan' }, blameOf(dealer));
    const plain = dealing.stage === 0 && dealing.audience === 'public';
    must(plain, 'DRAW.DEALING', { dealer, reason: 'stage' }, blameOf(dealer));
    signedByOrganisations(signed, certificates, [dealer], blameOf(dealer));
  }
  const [bad] = checkDealings(list.map(({ record }) => claimOf(checked, record)));
  const dealer = bad === undefined ? '' : (list[bad]?.record.dealer ?? '');
  must(bad === undefined, 'DRAW.DEALING', { dealer, reason: 'proof' }, blameOf(dealer));
}

/**
 * DRAW-DEALT: one contribution of every dealer, in the plan's order whatever order they came in.
 * @throws TrustError DRAW.DEALT where one is missing or twice
 */
export function closeContributions(
  { plan, hash }: CheckedPlan,
  list: readonly DrawDealing[],
  closedAt: string,
): DrawDealt {
  const dealings = plan.dealers.map((dealer) => {
    const own = list.filter((record) => record.dealer === dealer);
    must(own.length === 1, 'DRAW.DEALT', { dealer, contributions: own.length }, 'organiser');
    return hashText('draw-dealing', own[0]);
  });
  must(list.length === dealings.length, 'DRAW.DEALT', { contributions: list.length }, 'organiser');
  return { type: 'draw-dealt', plan: hash, dealings, closedAt };
}

/**
 * The closed list is the organiser's, and is exactly these contributions: nobody's was dropped or exchanged.
 * @throws TrustError DRAW.DEALT | DRAW.SIGNERS | SIGNATURE.*
 */
export function checkDealt(
  checked: CheckedPlan,
  signed: Signed<DrawDealt>,
  list: readonly DrawDealing[],
  certificates: CertificateLookup,
): void {
  signedByOrganisations(signed, certificates, [checked.plan.organiser.creditCode], 'organiser');
  const expected = closeContributions(checked, list, signed.record.closedAt);
  const same = hashText('draw-dealt', expected) === hashText('draw-dealt', signed.record);
  must(same, 'DRAW.DEALT', { reason: 'another list' }, 'organiser');
  const inOrder = instantOf(signed.record.closedAt) >= instantOf(checked.plan.createdAt);
  must(inOrder, 'DRAW.EARLY', { closedAt: signed.record.closedAt }, 'organiser');
}
