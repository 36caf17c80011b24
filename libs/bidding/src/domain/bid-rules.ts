import { assertNever, nextState, ok, refuse } from '#kernel';
import type { Instant, LotId, Result } from '#kernel';
import { bidMachine } from './bid-states.ts';
import type { BidState } from './bid-states.ts';
import type { BiddingRefusal } from './refusals.ts';

/** One sealed bid, as far as its rules need it. */
export interface BidFacts {
  readonly c: string;
  readonly lotId: LotId;
  readonly state: BidState;
  /** Sequence of the move that made this bid a replacement; 0 for a bid that replaces none. */
  readonly chainSequence: number;
}

export interface MoveFacts {
  readonly sequence: number;
  /** The signature holds under the `wk` of the bid that moves. */
  readonly signed: boolean;
}

/** What is asked of a bid, with everything that the rules need to know. `at` is the database's clock. */
export type BidCommand =
  | { readonly event: 'put-part' }
  | { readonly event: 'complete'; readonly missing: number }
  | { readonly event: 'withdraw'; readonly move: MoveFacts }
  /** `replacement` is null where no such commitment was accepted. */
  | { readonly event: 'replace'; readonly move: MoveFacts; readonly replacement: BidFacts | null };

export interface Moment {
  readonly at: Instant;
  /** The lot's effective deadline. */
  readonly deadline: Instant;
}

type Guard = Result<void, BiddingRefusal>;
const pass: Guard = ok(undefined);

/** 20号令27, 条例36: at the deadline itself it is too late; there is no grace. Half-open: `[…, deadline)`. */
export const isInTime = ({ at, deadline }: Moment): boolean => at < deadline;

function beforeTheDeadline(moment: Moment): Guard {
  return isInTime(moment)
    ? pass
    : refuse('BIDDING.LATE', { article: '20号令27', deadlineMs: moment.deadline, atMs: moment.at });
}

/** 条例35: only the bidder may change or withdraw; `wk` stands for it while its name is sealed. */
function signedByItsKey({ signed }: MoveFacts): Guard {
  return signed ? pass : refuse('BIDDING.SIGNATURE_INVALID', { article: '条例35' });
}

/** A move that is sent again by somebody else changes nothing: strictly increasing along the chain. */
function laterThanTheChain(bid: BidFacts, { sequence }: MoveFacts): Guard {
  return sequence > bid.chainSequence
    ? pass
    : refuse('BIDDING.SEQUENCE', { least: bid.chainSequence + 1, actual: sequence });
}

/** 条例35 gives the right to replace a bid, not to lose one: the new bid must be whole, in this lot, and stand. */
function standsInItsPlace(bid: BidFacts, replacement: BidFacts | null): Guard {
  if (!replacement || replacement.lotId !== bid.lotId || replacement.c === bid.c)
    return refuse('BIDDING.REPLACEMENT_UNKNOWN');
  switch (replacement.state) {
    case 'stored':
      return pass;
    case 'received':
      return refuse('BIDDING.REPLACEMENT_NOT_STORED');
    case 'replaced':
    case 'withdrawn':
      return refuse('BIDDING.REPLACEMENT_ENDED', { state: replacement.state });
    default:
      return assertNever(replacement.state);
  }
}

function guardsOf(bid: BidFacts, command: BidCommand): readonly (() => Guard)[] {
  switch (command.event) {
    case 'put-part':
      return [];
    case 'complete':
      // 20号令27: what has not arrived whole is no submission.
      return [
        () => (command.missing === 0 ? pass : refuse('BIDDING.PART_UNKNOWN', { missing: command.missing })),
      ];
    case 'withdraw':
      return [() => laterThanTheChain(bid, command.move)];
    case 'replace':
      return [() => laterThanTheChain(bid, command.move), () => standsInItsPlace(bid, command.replacement)];
    default:
      return assertNever(command);
  }
}

/** The bid's next state, or why not. Facts are loaded before; nothing here asks a database. */
export function decide(bid: BidFacts, command: BidCommand, moment: Moment): Result<BidState, BiddingRefusal> {
  // First of all: who does not hold the bid's key learns nothing of its state.
  const authorised = 'move' in command ? signedByItsKey(command.move) : pass;
  if (!authorised.ok) return authorised;
  const next = nextState(bidMachine, bid.state, command.event);
  if (next === null) return refuse('BIDDING.BID_ENDED', { state: bid.state });
  for (const guard of [() => beforeTheDeadline(moment), ...guardsOf(bid, command)]) {
    const held = guard();
    if (!held.ok) return held;
  }
  return ok(next);
}
