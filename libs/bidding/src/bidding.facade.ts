import type { Readable } from 'node:stream';
import type { Instant, LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { ArrivalReceipt, Commit, EnvelopeName, ReceiptFile, Signed, SignedMove } from '#trust';
import type { BidState } from './domain/bid-states.ts';
import type { RefusalReason } from './domain/refusals.ts';

/** A bid that arrived and was stored before the deadline; also one that was replaced or withdrawn later. */
export interface AcceptedCommit {
  readonly c: string;
  readonly arrivedAt: Instant;
  readonly storedAt: Instant;
  /** SHA-256 of the arrival receipt's token, base64url (`AcceptedBid.token`, bundle `tokens/`). */
  readonly token: string;
  /** `stored`, or what a move before the deadline made of it; the moves themselves are in {@link CloseLists.moves}. */
  readonly state: Extract<BidState, 'stored' | 'replaced' | 'withdrawn'>;
}

export interface AcceptedMove {
  /** H("move", record), base64url. */
  readonly hash: string;
  readonly move: SignedMove;
  readonly arrivedAt: Instant;
  readonly token: string;
}

export interface RefusedArrival {
  /** H("commit", …) of what was sent; of unreadable bytes the same hash over the bytes themselves. */
  readonly c: string;
  readonly arrivedAt: Instant;
  readonly reason: RefusalReason;
}

/** What CLOSE says about bids. Every list is sorted by (arrivedAt, c or hash). */
export interface CloseLists {
  /** The effective deadline that judged them. */
  readonly deadline: Instant;
  readonly accepted: readonly AcceptedCommit[];
  readonly moves: readonly AcceptedMove[];
  /** Refused commitments, and those whose bytes had not all arrived at the deadline (`incomplete`); at most 20 000. */
  readonly refused: readonly RefusedArrival[];
}

export interface StoredEnvelope {
  readonly e: EnvelopeName;
  readonly root: string;
  /** Bytes of ciphertext. */
  readonly length: number;
}

/**
 * What other contexts may ask of bidding. Nothing here links an account with a commitment: only the journal does, and
 * it opens after CLOSE, with k shares.
 *
 * Before the deadline nothing is answered about a lot that outsiders may not know (法22: not even the number of bids):
 * only opening calls this, after {@link Bidding.settle}. Outbox events: none, for the same reason.
 */
export abstract class Bidding {
  /**
   * After the deadline, and before the CLOSE checkpoint is chosen: waits for statements in flight, decides every arrival
   * whose process died before it was decided, signs receipts that are owed. When it returns, the lists are final and
   * every accepted record's hash has been appended to the log (`Transparency.append`, committed).
   * @throws RefusalError BIDDING.STILL_OPEN before the deadline; StorageUnavailableError.
   */
  abstract settle(lotId: LotId): Promise<void>;

  /** @throws IntegrityError when the lot was not settled; RefusalError BIDDING.STILL_OPEN before the deadline. */
  abstract closeLists(tx: Tx, lotId: LotId): Promise<CloseLists>;

  /** The lot of an accepted commitment; null for any other. */
  abstract lotOf(c: string): Promise<LotId | null>;
  /** The canonical bytes of an accepted COMMIT; null for any other. */
  abstract commitBytes(c: string): Promise<Uint8Array | null>;
  abstract commit(c: string): Promise<Commit | null>;
  /** Envelopes of a bid whose bytes are all stored; empty for any other. */
  abstract envelopes(c: string): Promise<readonly StoredEnvelope[]>;
  /**
   * Ciphertext of one stored envelope, `[start, end)`. Null where it is not stored (yet).
   * @throws StorageUnavailableError, BlobNotFoundError when the object is gone (the platform's fault).
   */
  abstract envelopeStream(
    c: string,
    e: EnvelopeName,
    range?: { start: number; end?: number },
  ): Promise<{ readonly stream: Readable; readonly length: number } | null>;

  /**
   * From now on the ciphertext of this stored envelope is that object: identical bytes, sent again during the opening
   * because the stored ones no longer matched their root. The caller has checked length and root.
   */
  abstract replaceObject(tx: Tx, c: string, e: EnvelopeName, objectKey: string): Promise<void>;

  /** ECIES boxes to the lot's journal key (info {@link JOURNAL_INFO}), in no meaningful order. */
  abstract journalBoxes(lotId: LotId): Promise<readonly Uint8Array[]>;

  /** Receipts of a commitment or move, with the log's proof as soon as there is one; null for an unknown subject. */
  abstract receipt(subject: string): Promise<ReceiptFile | null>;
  /** The arrival receipt of a refused late commitment, as it was handed out. */
  abstract lateReceipts(lotId: LotId): Promise<readonly Signed<ArrivalReceipt>[]>;
}
