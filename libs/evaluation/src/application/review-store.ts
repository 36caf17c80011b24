import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { EvaluationReport, RejectionGround, Signed } from '#trust';
import type { BidDecision, ReviewState } from '../domain/evaluation-review.ts';

export interface Review {
  readonly lotId: LotId;
  readonly state: ReviewState;
  readonly version: number;
  /** H("opening-record", …) of the record that the lot was opened with. */
  readonly openingRecord: string;
  readonly report: Signed<EvaluationReport> | null;
  readonly reportHash: string | null;
}

export interface DecisionEntry {
  readonly lotId: LotId;
  readonly c: string;
  readonly rejected: { readonly ground: RejectionGround; readonly reason: string } | null;
  readonly personId: string;
  readonly certificate: string;
}

/** MUST apply changes by compare-and-swap on state and version; a decision, once written, is never changed. */
export abstract class ReviewStore {
  /** Does nothing where the lot has a review already. */
  abstract start(tx: Tx, lotId: LotId, openingRecord: string): Promise<void>;
  abstract find(tx: Tx, lotId: LotId): Promise<Review | null>;
  /** In the order in which they were taken. */
  abstract decisions(tx: Tx, lotId: LotId): Promise<readonly BidDecision[]>;
  abstract addDecision(tx: Tx, review: Review, entry: DecisionEntry): Promise<void>;
  abstract report(tx: Tx, review: Review, report: Signed<EvaluationReport>, hash: string): Promise<void>;
}
