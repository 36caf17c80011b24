import { Injectable } from '@nestjs/common';
import { refuse, unwrap, RefusalError } from '#kernel';
import type { LotId } from '#kernel';
import { Opening } from '#opening';
import { UnitOfWork } from '#persistence';
import { Tendering } from '#tendering';
import type { Principal } from '#web';
import { checkDecision, decideReview } from '../domain/evaluation-review.ts';
import type { BidDecision } from '../domain/evaluation-review.ts';
import { openedBidsOf } from './read-review.ts';
import { ReviewStore } from './review-store.ts';

/** Rejects an opened bid on one of the seven grounds of 条例51, or takes a rejection back, until the report is signed. */
@Injectable()
export class DecideBid {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reviews: ReviewStore,
    private readonly opening: Opening,
    private readonly tendering: Tendering,
  ) {}

  async run(lotId: LotId, decision: BidDecision, caller: Principal): Promise<void> {
    const lot = await this.tendering.lot(lotId);
    if (lot?.agency.creditCode !== caller.organisationId)
      throw new RefusalError(refuse('EVALUATION.NOT_STARTED').error);
    const bids = await openedBidsOf(this.opening, lotId);
    await this.unitOfWork.run(async (tx) => {
      const review = await this.reviews.find(tx, lotId);
      if (!review) throw new RefusalError(refuse('EVALUATION.NOT_STARTED').error);
      unwrap(decideReview(review.state, 'decide-bid'));
      unwrap(checkDecision(bids, decision));
      const { personId, certificateFingerprint } = caller;
      await this.reviews.addDecision(tx, review, {
        ...decision,
        lotId,
        personId,
        certificate: certificateFingerprint,
      });
    });
  }
}
