import type { Logger } from 'pino';
import { StorageUnavailableError } from '#kernel';
import type { Tx, UnitOfWork } from '#persistence';
import type { DeliveredEvent, EventHandler } from './background-work.ts';

export interface Subscription {
  readonly eventType: string;
  readonly handlerName: string;
  readonly handler: EventHandler;
}

const BATCH = 50;
const MAX_DELAY_MS = 300_000;

/** An index lookup per handler. One that holds an event for another try stays among them: when is for `deliver` to say. */
const BEHIND = `
  SELECT s.handler FROM unnest($1::text[], $2::text[]) AS s (handler, type)
  LEFT JOIN glasshall.outbox_handler AS h ON h.handler = s.handler
  WHERE EXISTS (SELECT FROM glasshall.outbox AS e WHERE e.type = s.type AND e.seq > coalesce(h.done_through, 0))`;

/**
 * Numbers committed events and hands them to their handlers. The number is given after the commit, by one process at
 * a time: a transaction that began early and committed late comes behind, never before what was handed out already
 * (a number taken at insert would be skipped by every reader that had passed it).
 *
 * Polled, not notified: NOTIFY takes one lock for all committing transactions, which would end group commit for uploads.
 */
export class OutboxRelay {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly logger: Logger,
  ) {}

  /** Numbers what was committed, and finds the handlers that have not done all of theirs: one look for all of them. */
  look(subscriptions: readonly Subscription[]): Promise<Subscription[]> {
    return this.unitOfWork.run(async (tx) => {
      await this.assignNumbers(tx);
      const rows = await tx.query<{ handler: string }>(BEHIND, [
        subscriptions.map(({ handlerName }) => handlerName),
        subscriptions.map(({ eventType }) => eventType),
      ]);
      const behind = new Set(rows.map(({ handler }) => handler));
      return subscriptions.filter(({ handlerName }) => behind.has(handlerName));
    });
  }

  private async assignNumbers(tx: Tx): Promise<void> {
    const waiting = await tx.query('SELECT 1 FROM glasshall.outbox WHERE seq IS NULL LIMIT 1');
    if (waiting.length === 0) return;
    await tx.lock('glasshall.outbox');
    await tx.execute(`
      UPDATE glasshall.outbox AS event SET seq = numbered.seq
      FROM (
        SELECT id, (SELECT coalesce(max(seq), 0) FROM glasshall.outbox) + row_number() OVER (ORDER BY id) AS seq
        FROM glasshall.outbox WHERE seq IS NULL
      ) AS numbered
      WHERE event.id = numbered.id`);
  }

  /** Hands out everything that is due for one handler, in order per key. Runs under the handler's tick lock. */
  async deliver(subscription: Subscription): Promise<void> {
    for (;;) {
      const { events, top } = await this.due(subscription);
      const held = new Set<string>();
      for (const event of events) {
        const key = event.key ?? event.id;
        if (held.has(key)) continue;
        if (!(await this.handle(subscription, event))) held.add(key);
      }
      if (events.length === 0) return this.advance(subscription, top);
      if (held.size > 0 && events.length < BATCH) return;
    }
  }

  private due({ eventType, handlerName }: Subscription): Promise<{ events: DeliveredEvent[]; top: number }> {
    return this.unitOfWork.run(async (tx) => {
      // Read before the events: whatever is numbered up to here is seen by the next statement.
      const [state] = await tx.query<{ top: string; done: string }>(
        `SELECT (SELECT coalesce(max(seq), 0) FROM glasshall.outbox) AS top,
           coalesce((SELECT done_through FROM glasshall.outbox_handler WHERE handler = $1), 0) AS done`,
        [handlerName],
      );
      const rows = await tx.query<{
        id: string;
        seq: string;
        type: string;
        key: string | null;
        payload: DeliveredEvent['payload'];
      }>(
        `SELECT e.id, e.seq, e.type, e.key, e.payload FROM glasshall.outbox AS e
         WHERE e.type = $1 AND e.seq > $2
           AND NOT EXISTS (SELECT FROM glasshall.outbox_processed AS p WHERE p.handler = $3 AND p.event_id = e.id)
           AND NOT EXISTS (
             SELECT FROM glasshall.outbox_failure AS f
             WHERE f.handler = $3 AND f.held_key = coalesce(e.key, e.id::text) AND f.next_attempt_at > clock_timestamp())
         ORDER BY e.seq LIMIT ${BATCH}`,
        [eventType, state?.done ?? 0, handlerName],
      );
      return { events: rows.map((row) => ({ ...row, seq: Number(row.seq) })), top: Number(state?.top ?? 0) };
    });
  }

  /** True when the event is done; false when the handler failed and is to be tried again later. */
  private async handle({ handlerName, handler }: Subscription, event: DeliveredEvent): Promise<boolean> {
    try {
      await this.unitOfWork.run(async (tx) => {
        const mine = await tx.execute(
          'INSERT INTO glasshall.outbox_processed (handler, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
          [handlerName, event.id],
        );
        if (mine === 0) return;
        await handler(event, tx);
        await tx.execute('DELETE FROM glasshall.outbox_failure WHERE handler = $1 AND event_id = $2', [
          handlerName,
          event.id,
        ]);
      });
      return true;
    } catch (error) {
      // Nobody's fault: the next round tries again, without a mark against the event.
      if (error instanceof StorageUnavailableError) throw error;
      this.logger.error(
        { err: error, handler: handlerName, event: event.id, type: event.type },
        'event handler failed',
      );
      await this.recordFailure(handlerName, event, error);
      return false;
    }
  }

  private async recordFailure(handlerName: string, event: DeliveredEvent, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.name : 'unknown';
    await this.unitOfWork.run((tx) =>
      tx.execute(
        `INSERT INTO glasshall.outbox_failure AS f (handler, event_id, held_key, attempts, next_attempt_at, last_error)
         VALUES ($1, $2, $3, 1, clock_timestamp() + interval '250 ms', $4)
         ON CONFLICT (handler, event_id) DO UPDATE SET
           attempts = f.attempts + 1,
           next_attempt_at = clock_timestamp()
             + least(${MAX_DELAY_MS}, 250 * power(2, least(f.attempts, 20))) * interval '1 ms',
           last_error = excluded.last_error`,
        [handlerName, event.id, event.key ?? event.id, reason],
      ),
    );
  }

  /** Nothing due: if nothing waits for another try either, all up to `top` is done and need not be looked up again. */
  private async advance({ handlerName }: Subscription, top: number): Promise<void> {
    if (top === 0) return;
    await this.unitOfWork.run((tx) =>
      tx.execute(
        `INSERT INTO glasshall.outbox_handler AS h (handler, done_through)
         SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM glasshall.outbox_failure WHERE handler = $1)
         ON CONFLICT (handler) DO UPDATE SET done_through = excluded.done_through
           WHERE h.done_through < excluded.done_through`,
        [handlerName, top],
      ),
    );
  }
}
