/** From the seed to the members, and on along the same permutation where one of them goes. */
import { hashText } from '../encoding/hash.ts';
import type { CertificateLookup } from '../encoding/signed-record.ts';
import type { DrawChange, DrawPlan, DrawReady, DrawResult, Signed } from '../records/index.ts';
import { DrawStream, permutation } from './permutation.ts';
import type { CheckedPlan } from './plan.ts';
import { instantOf, must, signedByOrganisations } from './signers.ts';
import type { CertificatesAt } from './signers.ts';

/** The first `count` that a generator gives. */
function take<T>(from: Generator<T>, count: number): T[] {
  const taken: T[] = [];
  for (let next = from.next(); taken.length < count && !next.done; next = from.next()) taken.push(next.value);
  return taken;
}

/**
 * Members and substitutes by stratum: the first positions of its permutation.
 * @param eligible leaves by stratum, in the pool's order (`eligibleOf`)
 * @param seed 32 bytes
 */
export const drawStrata = (
  { strata }: Pick<DrawPlan, 'strata'>,
  eligible: readonly (readonly string[])[],
  seed: Uint8Array,
): DrawResult['strata'] =>
  strata.map(({ name, members, substitutes }, at) => {
    const leaves = eligible[at] ?? [];
    const order = permutation(leaves.length, new DrawStream(seed, at));
    const drawn = take(order, members + substitutes).map((index) => leaves[index] as string);
    return { name, members: drawn.slice(0, members), substitutes: drawn.slice(members) };
  });

export const resultOf = (
  plan: DrawPlan,
  ready: DrawReady,
  eligible: readonly (readonly string[])[],
  seed: Uint8Array,
  drawnAt: string,
): DrawResult => ({
  type: 'draw-result',
  plan: ready.plan,
  ready: hashText('draw-ready', ready),
  strata: drawStrata(plan, eligible, seed),
  drawnAt,
});

/**
 * The organiser's result is the one that everybody computes.
 * @throws TrustError DRAW.RESULT | DRAW.EARLY | DRAW.SIGNERS | SIGNATURE.*
 */
export function checkResult(
  { plan }: CheckedPlan,
  ready: DrawReady,
  signed: Signed<DrawResult>,
  computed: DrawResult['strata'],
  certificates: CertificateLookup,
): void {
  const { record } = signed;
  signedByOrganisations(signed, certificates, [plan.organiser.creditCode], 'organiser');
  const about = record.plan === ready.plan && record.ready === hashText('draw-ready', ready);
  const same =
    hashText('draw-result', { strata: record.strata }) === hashText('draw-result', { strata: computed });
  must(about && same, 'DRAW.RESULT', { reason: about ? 'others were drawn' : 'another draw' }, 'organiser');
  const { drawnAt } = record;
  must(instantOf(drawnAt) >= instantOf(ready.fixedAt), 'DRAW.EARLY', { drawnAt }, 'organiser');
}

export interface DrawStanding {
  readonly strata: readonly { readonly name: string; readonly members: readonly string[] }[];
  /** Somebody went and the substitutes of that stratum were used up: only now another plan is allowed. */
  readonly exhausted: boolean;
}

/**
 * Who stands after the changes, in order: the next of the permutation takes the place of who goes.
 * @throws TrustError DRAW.CHANGE for a leaf that does not stand, or a gap in the sequence
 */
export function standingAfter(result: DrawResult, changes: readonly DrawChange[]): DrawStanding {
  const strata = result.strata.map(({ name, members, substitutes }) => ({
    name,
    members: [...members],
    waiting: [...substitutes],
  }));
  const hash = hashText('draw-result', result);
  let exhausted = false;
  changes.forEach(({ sequence, leaf, result: of }, at) => {
    const about = sequence === at + 1 && of === hash;
    must(about, 'DRAW.CHANGE', { sequence }, 'organiser');
    const stratum = strata.find(({ members }) => members.includes(leaf));
    must(stratum !== undefined, 'DRAW.CHANGE', { sequence, leaf }, 'organiser');
    const next = stratum.waiting.shift();
    if (next === undefined) exhausted = true;
    stratum.members.splice(stratum.members.indexOf(leaf), 1, ...(next === undefined ? [] : [next]));
  });
  return { strata: strata.map(({ name, members }) => ({ name, members })), exhausted };
}

/**
 * Every change is signed by organiser and regulator.
 * @throws TrustError DRAW.CHANGE | DRAW.EARLY | DRAW.SIGNERS | SIGNATURE.*
 */
export function checkChanges(
  { plan }: CheckedPlan,
  result: DrawResult,
  changes: readonly Signed<DrawChange>[],
  at: CertificatesAt,
): DrawStanding {
  const both = [plan.organiser.creditCode, plan.regulator.creditCode];
  for (const signed of changes) {
    const when = instantOf(signed.record.at);
    signedByOrganisations(signed, at(when), both, 'organiser');
    must(signed.record.plan === result.plan, 'DRAW.CHANGE', { reason: 'another draw' }, 'organiser');
    must(when >= instantOf(result.drawnAt), 'DRAW.EARLY', { at: signed.record.at }, 'organiser');
  }
  return standingAfter(
    result,
    changes.map(({ record }) => record),
  );
}
