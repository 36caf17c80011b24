import type { Instant, LotId, ProjectId } from '#kernel';
import type { Tx } from '#persistence';
import type { Next } from '../domain/decide-lot.ts';
import type { Lot, LotStage, Project } from '../domain/lot.ts';
import type { LotEvent, LotState } from '../domain/lot-states.ts';

/** Who took a step: a person in a session, or the clock. */
export type Actor =
  | {
      readonly personId: string;
      readonly creditCode: string;
      readonly fingerprint: string;
      readonly address: string;
    }
  | 'clock';

export interface Transition {
  readonly from: LotState;
  readonly to: LotState;
  readonly event: LotEvent;
  readonly actor: Actor;
  readonly ruleset: string;
  /** Hash of the record that went into the log with this step; null where there is none. */
  readonly logged: string | null;
}

/** What a step changes besides state, deadline and `closed`. */
export interface LotChange {
  readonly noticeVersion?: number;
  readonly deadlineChanges?: number;
  readonly lotKeyHash?: string;
}

/** Projects and lots. Every method runs in the caller's transaction. */
export abstract class LotStore {
  abstract addProject(tx: Tx, project: Project, by: string): Promise<void>;
  abstract project(tx: Tx, id: ProjectId): Promise<Project | null>;
  abstract addLot(tx: Tx, lot: Lot): Promise<void>;
  /** Everything that a draft says; false when it is none any more, or another was faster. */
  abstract reviseLot(tx: Tx, lot: Lot): Promise<boolean>;
  abstract lot(tx: Tx, id: LotId): Promise<Lot | null>;
  /** Locks the row until the transaction ends. */
  abstract lockLot(tx: Tx, id: LotId): Promise<Lot | null>;
  abstract lotIdOfKey(tx: Tx, lotKeyHash: string): Promise<LotId | null>;
  abstract lotsOfProject(tx: Tx, id: ProjectId): Promise<readonly Lot[]>;
  /** Published ones, newest first, after the given position (exclusive). */
  abstract publishedLots(
    tx: Tx,
    page: {
      readonly state: LotState | null;
      /** As of the database's clock. */
      readonly stage: LotStage | null;
      /** In the names of project, lot, tenderee or agency, whatever the case. */
      readonly text: string | null;
      readonly after: readonly [createdAt: Instant, id: string] | null;
      readonly limit: number;
    },
  ): Promise<readonly Lot[]>;
  /** Published ones in which the organisation holds a seat, newest first, after the given position (exclusive). */
  abstract lotsOfSeatHolder(
    tx: Tx,
    creditCode: string,
    after: readonly [createdAt: Instant, id: string] | null,
    limit: number,
  ): Promise<readonly Lot[]>;
  /** Compare and swap by id, state and version, with the transition's row; false when another step was faster. */
  abstract apply(tx: Tx, lot: Lot, next: Next, change: LotChange, transition: Transition): Promise<boolean>;
  /** Locks lots with `next_due_at <= now` that nobody else works on. */
  abstract lockDue(tx: Tx, now: Instant, limit: number): Promise<readonly Lot[]>;
}
