import pg from 'pg';
import PgBoss from 'pg-boss';
import type { Logger } from 'pino';
import type { Json, ProcessRole } from '#kernel';
import { PooledClient } from '#persistence';
import type { Tx, UnitOfWork } from '#persistence';
import { BackgroundWork } from './background-work.ts';
import type { EventHandler, SendOptions, Tick } from './background-work.ts';
import { OutboxRelay } from './outbox-relay.ts';
import type { Subscription } from './outbox-relay.ts';
import { TickRunner } from './tick-runner.ts';

export interface BackgroundOptions {
  readonly url: string;
  readonly role: ProcessRole;
  readonly logger: Logger;
  /** How soon news is handed on; one look for all handlers per interval. */
  readonly outboxIntervalMs?: number;
}

type Handler = (data: Json) => Promise<void>;

const RETRIES = { retryLimit: 5, retryDelay: 1, retryBackoff: true } as const;

/** Jobs on pg-boss, ticks under advisory locks, events from the outbox: PostgreSQL is the only coordinator. */
export class PgBossBackgroundWork extends BackgroundWork {
  private readonly handlers = new Map<string, Handler>();
  private readonly ticks = new Map<string, Tick>();
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly pool: pg.Pool;
  private readonly boss: PgBoss;
  private readonly tickRunner: TickRunner;
  private bossStarted = false;
  private stopping = false;

  constructor(
    private readonly options: BackgroundOptions,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
    this.pool = new pg.Pool({
      Client: PooledClient,
      connectionString: options.url,
      max: 3,
      connectionTimeoutMillis: 5000,
      keepAlive: true,
      application_name: 'glasshall-jobs',
    });
    // A database restart breaks idle connections; the pool makes new ones.
    this.pool.on('error', () => undefined);
    this.boss = new PgBoss({
      schema: 'jobs',
      migrate: false,
      schedule: false,
      db: { executeSql: this.execute },
    });
    this.boss.on('error', (error) => options.logger.warn({ err: error }, 'job queue'));
    this.tickRunner = new TickRunner(options.url, options.logger);
  }

  registerJob(name: string, handler: Handler): void {
    if (this.handlers.has(name)) throw new RangeError(`job ${name} has a handler already`);
    this.handlers.set(name, handler);
  }

  async send(
    tx: Tx,
    name: string,
    data: { readonly [key: string]: Json },
    options: SendOptions = {},
  ): Promise<void> {
    const executeSql = async (text: string, values?: unknown[]) => ({ rows: await tx.query(text, values) });
    await this.boss.send(name, data, {
      ...RETRIES,
      ...(options.startAfterSeconds === undefined ? {} : { startAfter: options.startAfterSeconds }),
      ...(options.singletonKey === undefined ? {} : { singletonKey: options.singletonKey }),
      db: { executeSql },
    });
  }

  registerTick(tick: Tick): void {
    if (this.ticks.has(tick.name)) throw new RangeError(`tick ${tick.name} is registered twice`);
    if (!(tick.intervalMs >= 10)) throw new RangeError(`tick ${tick.name}: at least 10 ms between rounds`);
    this.ticks.set(tick.name, tick);
  }

  subscribe(eventType: string, handlerName: string, handler: EventHandler): void {
    if (this.subscriptions.has(handlerName))
      throw new RangeError(`handler ${handlerName} is registered twice`);
    this.subscriptions.set(handlerName, { eventType, handlerName, handler });
  }

  /** Nest calls it when every module is initialised, so that all registrations are in. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.options.role === 'web') return;
    this.tickRunner.start([...this.ticks.values(), this.outboxTick(), this.bossTick()]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await this.tickRunner.stop();
    if (this.bossStarted) await this.boss.stop({ graceful: true, timeout: 5000 }).catch(() => undefined);
    await this.pool.end().catch(() => undefined);
  }

  /** A failed statement may leave pg-boss's explicit BEGIN open: such a connection is never used again. */
  private readonly execute = async (text: string, values?: unknown[]): Promise<{ rows: object[] }> => {
    const client = await this.pool.connect();
    let failed = false;
    try {
      return await client.query(text, values);
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      client.release(failed);
    }
  };

  /** Every process looks; what it finds is done by one of them. A slow handler holds up nobody's news but its own. */
  private outboxTick(): Tick {
    const relay = new OutboxRelay(this.unitOfWork, this.options.logger);
    const subscriptions = [...this.subscriptions.values()];
    return {
      name: 'outbox.look',
      exclusive: false,
      intervalMs: this.options.outboxIntervalMs ?? 100,
      run: async () => {
        for (const subscription of await relay.look(subscriptions))
          void this.tickRunner.begin({
            name: `outbox.deliver:${subscription.handlerName}`,
            run: () => relay.deliver(subscription),
          });
      },
    };
  }

  /** pg-boss is started by a round like any other, so that a database that is away at the start is no end. */
  private bossTick(): Tick {
    return {
      name: 'jobs.start',
      exclusive: false,
      intervalMs: 2000,
      run: async () => {
        if (this.bossStarted || this.stopping) return;
        await this.boss.start();
        this.bossStarted = true;
        for (const [name, handler] of this.handlers)
          await this.boss.work<Json>(name, { pollingIntervalSeconds: 1, batchSize: 1 }, async (jobs) => {
            for (const job of jobs) await handler(job.data);
          });
      },
    };
  }
}
