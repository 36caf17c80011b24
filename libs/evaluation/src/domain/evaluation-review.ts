import { nextState, ok, refuse } from '#kernel';
import type { Machine, Refusal, Result } from '#kernel';
import { rankByLowestEvaluatedPrice, rejectionByMethod } from '#scoring';
import type { BidForRanking, Ranking } from '#scoring';
import type { EvaluationMethod, OpeningSheet, RejectionGround } from '#trust';

export type ReviewState = 'reviewing' | 'reported';
export type ReviewEvent = 'decide-bid' | 'report';

/** A lot's evaluation: bids are decided one by one, then one signed report ends it for good. */
export const reviewMachine = {
  reviewing: { 'decide-bid': 'reviewing', report: 'reported' },
  reported: {},
} as const satisfies Machine<ReviewState, ReviewEvent>;

export type ReviewRefusal =
  | 'EVALUATION.ALREADY_REPORTED'
  | 'EVALUATION.UNKNOWN_BID'
  | 'EVALUATION.NOT_STARTED'
  | 'EVALUATION.REPORT_DIFFERS'
  | 'EVALUATION.REPORT_STALE'
  | 'EVALUATION.NOT_AGENCY'
  | 'EVALUATION.BAD_SIGNATURE'
  | 'EVALUATION.CONFLICT';

/** An opened bid as the evaluation sees it. */
export interface OpenedBid {
  /** The commitment, base64url. */
  readonly c: string;
  readonly arrivedAt: string;
  readonly sheet: OpeningSheet;
}

export interface BidDecision {
  readonly c: string;
  /** Null takes an earlier rejection back, before the report. */
  readonly rejected: { readonly ground: RejectionGround; readonly reason: string } | null;
}

/** The state that `event` leads to, or why it is not taken (a signed report is final: 条例53). */
export function decideReview(
  state: ReviewState,
  event: ReviewEvent,
): Result<ReviewState, Refusal<ReviewRefusal>> {
  const next = nextState<ReviewState, ReviewEvent>(reviewMachine, state, event);
  return next === null ? refuse('EVALUATION.ALREADY_REPORTED', { article: '条例53' }) : ok(next);
}

/** A decision is on a bid that was opened, nothing else. */
export function checkDecision(
  bids: readonly OpenedBid[],
  decision: BidDecision,
): Result<BidDecision, Refusal<ReviewRefusal>> {
  return bids.some((bid) => bid.c === decision.c)
    ? ok(decision)
    : refuse('EVALUATION.UNKNOWN_BID', { c: decision.c });
}

/** The ranking that the published method gives for the bids as decided; later decisions on one bid replace earlier ones. */
export function rankReviewed(
  method: EvaluationMethod,
  bids: readonly OpenedBid[],
  decisions: readonly BidDecision[],
): Ranking {
  const rejected = new Map(decisions.map((decision) => [decision.c, decision.rejected]));
  const forRanking: BidForRanking[] = bids.map((bid) => ({
    c: bid.c,
    price: bid.sheet.price,
    periodDays: bid.sheet.periodDays,
    arrivedAt: bid.arrivedAt,
    rejected: rejected.get(bid.c) ?? null,
  }));
  return rankByLowestEvaluatedPrice(method, forRanking);
}

/** What the method itself says against a bid, shown beside it while the committee reviews. */
export const methodSays = (method: EvaluationMethod, bid: OpenedBid): RejectionGround | null =>
  rejectionByMethod(method, { price: bid.sheet.price, periodDays: bid.sheet.periodDays });
