import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { KeyDestroyed, SealedShares, ShareAudience, Shares, Signed } from '#trust';
import type { Stored } from './session-store.ts';

export interface SharesKey {
  readonly stage: number;
  readonly audience: ShareAudience;
  readonly i: number;
}

export interface StoredShares extends SharesKey {
  /** H("shares", …) or, of a committee dealing, H("sealed-shares", …): what the log holds. */
  readonly hash: string;
  readonly signed: Signed<Shares> | Signed<SealedShares>;
  /** The sealed record of a committee dealing. */
  readonly box: Uint8Array | null;
}

/** What trustees sent; append-only in the database, one record per seat, stage and audience. */
export abstract class ShareStore {
  abstract add(tx: Tx, lotId: LotId, shares: StoredShares): Promise<void>;
  /** Kept as evidence against the seat; once per content. */
  abstract addRefused(tx: Tx, lotId: LotId, shares: StoredShares, reason: string): Promise<void>;
  abstract find(tx: Tx, lotId: LotId, key: SharesKey): Promise<StoredShares | null>;
  /** By seat. */
  abstract list(
    tx: Tx,
    lotId: LotId,
    filter: { readonly stage?: number; readonly audience?: ShareAudience },
  ): Promise<readonly StoredShares[]>;
  abstract addDestruction(tx: Tx, lotId: LotId, stored: Stored<KeyDestroyed>): Promise<void>;
  /** By seat. */
  abstract destructions(tx: Tx, lotId: LotId): Promise<readonly Stored<KeyDestroyed>[]>;
  abstract refused(
    tx: Tx,
    lotId: LotId,
  ): Promise<readonly (SharesKey & { readonly hash: string; readonly reason: string })[]>;
}
