import type { EntityManager } from 'typeorm';
import type { Instant, Json } from '#kernel';

/** News for other contexts, stored in the same commit as the fact it tells. */
export interface OutboxEvent {
  /** `context.past-tense`, for example `tendering.lot-published`. */
  readonly type: string;
  readonly payload: Json;
  /**
   * Events with one key (a lot's id, say) are handled in order, and one that fails holds back only its own key.
   * Without a key the event is alone.
   */
  readonly key?: string;
}

/** One database transaction: whatever is not reached through it is not part of it. */
export interface Tx {
  /** Rows of a SELECT or of a RETURNING clause. `params` are bound, never spliced. */
  query<T extends object = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /** Number of rows that an INSERT, UPDATE or DELETE touched. */
  execute(sql: string, params?: readonly unknown[]): Promise<number>;
  /** TypeORM's manager on this transaction's connection, for repositories of the context's own entities. */
  readonly manager: EntityManager;
  /** The database's clock at this moment (`clock_timestamp()`, not the transaction's start). */
  now(): Promise<Instant>;
  /** Queues an event that is visible to its handlers if and only if this transaction commits. */
  publish(event: OutboxEvent): Promise<void>;
  /** Waits for a lock by name, held until commit or rollback. Take several in alphabetical order. */
  lock(name: string): Promise<void>;
}

export interface RunOptions {
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
  readonly readOnly?: boolean;
}

/**
 * MUST: commit when `work` returns and roll back when it throws (a RefusalError is passed on); run the whole
 * function again, on a new transaction, after a serialisation failure or deadlock, so that `work` may have no
 * effect outside `tx`; throw StorageUnavailableError when the database does not answer or has no room, and
 * UniqueViolationError when a unique constraint refuses a row. When `run` has returned, the commit is on disk.
 */
export abstract class UnitOfWork {
  abstract run<T>(work: (tx: Tx) => Promise<T>, options?: RunOptions): Promise<T>;
}
