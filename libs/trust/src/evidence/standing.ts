/**
 * Stage 0 (PROTOCOL section 7): whose bid stands once every identity envelope has been opened. Pure, and shared by
 * the platform, every trustee's client (which opens stage 1 for nobody else) and the verifier.
 */
import type { BidMove, BidOutcome } from '../records/index.ts';

/** Fewer distinct bidders than this: nothing more opens (法28, 条例44). */
export const MIN_BIDDERS = 3;

/** What opening one `I` gave. */
export type Identity =
  | {
      readonly ok: true;
      readonly creditCode: string;
      readonly name: string;
      /** The COMMIT is no bid: it withdraws all earlier bids of its signer. */
      readonly withdrawAll: boolean;
    }
  | {
      readonly ok: false;
      /** `bidder`: the opened content contradicts COMMIT or no certificate stands behind it; `platform`: bytes are damaged. */
      readonly fault: 'bidder' | 'platform';
      readonly reason: string;
    };

export interface IdentityFinding {
  readonly c: string;
  /** The text form of CLOSE: fixed width, so that its order is the order of time. */
  readonly arrivedAt: string;
  readonly identity: Identity;
}

/** `standing`: goes on to the next stage. The others are final outcomes, and stay sealed. */
export type StandingOutcome =
  | 'standing'
  | Extract<BidOutcome, 'superseded' | 'withdrawn' | 'invalid-identity' | 'withdrawn-platform-fault'>;

export interface StandingBid {
  readonly c: string;
  readonly outcome: StandingOutcome;
  readonly reason: string;
  /** Null where no valid identity was shown: an unproven name is not repeated. */
  readonly bidder: { readonly name: string; readonly creditCode: string } | null;
}

export interface Standing {
  /** In order of arrival. */
  readonly bids: readonly StandingBid[];
  readonly distinctBidders: number;
  /** False: the lot failed, and every key is to be destroyed. */
  readonly goesOn: boolean;
}

/** The order of CLOSE: by arrival, equal instants by commitment. */
export const byArrival = (
  a: { readonly arrivedAt: string; readonly c: string },
  b: { readonly arrivedAt: string; readonly c: string },
): number => {
  if (a.arrivedAt !== b.arrivedAt) return a.arrivedAt < b.arrivedAt ? -1 : 1;
  return a.c < b.c ? -1 : a.c > b.c ? 1 : 0;
};

/**
 * Per credit code the last valid bid by arrival stands. Earlier ones are 撤回 and stay sealed. An invalid identity
 * proves no name: it is not counted, replaces nobody's bid, and revives nothing, because a bid that was moved out by
 * its `wk` is out whatever became of its successor.
 */
export function standingBids(
  identities: readonly IdentityFinding[],
  moves: readonly Pick<BidMove, 'from' | 'to'>[],
): Standing {
  const moved = new Map(moves.map((move) => [move.from, move]));
  const ordered = [...identities].sort(byArrival);
  const last = lastValidByCreditCode(ordered, moved);
  const bids = ordered.map((finding) => judge(finding, moved.get(finding.c), last));
  const distinctBidders = bids.filter((bid) => bid.outcome === 'standing').length;
  return { bids, distinctBidders, goesOn: distinctBidders >= MIN_BIDDERS };
}

type Moves = ReadonlyMap<string, Pick<BidMove, 'from' | 'to'>>;

interface LastValid {
  readonly c: string;
  readonly withdrawAll: boolean;
}

function lastValidByCreditCode(ordered: readonly IdentityFinding[], moved: Moves): Map<string, LastValid> {
  const last = new Map<string, LastValid>();
  for (const { c, identity } of ordered) {
    if (identity.ok && !moved.has(c)) last.set(identity.creditCode, { c, withdrawAll: identity.withdrawAll });
  }
  return last;
}

function judge(
  { c, identity }: IdentityFinding,
  move: Pick<BidMove, 'from' | 'to'> | undefined,
  last: ReadonlyMap<string, LastValid>,
): StandingBid {
  if (!identity.ok) {
    const outcome = identity.fault === 'platform' ? 'withdrawn-platform-fault' : 'invalid-identity';
    return { c, outcome, reason: identity.reason, bidder: null };
  }
  const bidder = { name: identity.name, creditCode: identity.creditCode };
  if (move) {
    return move.to === null
      ? { c, outcome: 'withdrawn', reason: 'withdrawn by its own key', bidder }
      : { c, outcome: 'superseded', reason: 'replaced by its own key', bidder };
  }
  const latest = last.get(identity.creditCode);
  if (latest?.withdrawAll) {
    return { c, outcome: 'withdrawn', reason: 'the signer withdrew all bids', bidder };
  }
  if (latest?.c !== c) {
    return { c, outcome: 'superseded', reason: 'a later bid of the same bidder', bidder };
  }
  return { c, outcome: 'standing', reason: '', bidder };
}

/** A move's sequence is above that of every move that put its bid in another's place; none moves a bid to itself. */
export const followsItsChain = (
  { from, to, sequence }: BidMove,
  moves: readonly { readonly move: { readonly record: BidMove } }[],
): boolean =>
  to !== from && moves.every(({ move: { record } }) => record.to !== from || record.sequence < sequence);
