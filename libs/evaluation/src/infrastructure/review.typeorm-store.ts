import type { LotId } from '#kernel';
import { refuse, RefusalError } from '#kernel';
import type { Tx } from '#persistence';
import type { EvaluationReport, RejectionGround, Signed } from '#trust';
import { ReviewStore } from '../application/review-store.ts';
import type { DecisionEntry, Review } from '../application/review-store.ts';
import type { BidDecision, ReviewState } from '../domain/evaluation-review.ts';

interface ReviewRow {
  lot_id: LotId;
  state: ReviewState;
  version: number;
  opening_record: string;
  report: Signed<EvaluationReport> | null;
  report_hash: string | null;
}

interface DecisionRow {
  c: string;
  ground: RejectionGround | null;
  reason: string | null;
}

export class TypeormReviewStore extends ReviewStore {
  async start(tx: Tx, lotId: LotId, openingRecord: string): Promise<void> {
    await tx.execute(
      `INSERT INTO evaluation.review (lot_id, state, version, opening_record) VALUES ($1, 'reviewing', 1, $2)
       ON CONFLICT (lot_id) DO NOTHING`,
      [lotId, openingRecord],
    );
  }

  async find(tx: Tx, lotId: LotId): Promise<Review | null> {
    const [row] = await tx.query<ReviewRow>(
      'SELECT lot_id, state, version, opening_record, report, report_hash FROM evaluation.review WHERE lot_id = $1',
      [lotId],
    );
    if (!row) return null;
    return {
      lotId: row.lot_id,
      state: row.state,
      version: row.version,
      openingRecord: row.opening_record,
      report: row.report,
      reportHash: row.report_hash,
    };
  }

  async decisions(tx: Tx, lotId: LotId): Promise<readonly BidDecision[]> {
    const rows = await tx.query<DecisionRow>(
      'SELECT c, ground, reason FROM evaluation.decision WHERE lot_id = $1 ORDER BY seq',
      [lotId],
    );
    return rows.map(({ c, ground, reason }) => ({
      c,
      rejected: ground !== null && reason !== null ? { ground, reason } : null,
    }));
  }

  async addDecision(tx: Tx, review: Review, entry: DecisionEntry): Promise<void> {
    await this.swap(
      tx,
      `UPDATE evaluation.review SET version = version + 1 WHERE lot_id = $1 AND version = $2 AND state = 'reviewing'`,
      [review.lotId, review.version],
    );
    await tx.execute(
      `INSERT INTO evaluation.decision (lot_id, c, ground, reason, person_id, certificate)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [
        entry.lotId,
        entry.c,
        entry.rejected?.ground ?? null,
        entry.rejected?.reason ?? null,
        entry.personId,
        entry.certificate,
      ],
    );
  }

  async report(tx: Tx, review: Review, report: Signed<EvaluationReport>, hash: string): Promise<void> {
    await this.swap(
      tx,
      `UPDATE evaluation.review SET state = 'reported', version = version + 1, report = $3, report_hash = $4,
              reported_at = clock_timestamp()
       WHERE lot_id = $1 AND version = $2 AND state = 'reviewing'`,
      [review.lotId, review.version, JSON.stringify(report), hash],
    );
  }

  /** Someone else was first: the caller reads again and decides anew. */
  private async swap(tx: Tx, sql: string, params: readonly unknown[]): Promise<void> {
    if ((await tx.execute(sql, params)) !== 1) throw new RefusalError(refuse('EVALUATION.CONFLICT').error);
  }
}
