/** The steps of a draw as its file shows them, each resting on the one before: what every party checks, and in which order. */
import type { DrawDealing, DrawDealt, DrawPool, DrawReady, DrawResult, Signed } from '../records/index.ts';
import { checkContributions, checkDealt } from './contribution.ts';
import type { DrawFile } from './draw-file.ts';
import { checkReveals, checkShares, secretsOf } from './opening.ts';
import { checkDrawPlan } from './plan.ts';
import type { CheckedPlan } from './plan.ts';
import { checkPool, eligibleOf } from './pool.ts';
import { checkReady, drawSeed } from './ready.ts';
import { checkChanges, checkResult, drawStrata } from './result.ts';
import type { DrawStanding } from './result.ts';
import { instantOf, must } from './signers.ts';
import type { CertificatesAt } from './signers.ts';

/** Thrown facts name what is missing, so that a client can say whose turn it is. */
function present<T>(record: T | null, missing: string): T {
  must(record !== null, 'DRAW.FILE', { missing });
  return record;
}

/** @throws TrustError, as the checks do that it calls */
export const planStep = ({ plan }: DrawFile, at: CertificatesAt, taken?: ReadonlySet<string>): CheckedPlan =>
  checkDrawPlan(plan, at(instantOf(plan.record.createdAt)), taken);

export function contributionsStep(file: DrawFile, checked: CheckedPlan, at: CertificatesAt): DrawDealt {
  const dealt = present(file.dealt, 'dealt');
  const certificates = at(instantOf(dealt.record.closedAt));
  checkContributions(checked, file.dealings, certificates);
  checkDealt(checked, dealt, drawDealings(file), certificates);
  return dealt.record;
}

export const drawDealings = ({ dealings, plan: { record } }: DrawFile): DrawDealing[] =>
  dealings
    .map((signed) => signed.record)
    .sort((a, b) => record.dealers.indexOf(a.dealer) - record.dealers.indexOf(b.dealer));

export function poolStep(
  file: DrawFile,
  checked: CheckedPlan,
  dealt: DrawDealt,
  at: CertificatesAt,
): DrawPool {
  const pool = present(file.pool, 'pool');
  checkPool(checked, dealt, pool, file.leaves, at(instantOf(pool.record.madeAt)));
  return pool.record;
}

export function readyStep(
  file: DrawFile,
  checked: CheckedPlan,
  pool: DrawPool,
  at: CertificatesAt,
): DrawReady {
  const ready = present(file.ready, 'ready');
  checkReady(checked, pool, ready, at(instantOf(ready.record.fixedAt)));
  return ready.record;
}

/** @returns the seed, 32 bytes */
export function openingStep(
  file: DrawFile,
  checked: CheckedPlan,
  ready: DrawReady,
  at: CertificatesAt,
): Uint8Array {
  const certificates = at(instantOf(ready.fixedAt));
  const dealings = drawDealings(file);
  checkShares(checked, ready, dealings, file.shares, certificates);
  checkReveals(checked, ready, dealings, file.reveals, certificates);
  const records = <T>(list: readonly Signed<T>[]): T[] => list.map(({ record }) => record);
  return drawSeed(
    checked.plan,
    ready,
    secretsOf(checked, dealings, records(file.shares), records(file.reveals)),
  );
}

/** Who was drawn, whether or not a result is there yet. */
export const computedStrata = (
  file: DrawFile,
  checked: CheckedPlan,
  pool: DrawPool,
  seed: Uint8Array,
): DrawResult['strata'] => drawStrata(checked.plan, eligibleOf(checked.plan, pool, file.leaves), seed);

export function resultStep(
  file: DrawFile,
  checked: CheckedPlan,
  { pool, ready, seed }: { readonly pool: DrawPool; readonly ready: DrawReady; readonly seed: Uint8Array },
  at: CertificatesAt,
): DrawResult {
  const result = present(file.result, 'result');
  const certificates = at(instantOf(result.record.drawnAt));
  checkResult(checked, ready, result, computedStrata(file, checked, pool, seed), certificates);
  return result.record;
}

export const changesStep = (
  file: DrawFile,
  checked: CheckedPlan,
  result: DrawResult,
  at: CertificatesAt,
): DrawStanding => checkChanges(checked, result, file.changes, at);
