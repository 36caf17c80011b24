import type { Readable } from 'node:stream';
import type { Instant, LotId } from '#kernel';
import type { BidOutcome, EnvelopeName, OpeningRecord, OpeningSheet, Signed } from '#trust';
import type { OpeningState } from './domain/opening-states.ts';

/** A bid that was opened and may be evaluated: its outcome in the opening record is `opened`. */
export interface OpenedBid {
  readonly c: string;
  readonly arrivedAt: Instant;
  readonly bidder: { readonly name: string; readonly creditCode: string };
  readonly sheet: OpeningSheet;
}

/** A file of a committee envelope, as its manifest lists it. */
export interface OpenedFile {
  readonly e: EnvelopeName;
  readonly path: string;
  readonly size: number;
  /** Base64url: SHA-256 up to 1 MiB, above it the RFC 6962 root over leaves of 1 MiB. */
  readonly hash: string;
}

export interface OpeningResult {
  readonly lotId: LotId;
  readonly state: OpeningState;
  readonly lotKeyHash: string;
  /** Both null before the record is signed and published. */
  readonly record: Signed<OpeningRecord> | null;
  readonly recordHash: string | null;
  readonly outcomes: readonly { readonly c: string; readonly outcome: BidOutcome }[];
}

/** Where an opening is and what it waits for, with the hashes of the records behind it. */
export interface OpeningProgress {
  readonly state: OpeningState;
  /** Deadline and margin. */
  readonly closeDueAt: Instant;
  /** End of the find-yourself window; null before CLOSE. */
  readonly releaseAt: Instant | null;
  readonly closeHash: string | null;
  readonly recordHash: string | null;
}

/**
 * What other contexts may ask of the opening. Outbox events, keyed by the lot's id, payload `{ lotId }`:
 * opening.closed, opening.failed (fewer than three bidders; keys are to be destroyed), opening.opened,
 * opening.recorded `{ lotId, record, result }`.
 */
export abstract class Opening {
  /** Null for a lot without a key record. */
  abstract result(lotId: LotId): Promise<OpeningResult | null>;
  /** Null for a lot without a key record. */
  abstract progress(lotId: LotId): Promise<OpeningProgress | null>;
  /** In order of arrival; empty before the record is published. */
  abstract openedBids(lotId: LotId): Promise<readonly OpenedBid[]>;
  /** The committee's files of an opened bid; empty before the record is published and for any other bid. */
  abstract files(lotId: LotId, c: string): Promise<readonly OpenedFile[]>;
  /**
   * One file, decrypted as it streams (its stored form stays the sealed envelope; every 16 KiB are authenticated).
   * Null where {@link files} does not list it.
   */
  abstract fileStream(lotId: LotId, c: string, e: EnvelopeName, path: string): Promise<Readable | null>;
}
