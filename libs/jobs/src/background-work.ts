import type { Json } from '#kernel';
import type { Tx } from '#persistence';

export interface DeliveredEvent {
  readonly id: string;
  /** Position in the feed: gapless, and assigned after commit, so that nothing ever appears before it later. */
  readonly seq: number;
  readonly type: string;
  readonly key: string | null;
  readonly payload: Json;
}

/**
 * Runs once per handler and event as far as the database is concerned: what it does through `tx` commits together with
 * the mark "processed". Anything outside `tx` may happen more than once.
 */
export type EventHandler = (event: DeliveredEvent, tx: Tx) => Promise<void>;

export interface Tick {
  /** `context.verb-noun`, unique over the platform; also the name of the lock. */
  readonly name: string;
  readonly intervalMs: number;
  /** False: every process runs its own rounds. Else never two run at once, in all processes together. */
  readonly exclusive?: boolean;
  /** One round of due work. An error is logged; the next round comes. */
  run(): Promise<void>;
}

export interface SendOptions {
  readonly startAfterSeconds?: number;
  /** While a job with this key waits, another with the same key is not added. */
  readonly singletonKey?: string;
}

/**
 * Registration happens in `onModuleInit` of a context's module or provider, in every process; only processes with
 * ROLE worker or all carry it out. Nothing here decides a deadline: commands apply overdue events themselves.
 */
export abstract class BackgroundWork {
  /** The handler of a job named in the context's `ContextSchema.jobs`. At least once; retried 5 times with back-off. */
  abstract registerJob(name: string, handler: (data: Json) => Promise<void>): void;
  /** Queues a job in `tx`: it exists if and only if the transaction commits. */
  abstract send(
    tx: Tx,
    name: string,
    data: { readonly [key: string]: Json },
    options?: SendOptions,
  ): Promise<void>;
  abstract registerTick(tick: Tick): void;
  /** `handlerName` is stable and unique (`award.on-lot-evaluated`): a new name is given the whole feed from its start. */
  abstract subscribe(eventType: string, handlerName: string, handler: EventHandler): void;
}
