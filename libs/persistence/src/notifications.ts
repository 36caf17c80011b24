import { setTimeout as sleep } from 'node:timers/promises';
import { PooledClient } from './pooled-client.ts';

/** What a process does with NOTIFYs of one channel. Neither function may throw or wait. */
export interface Listener {
  readonly heard: (payload: string) => void;
  /** Listening has begun, or begun again after a break: what was said before was not heard. Look once yourself. */
  readonly resumed: () => void;
}

/**
 * NOTIFYs of other processes, over one connection for the whole process, however many channels and listeners there are.
 * The connection is made for the first listener, and made again by itself for as long as the process lives.
 */
export abstract class Notifications {
  /** One listener per channel. Returns at once; `resumed` tells when it is listened to. */
  abstract listen(channel: string, listener: Listener): void;
}

export interface NotificationOptions {
  readonly url: string;
  readonly onConnectionLost?: (error: unknown) => void;
  /** How often a connection that says nothing is asked whether it still lives. */
  readonly checkMs?: number;
}

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;
const ANSWER_MS = 5_000;
/** Names are written into the statement: LISTEN takes no parameters. */
const CHANNEL = /^[a-z_]{1,40}$/;

export class PgNotifications extends Notifications {
  private readonly listeners = new Map<string, Listener>();
  private readonly stopped = new AbortController();
  private client: PooledClient | null = null;
  private running: Promise<void> | null = null;

  constructor(private readonly options: NotificationOptions) {
    super();
  }

  /** @throws RangeError for a name that is none, or one that is listened to already */
  listen(channel: string, listener: Listener): void {
    if (!CHANNEL.test(channel) || this.listeners.has(channel)) throw new RangeError(`channel ${channel}`);
    this.listeners.set(channel, listener);
    // A connection that is open already is made anew with this channel too.
    void this.client?.end().catch(() => undefined);
    this.running ??= this.keep();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped.abort();
    void this.client?.end().catch(() => undefined);
    await this.running;
  }

  private async keep(): Promise<void> {
    let wait = FIRST_RETRY_MS;
    while (!this.stopped.signal.aborted) {
      try {
        const client = await this.connect();
        wait = FIRST_RETRY_MS;
        await this.untilBroken(client);
      } catch (error) {
        if (!this.stopped.signal.aborted) this.options.onConnectionLost?.(error);
      }
      await this.pause(wait);
      wait = Math.min(MAX_RETRY_MS, wait * 2);
    }
  }

  private async connect(): Promise<PooledClient> {
    const client = new PooledClient({
      connectionString: this.options.url,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      application_name: 'glasshall-notifications',
    });
    client.on('notification', ({ channel, payload }) => this.listeners.get(channel)?.heard(payload ?? ''));
    this.client = client;
    try {
      await client.connect();
      // Listened to first, looked at afterwards: nothing falls between the two.
      const channels = [...this.listeners.keys()];
      for (const channel of channels) await client.query(`LISTEN ${channel}`);
      for (const channel of channels) this.listeners.get(channel)?.resumed();
      return client;
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
  }

  /** Ends with the connection. One that a firewall has forgotten would be silent for ever: it is asked now and then. */
  private async untilBroken(client: PooledClient): Promise<void> {
    const ended = new Promise<'ended'>((resolve) => client.once('end', () => resolve('ended')));
    try {
      for (;;) {
        const checks = new AbortController();
        const next = sleep(this.options.checkMs ?? 10_000, 'check' as const, {
          signal: checks.signal,
          ref: false,
        });
        const what = await Promise.race([ended, next.catch(() => 'check' as const)]);
        checks.abort();
        if (what === 'ended') return;
        await client.query('SELECT 1');
      }
    } finally {
      void client.end().catch(() => undefined);
    }
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopped.signal, ref: false }).catch(() => undefined);
  }
}
