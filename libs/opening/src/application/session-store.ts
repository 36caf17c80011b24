import type { Instant, Json, LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { Acceleration, Close, CloseAdd, Commit, OpeningRecord, Signed } from '#trust';
import type { OpeningEvent, OpeningFacts, OpeningState } from '../domain/opening-states.ts';

export interface Session {
  readonly lotId: LotId;
  readonly lotKeyHash: string;
  readonly state: OpeningState;
  /** Effective, as tendering last said it; final from CLOSE on. */
  readonly deadline: Instant;
  readonly acceleration: Acceleration;
  readonly closedAt: Instant | null;
  readonly releaseAt: Instant | null;
  readonly openedAt: Instant | null;
  readonly finishedAt: Instant | null;
  readonly distinctBidders: number | null;
}

export interface SessionChange {
  readonly state: OpeningState;
  readonly nextDueAt: Instant | null;
  readonly closedAt?: Instant;
  readonly releaseAt?: Instant;
  readonly openedAt?: Instant;
  readonly finishedAt?: Instant | null;
  readonly distinctBidders?: number;
  /** What the hall is told beside the new state. */
  readonly told?: HallFacts;
}

export interface Stored<T> {
  readonly hash: string;
  readonly signed: Signed<T>;
}

export interface StoredAddition extends Stored<CloseAdd> {
  readonly commit: Commit;
}

export interface Objection {
  readonly n: number;
  readonly creditCode: string;
  /** The bid that makes it a bidder's objection; null where it was made before this was asked. */
  readonly c: string | null;
  readonly name: string;
  readonly at: Instant;
  readonly text: string;
  readonly answer: string | null;
  readonly answeredAt: Instant | null;
}

export interface HallFacts {
  readonly [key: string]: Json;
}

export interface HallEvent {
  readonly seq: number;
  readonly kind: string;
  readonly c: string | null;
  readonly facts: HallFacts;
  readonly at: Instant;
}

/** An event before it has a number. */
export type HallNews = Pick<HallEvent, 'kind' | 'c' | 'facts'>;

/** The session of one lot and what is said in it. Everything but the session's row is append-only in the database. */
export abstract class SessionStore {
  /** Does nothing where the lot has a session already. */
  abstract create(tx: Tx, session: Session, nextDueAt: Instant): Promise<void>;
  abstract find(tx: Tx, lotId: LotId): Promise<Session | null>;
  /** Waits for the row and holds it until the transaction ends. */
  abstract lock(tx: Tx, lotId: LotId): Promise<Session | null>;
  /** Whether some lot is past its deadline and has no CLOSE yet. */
  abstract anyClosing(tx: Tx): Promise<boolean>;
  /** Lots with something due, or with bids to open. */
  abstract due(tx: Tx): Promise<readonly LotId[]>;
  abstract working(tx: Tx): Promise<readonly LotId[]>;
  abstract setDeadline(tx: Tx, lotId: LotId, deadline: Instant, nextDueAt: Instant | null): Promise<void>;
  /** Compare-and-swap on the state, with its transition row. @throws IntegrityError when the row moved under its lock */
  abstract move(
    tx: Tx,
    from: Session,
    event: OpeningEvent,
    change: SessionChange,
    actor: string,
  ): Promise<void>;
  /** What the guards look at, in one query. */
  abstract facts(tx: Tx, session: Session): Promise<OpeningFacts>;

  /** One worker at a time opens a lot's bids; a lease that was not renewed is free again. */
  abstract takeLease(tx: Tx, lotId: LotId, by: string, forMs: number): Promise<boolean>;
  abstract dropLease(tx: Tx, lotId: LotId, by: string): Promise<void>;

  abstract addClose(tx: Tx, lotId: LotId, close: Stored<Close>): Promise<void>;
  abstract close(tx: Tx, lotId: LotId): Promise<Stored<Close> | null>;
  /** False, and nothing stored, where the window is over by the database's clock in this very statement. */
  abstract addAddition(tx: Tx, lotId: LotId, addition: StoredAddition): Promise<boolean>;
  /** In order of sequence. */
  abstract additions(tx: Tx, lotId: LotId): Promise<readonly StoredAddition[]>;

  abstract addObjection(tx: Tx, lotId: LotId, objection: Objection): Promise<void>;
  abstract objections(tx: Tx, lotId: LotId): Promise<readonly Objection[]>;
  /** False where it has an answer already. */
  abstract answer(tx: Tx, lotId: LotId, n: number, answer: string, at: Instant): Promise<boolean>;

  abstract addRecord(tx: Tx, lotId: LotId, record: Stored<OpeningRecord>): Promise<void>;
  abstract record(tx: Tx, lotId: LotId): Promise<Stored<OpeningRecord> | null>;

  /** Takes the session's row lock, so that numbers follow commits; tells listeners on commit. */
  abstract sayAll(tx: Tx, lotId: LotId, news: readonly HallNews[]): Promise<void>;
  say(tx: Tx, lotId: LotId, kind: string, c: string | null, facts: HallFacts): Promise<void> {
    return this.sayAll(tx, lotId, [{ kind, c, facts }]);
  }
  abstract events(tx: Tx, lotId: LotId, after: number, limit: number): Promise<readonly HallEvent[]>;
}
