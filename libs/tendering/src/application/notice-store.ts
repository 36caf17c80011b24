import type { Instant, LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { Cancellation, DeadlineChange, DocumentRef, Notice, Signed } from '#trust';
import type { Actor } from './lot-store.ts';

export interface StoredDocument extends DocumentRef {
  readonly id: string;
  /** Where the BlobStore keeps it. */
  readonly key: string;
}

export interface Proposal {
  readonly signed: Signed<DeadlineChange>;
  readonly proposedAt: Instant;
}

/** Tender documents, published notices and deadline changes. What is published is append-only. */
export abstract class NoticeStore {
  /** Adds a document to the draft and takes a draft document of the same name out; returns what was taken out. */
  abstract putDraft(tx: Tx, lotId: LotId, document: StoredDocument): Promise<StoredDocument | null>;
  /** Takes a draft document out; null where there is none of this name. */
  abstract removeDraft(tx: Tx, lotId: LotId, name: string): Promise<StoredDocument | null>;
  /** What the next notice names: the newest of every name, published or draft, by name. */
  abstract nextDocuments(tx: Tx, lotId: LotId): Promise<readonly StoredDocument[]>;
  /** The draft documents become part of this version. */
  abstract publishDrafts(tx: Tx, lotId: LotId, version: number): Promise<void>;
  abstract publishedDocument(tx: Tx, lotId: LotId, sha256: string): Promise<StoredDocument | null>;
  /** Blob keys that some document row names, of the given ones. */
  abstract namedKeys(tx: Tx, keys: readonly string[]): Promise<ReadonlySet<string>>;

  /** Of all published documents, which anyone may download. */
  abstract publishedBytes(tx: Tx): Promise<bigint>;

  abstract addNotice(tx: Tx, signed: Signed<Notice>, hash: string): Promise<void>;
  /** In order of version. */
  abstract notices(tx: Tx, lotId: LotId): Promise<readonly Signed<Notice>[]>;
  abstract addDeadlineChange(
    tx: Tx,
    lotId: LotId,
    signed: Signed<DeadlineChange>,
    hash: string,
  ): Promise<void>;
  /** In order of sequence. */
  abstract deadlineChanges(tx: Tx, lotId: LotId): Promise<readonly Signed<DeadlineChange>[]>;
  /** A change that lacks the regulator's signature. */
  abstract propose(
    tx: Tx,
    lotId: LotId,
    signed: Signed<DeadlineChange>,
    by: Exclude<Actor, 'clock'>,
  ): Promise<void>;
  /** The newest one, whether or not it still fits the deadline. */
  abstract proposal(tx: Tx, lotId: LotId): Promise<Proposal | null>;
  abstract addCancellation(tx: Tx, signed: Signed<Cancellation>, hash: string): Promise<void>;
  abstract cancellation(tx: Tx, lotId: LotId): Promise<Signed<Cancellation> | null>;
}
