/** When a party's own machine signs or releases anything: after its own checks, by its own clock, and once. */
import type { Instant } from '#kernel';
import type { DrawPool, DrawReady } from '../records/index.ts';
import type { DrawFile } from './draw-file.ts';
import type { CheckedPlan } from './plan.ts';
import { checkUnsignedPool } from './pool.ts';
import { checkUnsignedReady } from './ready.ts';
import { bindReady } from './seat.ts';
import type { DrawSeat } from './seat.ts';
import { instantOf, must } from './signers.ts';
import type { CertificatesAt } from './signers.ts';
import { contributionsStep, planStep, poolStep, readyStep } from './steps.ts';

/** How far two honest clocks may be apart. */
const CLOCK_TOLERANCE_MS = 60_000;

export interface OwnEyes {
  readonly at: CertificatesAt;
  /** The machine's own clock. */
  readonly now: Instant;
  /** Keys that a draw may not use again (`checkUnsignedPlan`). */
  readonly taken?: ReadonlySet<string>;
}

const notAhead = (text: string, now: Instant): void => {
  must(instantOf(text) <= now + CLOCK_TOLERANCE_MS, 'DRAW.EARLY', {
    at: text,
    reason: 'ahead of the own clock',
  });
};

/** A declared value counts only as this party read it itself at its source. */
function checkReading({ plan: { source } }: CheckedPlan, { value }: DrawReady, reading: string | null): void {
  if (source.kind !== 'declared' || value.kind !== 'declared') return;
  must(reading === value.text, 'DRAW.OTHER_VALUE', { given: value.text, read: reading ?? '' }, 'organiser');
}

/**
 * The regulator signs POOL while nobody can know the public value: the organiser's own `madeAt` would prove nothing.
 * @throws TrustError DRAW.* | SIGNATURE.*
 */
export function permitPool(file: DrawFile, pool: DrawPool, { at, now, taken }: OwnEyes): void {
  const checked = planStep(file, at, taken);
  checkUnsignedPool(checked, contributionsStep(file, checked, at), pool, file.leaves);
  notAhead(pool.madeAt, now);
  const { source } = checked.plan;
  const before = source.kind !== 'declared' || now < instantOf(source.at);
  must(before, 'DRAW.EARLY', { reason: 'the public value is known already' }, 'organiser');
}

/**
 * The regulator signs one DRAW-READY of a draw.
 * @returns its seat's memory, to be kept before the signature leaves
 * @throws TrustError DRAW.* | SIGNATURE.*
 */
export function permitReady(
  file: DrawFile,
  ready: DrawReady,
  seat: DrawSeat,
  eyes: OwnEyes & { readonly reading: string | null },
): DrawSeat {
  const checked = planStep(file, eyes.at, eyes.taken);
  const pool = poolStep(file, checked, contributionsStep(file, checked, eyes.at), eyes.at);
  checkUnsignedReady(checked, pool, ready);
  checkReading(checked, ready, eyes.reading);
  notAhead(ready.fixedAt, eyes.now);
  return bindReady(seat, ready);
}

/**
 * A trustee releases its shares of one DRAW-READY, with plan, closed list and pool as they were signed.
 * @returns its memory, to be kept before the shares leave
 * @throws TrustError DRAW.* | SIGNATURE.*
 */
export function permitOpening(
  file: DrawFile,
  seat: DrawSeat,
  eyes: OwnEyes & { readonly reading: string | null },
): { readonly seat: DrawSeat; readonly ready: DrawReady } {
  const checked = planStep(file, eyes.at, eyes.taken);
  const pool = poolStep(file, checked, contributionsStep(file, checked, eyes.at), eyes.at);
  const ready = readyStep(file, checked, pool, eyes.at);
  checkReading(checked, ready, eyes.reading);
  notAhead(ready.fixedAt, eyes.now);
  return { seat: bindReady(seat, ready), ready };
}
