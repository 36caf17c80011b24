import type { Instant, LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { EnvelopeName } from '#trust';
import type { BidState } from '../domain/bid-states.ts';

/** Where a part goes, and whether it may: read in one statement, with the database's clock. */
export interface PartTarget {
  readonly c: string;
  readonly e: EnvelopeName;
  readonly lotId: LotId;
  readonly bidState: BidState;
  readonly root: string;
  readonly length: number;
  readonly parts: number;
  readonly objectKey: string;
  readonly uploadId: string | null;
  readonly storedAt: Instant | null;
  readonly at: Instant;
  /** Null when the lot takes no bids (any more). */
  readonly deadline: Instant | null;
}

export interface PartRow {
  /** From 0. */
  readonly n: number;
  readonly size: number;
  readonly tag: string;
  /** Joined leaf hashes. */
  readonly leaves: Uint8Array;
}

export interface Finished {
  readonly at: Instant;
  readonly deadline: Instant | null;
  readonly envelopeStored: boolean;
  readonly bidState: BidState;
}

export interface EndedUpload {
  readonly c: string;
  readonly e: EnvelopeName;
  readonly objectKey: string;
  readonly uploadId: string;
}

/** Envelopes on their way in. Every method without `tx` is one autocommitted statement. */
export abstract class PartStore {
  abstract target(c: string, e: string): Promise<PartTarget | null>;
  /** Names the blob store's upload; answers the one that counts, which is another's if that came first. */
  abstract useUpload(c: string, e: EnvelopeName, uploadId: string): Promise<string>;
  /** The blob store does not know the upload any more: it is forgotten, with its parts. */
  abstract dropUpload(c: string, e: EnvelopeName, uploadId: string): Promise<void>;
  /** Call it when the bytes are durable. `present`: parts there are now. */
  abstract record(
    c: string,
    e: EnvelopeName,
    part: PartRow,
  ): Promise<{ present: number; parts: number; stored: boolean }>;
  abstract parts(c: string, e: EnvelopeName): Promise<PartRow[]>;
  /**
   * The parts to complete the envelope with, empty while some are missing. From here until it is stored, or
   * {@link PartStore.forget} is called, a part that is sent again changes no row: two that complete at once must name
   * the same parts.
   */
  abstract claim(c: string, e: EnvelopeName): Promise<PartRow[]>;
  abstract present(c: string): Promise<ReadonlyMap<EnvelopeName, number[]>>;
  /** Forgets exactly these, so that they can be sent again; one that was replaced meanwhile stays. */
  abstract forget(c: string, e: EnvelopeName, parts: readonly Pick<PartRow, 'n' | 'tag'>[]): Promise<void>;
  /** The object is durable: stored, if the clock is before the deadline in this very statement. */
  abstract finish(c: string, e: EnvelopeName): Promise<Finished>;
  /** Envelopes with all their parts that nobody finished (a process died), of lots before their deadline. */
  abstract unfinished(limit: number): Promise<{ c: string; e: EnvelopeName }[]>;
  /** The upload that the envelope of this object names; null where no envelope has this object, or none was begun. */
  abstract uploadOf(objectKey: string): Promise<string | null>;
  /** The lot takes no bids any more, and never will. */
  abstract endLot(tx: Tx, lotId: LotId): Promise<void>;
  /** Uploads of such lots whose envelope was never stored. */
  abstract endedUploads(limit: number): Promise<EndedUpload[]>;
}
