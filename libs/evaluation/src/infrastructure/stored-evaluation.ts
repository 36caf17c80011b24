import { Injectable } from '@nestjs/common';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { EvaluationReport, Signed } from '#trust';
import { Evaluation } from '../evaluation.facade.ts';
import { ReviewStore } from '../application/review-store.ts';

@Injectable()
export class StoredEvaluation extends Evaluation {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reviews: ReviewStore,
  ) {
    super();
  }

  async report(lotId: LotId): Promise<{ signed: Signed<EvaluationReport>; hash: string } | null> {
    const review = await this.unitOfWork.run((tx) => this.reviews.find(tx, lotId), { readOnly: true });
    return review?.report && review.reportHash ? { signed: review.report, hash: review.reportHash } : null;
  }
}
