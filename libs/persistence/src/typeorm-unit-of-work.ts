import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { faultPoint, instant } from '#kernel';
import type { Instant } from '#kernel';
import { isRetryable, mapDatabaseError } from './sqlstate.ts';
import { UnitOfWork } from './unit-of-work.ts';
import type { OutboxEvent, RunOptions, Tx } from './unit-of-work.ts';

const ATTEMPTS = 8;

class QueryRunnerTx implements Tx {
  constructor(private readonly runner: QueryRunner) {}

  get manager(): Tx['manager'] {
    return this.runner.manager;
  }

  async query<T extends object>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    const result = await this.runner.query(sql, [...params], true);
    return (result.records ?? []) as T[];
  }

  async execute(sql: string, params: readonly unknown[] = []): Promise<number> {
    const result = await this.runner.query(sql, [...params], true);
    return result.affected ?? 0;
  }

  async now(): Promise<Instant> {
    const [row] = await this.query<{ ms: string }>(
      'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms',
    );
    return instant(Number(row?.ms));
  }

  async publish(event: OutboxEvent): Promise<void> {
    await this.execute('INSERT INTO glasshall.outbox (type, key, payload) VALUES ($1, $2, $3::jsonb)', [
      event.type,
      event.key ?? null,
      JSON.stringify(event.payload),
    ]);
  }

  async lock(name: string): Promise<void> {
    await this.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
  }
}

export class TypeormUnitOfWork extends UnitOfWork {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async run<T>(work: (tx: Tx) => Promise<T>, options: RunOptions = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(work, options);
      } catch (error) {
        if (attempt === ATTEMPTS || !isRetryable(error)) throw mapDatabaseError(error);
        // Full jitter: two transactions that collided must not meet again in step.
        await sleep(randomInt(1, 4 * 2 ** attempt));
      }
    }
  }

  private async once<T>(work: (tx: Tx) => Promise<T>, options: RunOptions): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      // READ COMMITTED is the server's default: saying it would cost a round trip in every transaction.
      await runner.startTransaction(options.isolation);
      if (options.readOnly) await runner.query('SET TRANSACTION READ ONLY');
      const value = await work(new QueryRunnerTx(runner));
      await faultPoint('persistence.commit.before');
      await runner.commitTransaction();
      await faultPoint('persistence.commit.after');
      return value;
    } catch (error) {
      // The first error is the one that matters; a rollback on a dead connection has nothing left to undo.
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release().catch(() => undefined);
    }
  }
}
