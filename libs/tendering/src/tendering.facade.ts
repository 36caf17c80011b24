import type { Instant, LotId, ProjectId } from '#kernel';
import type { Tx } from '#persistence';
import type {
  Acceleration,
  Cancellation,
  DeadlineChange,
  EvaluationMethod,
  JournalKey,
  LotKey,
  Notice,
  Seat,
  Signed,
  SuiteId,
} from '#trust';

import type { LotStage, PartyRef, ProjectKind, ProjectLevel } from './domain/lot.ts';
import type { LotState } from './domain/lot-states.ts';

/** A lot that has been published at least once; drafts are not shown outside of tendering. */
export interface LotView {
  readonly id: LotId;
  readonly projectId: ProjectId;
  readonly projectName: string;
  readonly name: string;
  readonly state: Exclude<LotState, 'draft'>;
  /** Edition, for `rulesetOf` of #legal-time. */
  readonly ruleset: string;
  readonly tenderee: PartyRef;
  readonly agency: PartyRef;
  readonly regulator: PartyRef;
  readonly method: EvaluationMethod;
  readonly acceleration: Acceleration;
  /** Effective: LOTKEY's (or the notice's) with every logged change. */
  readonly deadline: Instant;
  /** All versions, in order; never empty. */
  readonly notices: readonly Signed<Notice>[];
  readonly deadlineChanges: readonly Signed<DeadlineChange>[];
  /** Null unless the tenderee or its agency ended the tender; a lot that the clock cancelled has none. */
  readonly cancellation: Signed<Cancellation> | null;
  readonly seats: readonly Seat[];
  readonly k: number;
  /** Of every record of the lot (PROTOCOL section 2). */
  readonly suite: SuiteId;
  /** Null before every trustee has signed. */
  readonly lotKeyHash: string | null;
  readonly lotKey: Signed<LotKey> | null;
  readonly journal: Signed<JournalKey> | null;
}

/** A lot on the desk of its agency or tenderee, drafts too (the agency's). Nothing here depends on bids (法22). */
export interface DeskLot {
  readonly id: LotId;
  readonly name: string;
  readonly projectId: ProjectId;
  readonly projectName: string;
  readonly side: 'agency' | 'tenderee';
  readonly state: LotState;
  readonly ruleset: string;
  readonly acceleration: Acceleration;
  readonly documentsFrom: Instant;
  readonly documentsUntil: Instant;
  readonly deadline: Instant;
  readonly createdAt: Instant;
  readonly noticeVersion: number;
  /** That the next notice would name. */
  readonly documents: number;
  /** While the key is made. */
  readonly seatsWithoutKey: readonly Seat[];
  readonly signaturesMissing: number;
  /** Questions on the documents that nobody has answered. */
  readonly openQuestions: number;
  /** A deadline change waits for the regulator's signature. */
  readonly proposal: boolean;
}

export interface DeskQuery {
  /** Exclusive; newest first. */
  readonly after: readonly [createdAt: Instant, id: string] | null;
  readonly limit: number;
  readonly projectId: ProjectId | null;
}

/** A published lot for whoever supervises all of them; the records behind its stage by their hashes. */
export interface BoardLot {
  readonly id: LotId;
  readonly name: string;
  readonly projectName: string;
  readonly kind: ProjectKind;
  readonly level: ProjectLevel;
  readonly tenderee: PartyRef;
  readonly agency: PartyRef;
  readonly regulator: PartyRef;
  readonly stage: LotStage;
  /** Effective. */
  readonly deadline: Instant;
  readonly createdAt: Instant;
  readonly acceleration: Acceleration;
  /** Of the newest version. */
  readonly noticeHash: string;
  readonly lotKeyHash: string | null;
  readonly cancellationHash: string | null;
  /** The database's clock at this answer. */
  readonly now: Instant;
}

/** Newest first, after the given position (exclusive). */
export interface BoardPage {
  readonly state: LotState | null;
  readonly stage: LotStage | null;
  readonly text: string | null;
  readonly after: readonly [createdAt: Instant, id: string] | null;
  readonly limit: number;
}

/** Every published lot, for supervision. Nothing here comes from the intake of bids. */
export abstract class LotBoard {
  abstract board(page: BoardPage): Promise<readonly BoardLot[]>;
  /** Bytes of all published documents. */
  abstract documentBytes(): Promise<bigint>;
}

/** What the intake needs to judge one commitment, read in the intake's own transaction. */
export interface IntakeFacts {
  readonly lotId: LotId;
  readonly lotKeyHash: string;
  readonly lotKey: LotKey;
  readonly journal: JournalKey;
  /** The database compares: `tendering.bid_deadline(lot)` in the statement that stores the commitment. */
  readonly deadline: Instant;
}

/**
 * What other contexts may ask of tendering. In SQL: `tendering.bid_deadline(lot uuid) returns timestamptz`, the
 * effective deadline; null when the lot takes no bids (not keyed, cancelled, unknown).
 *
 * Outbox events, keyed by the lot's id, payload `{ lotId }`: tendering.notice-published, tendering.lot-keyed,
 * tendering.deadline-moved, tendering.lot-cancelled, tendering.bidding-closed.
 */
export abstract class Tendering {
  /** Null for a lot that does not exist or was never published. */
  abstract lot(lotId: LotId): Promise<LotView | null>;
  abstract lotByKeyHash(lotKeyHash: string): Promise<LotView | null>;
  /** Null when the lot takes no bids; also after its deadline it answers, because a late bid is recorded. */
  abstract intakeFacts(tx: Tx, lotId: LotId): Promise<IntakeFacts | null>;
  /**
   * The effective deadline, which nothing moves before this transaction ends: a change that is under way is waited for.
   * Null for a lot without a key, and one that was cancelled.
   */
  abstract holdDeadline(tx: Tx, lotId: LotId): Promise<Instant | null>;
}

/** Own lots of an agency or a tenderee; drafts only the agency's. */
export abstract class TenderDesk {
  abstract lotsOf(organisation: string, query: DeskQuery): Promise<readonly DeskLot[]>;
}
