import type { Instant, LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { ArrivalReceipt, Commit, EnvelopeName, Signed, SignedMove, StoredReceipt } from '#trust';
import type { BidFacts } from '../domain/bid-rules.ts';
import type { UniqueValue } from '../domain/commit-rules.ts';
import type { BidState } from '../domain/bid-states.ts';
import type { Arrival, HandedOut } from './arrival-store.ts';

export interface Bid extends BidFacts {
  readonly arrivedAt: Instant;
  readonly receipt: Signed<ArrivalReceipt>;
  readonly token: Uint8Array;
  readonly storedAt: Instant | null;
  readonly storedReceipt: Signed<StoredReceipt> | null;
}

export interface BidToMove extends BidFacts {
  /** Ed25519 public key, 32 bytes. */
  readonly wk: Uint8Array;
}

export interface Envelope {
  readonly e: EnvelopeName;
  readonly root: string;
  readonly length: number;
  readonly parts: number;
  readonly objectKey: string;
  readonly storedAt: Instant | null;
}

export interface NewBid extends HandedOut {
  readonly arrival: Arrival;
  readonly commit: Commit;
  readonly values: readonly UniqueValue[];
  readonly objectKeys: ReadonlyMap<EnvelopeName, string>;
}

export interface NewMove extends HandedOut {
  readonly arrival: Arrival;
  readonly move: SignedMove;
  /** State of `from` before and after. */
  readonly was: BidState;
  readonly becomes: BidState;
}

export interface Move {
  readonly hash: string;
  readonly move: SignedMove;
  readonly arrivedAt: Instant;
  readonly receipt: Signed<ArrivalReceipt>;
  readonly token: Uint8Array;
}

/** Accepted commitments and the moves between them. */
export abstract class BidStore {
  /** Writes the bid, its envelopes and its unique values; returns a value that another bid has, and then wrote nothing useful. */
  abstract insert(tx: Tx, bid: NewBid): Promise<UniqueValue['kind'] | null>;
  abstract find(c: string): Promise<Bid | null>;
  /** The canonical bytes of COMMIT. */
  abstract commitBytes(c: string): Promise<Uint8Array | null>;
  abstract envelopes(c: string): Promise<Envelope[]>;
  /** Only of a stored envelope. @throws IntegrityError for any other */
  abstract replaceObject(tx: Tx, c: string, e: EnvelopeName, objectKey: string): Promise<void>;

  /** Locks the rows until the transaction ends; null for an unknown one. In the order of `cs`. */
  abstract lockForMove(tx: Tx, cs: readonly string[]): Promise<(BidToMove | null)[]>;
  /** Compare-and-swap of `from`'s state; false when it was not `was`. */
  abstract insertMove(tx: Tx, move: NewMove): Promise<boolean>;
  abstract move(hash: string): Promise<Move | null>;

  /** Stored bids whose receipt was not signed yet: of one lot, or everywhere. */
  abstract owedReceipts(lotId: LotId | null, limit: number): Promise<string[]>;
  /** False when there is one already. */
  abstract saveStoredReceipt(tx: Tx, c: string, receipt: Signed<StoredReceipt>): Promise<boolean>;

  /** All of a lot, sorted by (arrivedAt, c or hash). */
  abstract bidsOf(tx: Tx, lotId: LotId): Promise<Bid[]>;
  abstract movesOf(tx: Tx, lotId: LotId): Promise<Move[]>;
  /** Arrivals not decided and receipts not signed: what {@link Bidding.settle} has to finish. */
  abstract unsettled(tx: Tx, lotId: LotId): Promise<number>;
  /** Ciphertext of all lots together whose effective deadline has passed by the database's clock; others count nothing. */
  abstract settledBytes(tx: Tx): Promise<bigint>;
}
