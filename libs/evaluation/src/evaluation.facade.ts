import type { LotId } from '#kernel';
import type { EvaluationReport, Signed } from '#trust';

/**
 * What other contexts may ask of the evaluation. Outbox event, keyed by the lot's id: evaluation.reported
 * `{ lotId, report, result }`.
 */
export abstract class Evaluation {
  /** Null before the report is signed. */
  abstract report(lotId: LotId): Promise<{ signed: Signed<EvaluationReport>; hash: string } | null>;
}
