import { Injectable } from '@nestjs/common';
import { formatInstant, refuse, RefusalError } from '#kernel';
import type { LotId } from '#kernel';
import { Opening } from '#opening';
import type { OpenedFile } from '#opening';
import { UnitOfWork } from '#persistence';
import { Tendering } from '#tendering';
import type { LotView } from '#tendering';
import type { EvaluationReport, RejectionGround, Signed } from '#trust';
import type { Principal } from '#web';
import { methodSays, rankReviewed } from '../domain/evaluation-review.ts';
import type { BidDecision, OpenedBid, ReviewState } from '../domain/evaluation-review.ts';
import { ReviewStore } from './review-store.ts';
import type { Review } from './review-store.ts';

export interface ReviewView {
  readonly lotId: LotId;
  readonly state: ReviewState;
  readonly openingRecord: string;
  readonly bids: readonly (OpenedBid & {
    readonly files: readonly OpenedFile[];
    readonly rejected: BidDecision['rejected'];
    /** What the published method itself rejects, before anybody decides. */
    readonly methodSays: RejectionGround | null;
    readonly evaluatedPrice: string | null;
    readonly rank: number | null;
  })[];
  readonly report: Signed<EvaluationReport> | null;
}

/** The opened bids as the domain sees them. */
export async function openedBidsOf(opening: Opening, lotId: LotId): Promise<OpenedBid[]> {
  const bids = await opening.openedBids(lotId);
  return bids.map(({ c, arrivedAt, sheet }) => ({ c, arrivedAt: formatInstant(arrivedAt), sheet }));
}

/** What the agency, the tenderee and the regulator of a lot see of its evaluation; to others it does not exist. */
@Injectable()
export class ReadReview {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reviews: ReviewStore,
    private readonly opening: Opening,
    private readonly tendering: Tendering,
  ) {}

  async run(lotId: LotId, caller: Principal): Promise<ReviewView> {
    const { lot, review, decisions } = await this.load(lotId, caller);
    const bids = await openedBidsOf(this.opening, lotId);
    const ranking = rankReviewed(lot.method, bids, decisions);
    const ranked = new Map(ranking.bids.map((bid) => [bid.c, bid]));
    const shown = bids.map(async (bid) => ({
      ...bid,
      files: await this.opening.files(lotId, bid.c),
      rejected: ranked.get(bid.c)?.rejected ?? null,
      methodSays: methodSays(lot.method, bid),
      evaluatedPrice: ranked.get(bid.c)?.evaluatedPrice ?? null,
      rank: ranked.get(bid.c)?.rank ?? null,
    }));
    const { state, openingRecord, report } = review;
    return { lotId, state, openingRecord, bids: await Promise.all(shown), report };
  }

  /** The lot and its review, for whoever may see it. @throws RefusalError EVALUATION.NOT_STARTED */
  async load(
    lotId: LotId,
    caller: Principal,
  ): Promise<{ lot: LotView; review: Review; decisions: readonly BidDecision[] }> {
    const lot = await this.tendering.lot(lotId);
    const parties = lot ? [lot.agency, lot.tenderee, lot.regulator].map((party) => party.creditCode) : [];
    const found = parties.includes(caller.organisationId)
      ? await this.unitOfWork.run(
          async (tx) => ({
            review: await this.reviews.find(tx, lotId),
            decisions: await this.reviews.decisions(tx, lotId),
          }),
          { readOnly: true },
        )
      : null;
    if (!lot || !found?.review) throw new RefusalError(refuse('EVALUATION.NOT_STARTED').error);
    return { lot, review: found.review, decisions: found.decisions };
  }
}
