import type { Instant, LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { ArrivalReceipt, Signed } from '#trust';
import type { BiddingRefusal, BiddingRefusalCode } from '../domain/refusals.ts';

export type ArrivalKind = 'commit' | 'move';
export type ArrivalState = 'pending' | 'accepted' | 'refused';

/** The time of an arrival, as the storing statement fixed it. */
export interface ArrivalTime {
  readonly id: string;
  readonly arrivedAt: Instant;
  readonly deadline: Instant;
  readonly inTime: boolean;
  readonly state: ArrivalState;
}

export interface Arrival extends ArrivalTime {
  readonly lotId: LotId;
  readonly kind: ArrivalKind;
  /** H("commit", …) or H("move", …), base64url. */
  readonly subject: string;
  readonly raw: Uint8Array;
}

export interface NewArrival {
  readonly lotId: LotId;
  readonly kind: ArrivalKind;
  readonly subject: string;
  readonly raw: Uint8Array;
  /** The journal entry, already sealed. */
  readonly box: Uint8Array;
}

export interface HandedOut {
  readonly receipt: Signed<ArrivalReceipt>;
  /** RFC 3161, DER. */
  readonly token: Uint8Array;
}

export interface Refused {
  readonly subject: string;
  readonly kind: ArrivalKind;
  readonly arrivedAt: Instant;
  readonly code: BiddingRefusalCode;
  readonly facts: BiddingRefusal['facts'];
  readonly handedOut: HandedOut | null;
}

/** What arrived, when, and what was decided of it. */
export abstract class ArrivalStore {
  /**
   * MUST be one autocommitted statement that stores the bytes, reads the database's clock and compares it with the
   * lot's deadline. The same bytes again give the arrival that they already have, unless that was refused. Null, with
   * nothing stored, when the lot takes no bids.
   */
  abstract take(arrival: NewArrival): Promise<ArrivalTime | null>;
  abstract find(id: string): Promise<Arrival | null>;
  /** Undecided, oldest first: of one lot, or everywhere those older than `olderThanMs`. */
  abstract pending(where: { lotId: LotId } | { olderThanMs: number }, limit: number): Promise<string[]>;
  /** Compare-and-swap from `pending`; false when somebody else has decided. */
  abstract accept(tx: Tx, id: string): Promise<boolean>;
  /** Likewise; writes the log of refusals. `keepRaw`: the bytes are evidence of why. */
  abstract refuse(
    tx: Tx,
    arrival: Arrival,
    refusal: BiddingRefusal,
    kept: { readonly keepRaw: boolean; readonly handedOut: HandedOut | null },
  ): Promise<boolean>;
  abstract refusal(arrivalId: string): Promise<Refused | null>;
  /** Refused commitments of a lot by (arrivedAt, subject), at most `limit`; junk gives way first. */
  abstract refusedCommits(tx: Tx, lotId: LotId, limit: number): Promise<Refused[]>;
  abstract lateReceipts(lotId: LotId): Promise<Signed<ArrivalReceipt>[]>;

  /** Waits for every statement that read the clock for this lot before this call. */
  abstract awaitInFlight(tx: Tx, lotId: LotId): Promise<void>;
  /** The database's clock and the lot's deadline (null: takes no bids), read together. */
  abstract moment(lotId: LotId): Promise<{ at: Instant; deadline: Instant | null }>;

  /** Counts one use in the current hour and returns how many there were. `account` is a keyed hash. */
  abstract useQuota(account: Uint8Array, kind: ArrivalKind): Promise<number>;
  /** Forgets the counts of past hours. */
  abstract forgetQuotas(): Promise<void>;
  abstract journalBoxes(lotId: LotId): Promise<Uint8Array[]>;
}
