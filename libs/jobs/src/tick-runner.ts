import pg from 'pg';
import type { Logger } from 'pino';
import type { Tick } from './background-work.ts';

/**
 * Runs ticks at their intervals, an exclusive one under an advisory lock of its name: of all processes one runs it at a
 * time. All locks of a process live in one session; when that breaks, the server frees them and the next round takes
 * them anew.
 */
export class TickRunner {
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly running = new Map<string, Promise<void>>();
  private session: Promise<pg.Client> | null = null;
  private stopped = false;
  private lastAsked: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
  ) {}

  start(ticks: readonly Tick[]): void {
    for (const tick of ticks) this.schedule(tick, 0);
  }

  /** Waits for the rounds that run, then frees the locks. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    await Promise.allSettled(this.running.values());
    const session = await this.session?.catch(() => null);
    await session?.end().catch(() => undefined);
  }

  /** A round now, unless one of this name runs in this process: that one is returned. */
  begin(tick: Omit<Tick, 'intervalMs'>): Promise<void> {
    const current = this.running.get(tick.name);
    if (current || this.stopped) return current ?? Promise.resolve();
    const round = this.round(tick)
      .catch((error: unknown) => this.logger.error({ err: error, tick: tick.name }, 'tick failed'))
      .finally(() => this.running.delete(tick.name));
    this.running.set(tick.name, round);
    return round;
  }

  private schedule(tick: Tick, delayMs: number): void {
    if (this.stopped) return;
    const timer = setTimeout(() => {
      void this.begin(tick).then(() => this.schedule(tick, tick.intervalMs));
    }, delayMs);
    this.timers.set(tick.name, timer);
  }

  private async round(tick: Omit<Tick, 'intervalMs'>): Promise<void> {
    if (tick.exclusive === false) return tick.run();
    const session = await this.lockSession();
    if (!(await this.ask(session, 'pg_try_advisory_lock', tick))) return;
    try {
      await tick.run();
    } finally {
      await this.ask(session, 'pg_advisory_unlock', tick);
    }
  }

  /** One question at a time: the session is shared by all ticks. */
  private ask(
    session: pg.Client,
    lock: 'pg_try_advisory_lock' | 'pg_advisory_unlock',
    tick: Pick<Tick, 'name'>,
  ): Promise<boolean> {
    const answer = this.lastAsked.then(async () => {
      const sql = `SELECT ${lock}(hashtextextended($1, 0)) AS yes`;
      const { rows } = await session.query<{ yes: boolean }>(sql, [`tick:${tick.name}`]);
      return rows[0]?.yes === true;
    });
    this.lastAsked = answer.catch(() => undefined);
    return answer;
  }

  private lockSession(): Promise<pg.Client> {
    this.session ??= this.connect();
    return this.session;
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      connectionTimeoutMillis: 5000,
      keepAlive: true,
      application_name: 'glasshall-ticks',
    });
    const forget = () => (this.session = null);
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
      return client;
    } catch (error) {
      forget();
      throw error;
    }
  }
}
