import { Injectable } from '@nestjs/common';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import { canonicalBytes } from '#trust';
import type { EvaluationReport, Signed } from '#trust';
import type { EvidencePiece } from '#transparency';
import { EvidenceSource } from '#transparency';
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

/** report.json. */
@Injectable()
export class EvaluationEvidence extends EvidenceSource {
  readonly name = 'evaluation';

  constructor(private readonly evaluation: Evaluation) {
    super();
  }

  async *contribute(lotId: string): AsyncIterable<EvidencePiece> {
    const report = await this.evaluation.report(lotId as LotId);
    if (!report) return;
    const logged = { type: 'evaluation-report', hash: report.hash };
    yield { kind: 'file', path: 'report.json', bytes: canonicalBytes(report.signed), logged };
  }
}
