import { Injectable } from '@nestjs/common';
import { formatInstant, MINUTE, parseInstant, refuse, RefusalError, unwrap } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { Opening } from '#opening';
import { Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import type { LotView } from '#tendering';
import { Transparency } from '#transparency';
import { hashText, suiteField } from '#trust';
import type { EvaluationReport, Signed } from '#trust';
import type { Principal } from '#web';
import { decideReview, rankReviewed } from '../domain/evaluation-review.ts';
import type { BidDecision } from '../domain/evaluation-review.ts';
import { signedByCaller } from './agency-signature.ts';
import { openedBidsOf, ReadReview } from './read-review.ts';
import { ReviewStore } from './review-store.ts';
import type { Review } from './review-store.ts';

/** A report is drafted, signed by a person and sent back: so much may pass in between. */
const SIGNING_MS = 10 * MINUTE;

/** The evaluation report: drafted from the decisions, signed by the agency, logged, and final (条例53). */
@Injectable()
export class ReportEvaluation {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reviews: ReviewStore,
    private readonly reader: ReadReview,
    private readonly opening: Opening,
    private readonly parties: Parties,
    private readonly transparency: Transparency,
  ) {}

  async draft(lotId: LotId, caller: Principal): Promise<EvaluationReport> {
    const { lot, review, decisions } = await this.reader.load(lotId, caller);
    unwrap(decideReview(review.state, 'report'));
    const now = await this.unitOfWork.run((tx) => tx.now(), { readOnly: true });
    return this.compose(lot, review, decisions, now);
  }

  async submit(lotId: LotId, signed: Signed<EvaluationReport>, caller: Principal): Promise<{ hash: string }> {
    const { lot } = await this.reader.load(lotId, caller);
    const question = { type: 'evaluation-report', signed, caller, by: lot.agency.creditCode };
    unwrap(await signedByCaller(this.parties, question));
    const hash = hashText('evaluation-report', signed.record);
    await this.unitOfWork.run(async (tx) => {
      const review = await this.reviews.find(tx, lotId);
      if (!review) throw new RefusalError(refuse('EVALUATION.NOT_STARTED').error);
      unwrap(decideReview(review.state, 'report'));
      const reportedAt = checkFresh(signed.record, await tx.now());
      const decisions = await this.reviews.decisions(tx, lotId);
      const expected = await this.compose(lot, review, decisions, reportedAt);
      if (hashText('evaluation-report', expected) !== hash)
        throw new RefusalError(refuse('EVALUATION.REPORT_DIFFERS').error);
      await this.reviews.report(tx, review, signed, hash);
      await this.transparency.append(tx, hash, { published: true });
      const { result } = signed.record;
      await tx.publish({ type: 'evaluation.reported', key: lotId, payload: { lotId, report: hash, result } });
    });
    return { hash };
  }

  private async compose(
    { method, suite }: Pick<LotView, 'method' | 'suite'>,
    review: Review,
    decisions: readonly BidDecision[],
    reportedAt: Instant,
  ): Promise<EvaluationReport> {
    const bids = await openedBidsOf(this.opening, review.lotId);
    return {
      type: 'evaluation-report',
      ...suiteField(suite),
      lot: review.lotId,
      openingRecord: review.openingRecord,
      method,
      ...rankReviewed(method, bids, decisions),
      reportedAt: formatInstant(reportedAt),
    };
  }
}

function checkFresh(report: EvaluationReport, now: Instant): Instant {
  const reportedAt = parseInstant(report.reportedAt);
  if (reportedAt === null || reportedAt > now || reportedAt < now - SIGNING_MS)
    throw new RefusalError(refuse('EVALUATION.REPORT_STALE', { now: formatInstant(now) }).error);
  return reportedAt;
}
