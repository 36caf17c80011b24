import type { Instant } from '#kernel';

/** A context that knows of tenders which take bids: while they do, nobody may learn which leaves are dummies. */
export abstract class IntakeSource {
  /**
   * Of the tenders whose list of bids is not final yet, the instant from which the one that has been open longest takes
   * them; null where there is none.
   */
  abstract openSince(): Promise<Instant | null>;
}
