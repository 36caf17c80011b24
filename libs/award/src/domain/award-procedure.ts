import { addMs, formatInstant, MINUTE, nextState, ok, refuse } from '#kernel';
import type { Instant, Machine, Refusal, Result } from '#kernel';
import { breachFacts, earliestPublicityEnd, publicityLength } from '#legal-time';
import type { Ruleset, TimeScale } from '#legal-time';

export const AWARD_STATES = ['awaiting-publicity', 'publicised', 'awarded', 'failed'] as const;
export type AwardState = (typeof AWARD_STATES)[number];
export type AwardEvent = 'publicise' | 'award';

/** From the evaluation report to the award letter. `failed`: every bid was rejected (法42), the lot is re-tendered. */
export const awardMachine = {
  'awaiting-publicity': { publicise: 'publicised' },
  publicised: { award: 'awarded' },
  awarded: {},
  failed: {},
} as const satisfies Machine<AwardState, AwardEvent>;

export type AwardRefusal =
  | 'AWARD.WRONG_STATE'
  | 'AWARD.PUBLICITY_TOO_SHORT'
  | 'AWARD.PUBLICITY_IN_PAST'
  | 'AWARD.PUBLICITY_RUNNING'
  | 'AWARD.NOT_FIRST_RANK'
  | 'AWARD.RECORD_DIFFERS'
  | 'AWARD.RECORD_STALE'
  | 'AWARD.CONFLICT'
  | 'AWARD.NO_RESULT';

export interface AwardFacts {
  readonly ruleset: Ruleset;
  readonly scale: TimeScale;
  /** The publicity period, once it is (or is about to be) published: half-open. */
  readonly publicity: { readonly from: Instant; readonly until: Instant } | null;
  readonly firstRank: string | null;
  /** The commitment that the award names. */
  readonly awarded: string | null;
}

export function decideAward(
  state: AwardState,
  event: AwardEvent,
  facts: AwardFacts,
  now: Instant,
): Result<AwardState, Refusal<AwardRefusal>> {
  const next = nextState<AwardState, AwardEvent>(awardMachine, state, event);
  if (next === null) return refuse('AWARD.WRONG_STATE', { state, event });
  const refusal =
    event === 'publicise'
      ? publicityIsLongEnough(facts, now)
      : (publicityIsOver(facts, now) ?? firstRankWins(facts));
  return refusal ?? ok(next);
}

type Refused = { readonly ok: false; readonly error: Refusal<AwardRefusal> } | null;

/** 条例54: at least three days of publicity, and what passed before its publication does not count. */
function publicityIsLongEnough({ publicity, ruleset, scale }: AwardFacts, now: Instant): Refused {
  if (!publicity || publicity.from < now - SIGNING_MS)
    return refuse('AWARD.PUBLICITY_IN_PAST', { now: formatInstant(now) });
  const from = publicity.from > now ? publicity.from : now;
  const breach = publicityLength({ ruleset, scale, from, to: publicity.until });
  return breach ? refuse('AWARD.PUBLICITY_TOO_SHORT', breachFacts(breach)) : null;
}

/** 条例54: nobody is awarded while candidates may still be objected to; the period excludes its last instant. */
function publicityIsOver({ publicity }: AwardFacts, now: Instant): Refused {
  if (!publicity || now < publicity.until)
    return refuse('AWARD.PUBLICITY_RUNNING', {
      article: '条例54',
      until: publicity ? formatInstant(publicity.until) : null,
    });
  return null;
}

/** 条例55: where state funds dominate, the first-ranked candidate wins. */
function firstRankWins({ firstRank, awarded }: AwardFacts): Refused {
  return firstRank !== null && firstRank === awarded
    ? null
    : refuse('AWARD.NOT_FIRST_RANK', { article: '条例55' });
}

/** A record is drafted, signed by a person and sent back: so much may pass in between. */
export const SIGNING_MS = 10 * MINUTE;

/** What a draft adds to the publicity for its signing: whoever takes longer drafts again. */
export const publicityUntil = (ruleset: Ruleset, draftedAt: Instant, scale: TimeScale): Instant =>
  earliestPublicityEnd(ruleset, addMs(draftedAt, Math.ceil(SIGNING_MS / scale.waits)), scale);
