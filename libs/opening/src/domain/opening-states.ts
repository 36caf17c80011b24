import { nextState, ok, refuse } from '#kernel';
import type { Instant, Machine, Result, Refusal } from '#kernel';
import { MIN_BIDDERS } from '#trust';
import type { OpeningRefusalCode } from './refusals.ts';

/**
 * The opening of one lot. `waiting`: the deadline or its margin has not passed; `closed`: CLOSE is logged and the
 * find-yourself window is open; `stage-0`: identities; `stage-1`: contents of the standing bids; `opened` and
 * `failed` (fewer than three bidders): the record waits for its signature; `recorded`: published, final.
 */
export const OPENING_STATES = [
  'waiting',
  'closed',
  'stage-0',
  'stage-1',
  'opened',
  'failed',
  'recorded',
] as const;
export type OpeningState = (typeof OPENING_STATES)[number];

export const OPENING_EVENTS = [
  'close',
  'add',
  'release',
  'share',
  'identities-opened',
  'too-few',
  'contents-opened',
  'restore',
  'object',
  'record',
] as const;
export type OpeningEvent = (typeof OPENING_EVENTS)[number];

export const openingMachine = {
  waiting: { close: 'closed' },
  closed: { add: 'closed', release: 'stage-0', 'too-few': 'failed', object: 'closed' },
  'stage-0': {
    share: 'stage-0',
    restore: 'stage-0',
    'identities-opened': 'stage-1',
    'too-few': 'failed',
    object: 'stage-0',
  },
  'stage-1': { share: 'stage-1', restore: 'stage-1', 'contents-opened': 'opened', object: 'stage-1' },
  opened: { share: 'opened', restore: 'stage-1', object: 'opened', record: 'recorded' },
  failed: { share: 'failed', object: 'failed', record: 'recorded' },
  recorded: { share: 'recorded' },
} as const satisfies Machine<OpeningState, OpeningEvent>;

/** All that the guards look at; loaded before, never queried by a guard. */
export interface OpeningFacts {
  /** Deadline and margin: CLOSE takes the first checkpoint at or after it. */
  readonly closeDueAt: Instant;
  /** End of the find-yourself window; null before CLOSE. */
  readonly releaseAt: Instant | null;
  readonly sharesReceived: number;
  /** Accepted commitments, additions included. */
  readonly commitments: number;
  /** Identities that are neither opened nor found invalid. */
  readonly pendingIdentities: number;
  /** Null until stage 0 is decided. */
  readonly distinctBidders: number | null;
  /** Standing bids that are neither opened nor found faulty. */
  readonly pendingContents: number;
  readonly unansweredObjections: number;
}

type Guard = (facts: OpeningFacts, now: Instant) => Result<null, Refusal<OpeningRefusalCode>>;
const pass = ok(null);

/** 20号令27: nobody may decrypt or extract before the deadline; the margin lets the log catch up. */
const deadlinePassed: Guard = (facts, now) =>
  now >= facts.closeDueAt ? pass : refuse('OPENING.NOT_DUE', { dueAt: facts.closeDueAt });

/** From the first share, and from the end of the window, the set is final (PROTOCOL section 7). */
const windowOpen: Guard = (facts, now) =>
  facts.releaseAt !== null && now < facts.releaseAt && facts.sharesReceived === 0
    ? pass
    : refuse('OPENING.WINDOW_OVER', { releaseAt: facts.releaseAt });

const windowOver: Guard = (facts, now) =>
  facts.releaseAt !== null && now >= facts.releaseAt
    ? pass
    : refuse('OPENING.WINDOW_OPEN', { releaseAt: facts.releaseAt });

/** Fewer commitments than bidders are needed: then not even an identity opens. */
const enoughCommitments: Guard = (facts) =>
  facts.commitments >= MIN_BIDDERS
    ? pass
    : refuse('OPENING.TOO_FEW_BIDDERS', { article: '法28', commitments: facts.commitments });

/** 法28, 条例44: fewer than three bidders, nothing is opened. */
const tooFew: Guard = (facts, now) => {
  if (facts.commitments < MIN_BIDDERS) return windowOver(facts, now);
  if (facts.distinctBidders === null) return refuse('OPENING.IDENTITIES_PENDING');
  return facts.distinctBidders < MIN_BIDDERS
    ? pass
    : refuse('OPENING.ENOUGH_BIDDERS', { distinctBidders: facts.distinctBidders });
};

const identitiesOpened: Guard = (facts) => {
  if (facts.pendingIdentities > 0 || facts.distinctBidders === null) {
    return refuse('OPENING.IDENTITIES_PENDING', { pending: facts.pendingIdentities });
  }
  return facts.distinctBidders >= MIN_BIDDERS
    ? pass
    : refuse('OPENING.TOO_FEW_BIDDERS', { article: '法28', distinctBidders: facts.distinctBidders });
};

const contentsOpened: Guard = (facts) =>
  facts.pendingContents === 0 ? pass : refuse('OPENING.CONTENTS_PENDING', { pending: facts.pendingContents });

/** 条例44: an objection at the opening is answered on the spot, and both are in the record. */
const objectionsAnswered: Guard = (facts) =>
  facts.unansweredObjections === 0
    ? pass
    : refuse('OPENING.OBJECTION_UNANSWERED', { article: '条例44', open: facts.unansweredObjections });

const both =
  (first: Guard, second: Guard): Guard =>
  (facts, now) => {
    const result = first(facts, now);
    return result.ok ? second(facts, now) : result;
  };

const guards: Readonly<Record<OpeningEvent, Guard>> = {
  close: deadlinePassed,
  add: windowOpen,
  release: both(windowOver, enoughCommitments),
  share: windowOver,
  'identities-opened': identitiesOpened,
  'too-few': tooFew,
  'contents-opened': contentsOpened,
  restore: () => pass,
  object: () => pass,
  record: objectionsAnswered,
};

/** The state that `event` leads to now, or the refusal that says which rule stands against it. */
export function decide(
  state: OpeningState,
  event: OpeningEvent,
  facts: OpeningFacts,
  now: Instant,
): Result<OpeningState, Refusal<OpeningRefusalCode>> {
  const next = nextState<OpeningState, OpeningEvent>(openingMachine, state, event);
  // Who shows up before the window ends is told when it ends, not that the machine has no such arrow.
  if (next === null) {
    return event === 'share' && (state === 'waiting' || state === 'closed')
      ? refuse('OPENING.WINDOW_OPEN', { releaseAt: facts.releaseAt })
      : event === 'add' && state !== 'waiting'
        ? refuse('OPENING.WINDOW_OVER', { releaseAt: facts.releaseAt })
        : refuse('OPENING.STATE', { state, event });
  }
  const allowed = guards[event](facts, now);
  return allowed.ok ? ok(next) : allowed;
}

/** When the next thing happens by itself; null when the session waits for people. */
export function nextDueAt(
  state: OpeningState,
  facts: Pick<OpeningFacts, 'closeDueAt' | 'releaseAt'>,
): Instant | null {
  if (state === 'waiting') return facts.closeDueAt;
  return state === 'closed' ? facts.releaseAt : null;
}
