/**
 * What a trustee remembers of a draw, so that one name gets one seed: it signs one plan, opens one DRAW-READY, and takes a
 * seat in another plan only where the first is exhausted, or was given up before anything of it opened.
 */
import { z } from 'zod';
import type { Random } from '../encoding/bytes.ts';
import { hashText } from '../encoding/hash.ts';
import { B, decodeScalar, encodePoint, encodeScalar, multiplySecret } from '../group/index.ts';
import { newKeyPair } from '../group/key-pair.ts';
import { creditCode, drawPurpose, hash32, scalar, uuid } from '../records/index.ts';
import type { DrawReady, DrawTerms, TrusteeKey } from '../records/index.ts';
import { provePossession } from '../threshold/possession.ts';
import { checkDrawTerms } from './plan.ts';
import type { CheckedPlan } from './plan.ts';
import { must } from './signers.ts';

/** Kept sealed by the trustee's client, one for each plan of a draw. */
export const drawSeat = z.strictObject({
  type: z.literal('draw-seat'),
  subject: uuid,
  purpose: drawPurpose,
  sequence: z.number().int().min(1).max(100),
  /** H("draw-plan-terms", terms). */
  terms: hash32,
  i: z.number().int().min(1).max(15),
  org: creditCode,
  cert: hash32,
  /** Null once the plan was given up: what was never opened can then never be opened. */
  x: scalar.nullable(),
  /** H("draw-plan", …) once signed. */
  plan: hash32.nullable(),
  /** H("draw-ready", …) once anything was signed or released for it. */
  ready: hash32.nullable(),
});
export type DrawSeat = z.infer<typeof drawSeat>;

const termsHash = (terms: DrawTerms): string => hashText('draw-plan-terms', terms);

/**
 * The seat for these terms, to be kept durably before it is shown, and what the client must remember of an earlier one.
 * @param held what this client holds of the same draw
 * @param exhausted plans (their hashes) whose file this client verified to be exhausted
 * @throws TrustError DRAW.SECOND where the draw has a plan already | DRAW.SEAT where there is no seat for `own`
 */
export function takeDrawSeat(
  terms: DrawTerms,
  own: { readonly org: string; readonly cert: string },
  held: readonly DrawSeat[],
  exhausted: ReadonlySet<string>,
  random: Random,
): { readonly seat: DrawSeat; readonly givenUp: DrawSeat | null } {
  checkDrawTerms(terms);
  const place = terms.policy.seats.find(({ org }) => org === own.org);
  must(place !== undefined, 'DRAW.SEAT', { org: own.org });
  const hash = termsHash(terms);
  const same = held.find((seat) => seat.terms === hash);
  if (same?.plan != null) return { seat: same, givenUp: null };
  // Also where the seat was taken before: who sits for two plans signs one of them.
  const signed = held.filter(({ plan }) => plan !== null);
  const last = signed.sort((one, other) => other.sequence - one.sequence)[0];
  if (last) checkSuccessor(terms, last, exhausted);
  const givenUp = last && terms.previous?.reason === 'abandoned' ? { ...last, x: null } : null;
  if (same) return { seat: same, givenUp };
  const { subject, purpose, sequence } = terms;
  const fresh = { x: encodeScalar(newKeyPair(random).secret), plan: null, ready: null };
  const seat = {
    type: 'draw-seat',
    subject,
    purpose,
    sequence,
    terms: hash,
    i: place.i,
    ...own,
    ...fresh,
  } as const;
  return { seat, givenUp };
}

function checkSuccessor(terms: DrawTerms, last: DrawSeat, exhausted: ReadonlySet<string>): void {
  const { previous, sequence } = terms;
  const follows = previous !== null && previous.plan === last.plan && sequence === last.sequence + 1;
  must(follows, 'DRAW.SECOND', { held: last.plan ?? '' });
  const allowed = previous.reason === 'exhausted' ? exhausted.has(previous.plan) : last.ready === null;
  must(allowed, 'DRAW.SECOND', { held: previous.plan, reason: previous.reason });
}

/** The seat's entry of the plan, with its proof of possession. @throws TrustError DRAW.SEAT */
export function seatEntry(seat: DrawSeat, terms: DrawTerms, random: Random): TrusteeKey {
  must(seat.x !== null && seat.terms === termsHash(terms), 'DRAW.SEAT', { i: seat.i });
  const { i, org, cert } = seat;
  return provePossession({ x: decodeScalar(seat.x), terms, i, org, cert, random });
}

/**
 * The memory of a seat that signs this plan; keep it before signing.
 * @throws TrustError DRAW.SEAT where the plan has another key in its place | DRAW.SECOND where another plan was signed
 */
export function bindPlan(seat: DrawSeat, { plan, hash }: CheckedPlan): DrawSeat {
  const entry = plan.trustees[seat.i - 1];
  const y = seat.x === null ? null : encodePoint(multiplySecret(B, decodeScalar(seat.x)));
  must(entry?.y === y && entry?.cert === seat.cert, 'DRAW.SEAT', { i: seat.i });
  must(seat.plan === null || seat.plan === hash, 'DRAW.SECOND', { held: seat.plan ?? '' });
  return { ...seat, plan: hash };
}

/**
 * The memory of a seat that signs this DRAW-READY or releases shares for it; keep it before either.
 * @throws TrustError DRAW.SECOND where it was another one before | DRAW.SEAT
 */
export function bindReady(seat: DrawSeat, ready: DrawReady): DrawSeat {
  const hash = hashText('draw-ready', ready);
  must(seat.x !== null && seat.plan === ready.plan, 'DRAW.SEAT', { i: seat.i });
  must(seat.ready === null || seat.ready === hash, 'DRAW.SECOND', { held: seat.ready ?? '' });
  return { ...seat, ready: hash };
}
