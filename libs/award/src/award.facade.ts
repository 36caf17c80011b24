import type { LotId } from '#kernel';
import type { AwardProcedure } from './application/award-store.ts';

/**
 * What others may ask of the award. Outbox events, keyed by the lot's id: award.publicised `{ lotId, publicity }`,
 * award.awarded `{ lotId, award }`.
 */
export abstract class AwardResults {
  /** Null before the evaluation report. */
  abstract find(lotId: LotId): Promise<AwardProcedure | null>;
}
