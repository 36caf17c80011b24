import type { LotKey, ShareTarget, Shares, SuiteId } from '#trust';

export interface CombineJob {
  /** Label of the dealing, from its carrying record. */
  readonly label: string;
  /** The lot's. */
  readonly suite: SuiteId;
  readonly shares: readonly { readonly i: number; readonly D: string }[];
}

/** Work with curve points that would hold up the event loop: runs in a worker thread. */
export abstract class GroupWork {
  /** Positions of the shares whose proofs do not hold, all checked in one batch. */
  abstract falseShares(
    record: Shares,
    targets: readonly ShareTarget[],
    lotKey: LotKey,
  ): Promise<readonly number[]>;
  /** K of each dealing, from at least k verified shares. */
  abstract combine(jobs: readonly CombineJob[], k: number): Promise<readonly Uint8Array[]>;
}
