import './http/evaluation.problems.ts';
import { Global, Module } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { BackgroundWork } from '#jobs';
import { DecideBid } from './application/decide-bid.ts';
import { ReadReview } from './application/read-review.ts';
import { ReportEvaluation } from './application/report-evaluation.ts';
import { ReviewStore } from './application/review-store.ts';
import { StartReview } from './application/start-review.ts';
import { Evaluation } from './evaluation.facade.ts';
import { EvaluationController } from './http/evaluation.controller.ts';
import { TypeormReviewStore } from './infrastructure/review.typeorm-store.ts';
import { StoredEvaluation } from './infrastructure/stored-evaluation.ts';

@Global()
@Module({
  controllers: [EvaluationController],
  providers: [
    { provide: ReviewStore, useClass: TypeormReviewStore },
    { provide: Evaluation, useClass: StoredEvaluation },
    StartReview,
    ReadReview,
    DecideBid,
    ReportEvaluation,
  ],
  exports: [Evaluation],
})
export class EvaluationModule implements OnModuleInit {
  constructor(
    private readonly background: BackgroundWork,
    private readonly starting: StartReview,
  ) {}

  onModuleInit(): void {
    this.background.subscribe('opening.recorded', 'evaluation.on-recorded', (event, tx) =>
      this.starting.run(tx, event.payload),
    );
  }
}
