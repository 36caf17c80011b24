import type { Instant, LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { Audience, BidOutcome, BidStatement, EnvelopeName, Identity, OpeningSheet } from '#trust';

/** One accepted commitment (CLOSE or CLOSE-ADD) and what its opening has given so far. */
export interface LotBid {
  readonly c: string;
  /** As CLOSE says it. */
  readonly arrivedAt: string;
  /** Null until `I` was opened. */
  readonly identity: Identity | null;
  /** The signed statement of a valid identity. */
  readonly statement: BidStatement | null;
  /** Goes on to stage 1. */
  readonly standing: boolean;
  /** Null while it is open what becomes of it. */
  readonly outcome: BidOutcome | null;
  readonly reason: string;
  readonly bidder: { readonly name: string; readonly creditCode: string } | null;
  readonly sheet: OpeningSheet | null;
  /** When stored bytes were found not to match their root; null where they do. */
  readonly damagedAt: Instant | null;
  readonly damagedEnvelope: EnvelopeName | null;
}

export interface IndexedFile {
  readonly e: EnvelopeName;
  readonly path: string;
  readonly size: number;
  /** Base64url, as its manifest lists it: SHA-256 up to 1 MiB, above it the root of the tree of 1 MiB leaves. */
  readonly hash: string;
  /** Offset of its first byte in the envelope's plaintext. */
  readonly position: number;
}

export interface DealingKey {
  readonly road: 'A' | 'B';
  /** K in plain (public dealings) or sealed to the evaluation room. */
  readonly key: Uint8Array | null;
  readonly box: Uint8Array | null;
}

/** `record`: canonical, of a public dealing; `box`: the same to the evaluation room, of a committee dealing. */
export interface StoredReveal {
  readonly c: string;
  readonly stage: number;
  readonly audience: Audience;
  readonly record: string | null;
  readonly box: Uint8Array | null;
}

export abstract class BidStore {
  abstract add(tx: Tx, lotId: LotId, bid: { readonly c: string; readonly arrivedAt: string }): Promise<void>;
  /** In order of arrival. */
  abstract list(tx: Tx, lotId: LotId): Promise<readonly LotBid[]>;
  abstract find(tx: Tx, lotId: LotId, c: string): Promise<LotBid | null>;
  abstract setIdentity(
    tx: Tx,
    lotId: LotId,
    c: string,
    identity: Identity,
    statement: BidStatement | null,
  ): Promise<void>;
  /** The decision of stage 0. */
  abstract setStanding(
    tx: Tx,
    lotId: LotId,
    bid: Pick<LotBid, 'c' | 'standing' | 'outcome' | 'reason' | 'bidder'>,
  ): Promise<void>;
  abstract setSheet(tx: Tx, lotId: LotId, c: string, sheet: OpeningSheet): Promise<void>;
  /** Only where none was set: a decided bid stays decided. False where it was. */
  abstract setOutcome(tx: Tx, lotId: LotId, c: string, outcome: BidOutcome, reason: string): Promise<boolean>;
  abstract setDamaged(tx: Tx, lotId: LotId, c: string, e: EnvelopeName, at: Instant): Promise<void>;
  /** Forgets the damage and what followed from it, so that the worker opens the bid again. */
  abstract clearDamage(tx: Tx, lotId: LotId, c: string): Promise<void>;

  /** The envelope opened, with its committee files; does nothing where it was recorded before. */
  abstract addEnvelope(
    tx: Tx,
    lotId: LotId,
    c: string,
    envelope: { readonly e: EnvelopeName; readonly manifest: string; readonly files: readonly IndexedFile[] },
  ): Promise<void>;
  abstract openedEnvelopes(tx: Tx, lotId: LotId, c: string): Promise<readonly EnvelopeName[]>;
  abstract files(tx: Tx, lotId: LotId, c: string): Promise<readonly IndexedFile[]>;
  abstract file(tx: Tx, lotId: LotId, c: string, e: EnvelopeName, path: string): Promise<IndexedFile | null>;

  abstract addKey(
    tx: Tx,
    lotId: LotId,
    c: string,
    stage: number,
    audience: string,
    key: DealingKey,
  ): Promise<void>;
  abstract key(tx: Tx, lotId: LotId, c: string, stage: number, audience: string): Promise<DealingKey | null>;

  /** Does nothing where this dealing's secret is kept already. */
  abstract addReveal(tx: Tx, lotId: LotId, reveal: StoredReveal): Promise<void>;
  /** In order of (c, stage, audience). */
  abstract reveals(tx: Tx, lotId: LotId): Promise<readonly StoredReveal[]>;

  abstract addRestored(
    tx: Tx,
    lotId: LotId,
    restored: {
      readonly c: string;
      readonly e: EnvelopeName;
      readonly object: string;
      readonly creditCode: string;
    },
  ): Promise<void>;
  abstract restored(tx: Tx, lotId: LotId, c: string, e: EnvelopeName): Promise<string | null>;
}
