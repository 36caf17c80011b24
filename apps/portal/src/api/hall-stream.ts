import { isProblem, refusalIn } from './client.ts';
import { pollingAfter } from './hall-polling.ts';
import type { Polling } from './hall-polling.ts';
import { streamParser } from './stream-parser.ts';
import type { StreamBlock } from './stream-parser.ts';

export interface HallEvent {
  readonly seq: number;
  readonly kind: string;
  readonly c: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly at: string;
}

/** `polling`: no stream is to be had here, the feed is asked for again and again. `over`: nothing more will come. */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'polling' | 'over';

export interface HallListener {
  /** In order of seq, without gaps, each once. */
  events(events: readonly HallEvent[]): void;
  /** How far the feed had come when it was first asked: what comes up to there has happened before. */
  head(seq: number): void;
  connection(state: Connection): void;
  /** The hall refuses: it does not exist (yet). Nothing more is tried. */
  refused(error: unknown): void;
}

/** The platform gives a sign of life every 15 seconds. */
const SILENCE_MS = 40_000;
/** A stream that something on the way keeps back is no stream. */
const HELLO_MS = 10_000;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 10_000;
const PAGE = 500;

/**
 * Follows a lot's hall from its first event, over every interruption: each new connection begins after the last event
 * that is here. What is returned ends it.
 */
export function followHall(lotId: string, listener: HallListener): () => void {
  const follower = new Follower(`/api/v1/lots/${encodeURIComponent(lotId)}/opening`, listener);
  void follower.run();
  return () => follower.stop();
}

class Follower {
  private last = 0;
  private stopped = false;
  private over = false;
  private request = new AbortController();
  private wake: () => void = () => undefined;

  constructor(
    private readonly path: string,
    private readonly listener: HallListener,
  ) {
    window.addEventListener('online', this.online);
    window.addEventListener('offline', this.offline);
  }

  stop(): void {
    this.stopped = true;
    window.removeEventListener('online', this.online);
    window.removeEventListener('offline', this.offline);
    this.request.abort();
    this.wake();
  }

  async run(): Promise<void> {
    this.listener.connection('connecting');
    let failures = 0;
    while (!this.done) {
      try {
        await this.stream();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (this.refuses(error)) return;
        const polling = pollingAfter(isProblem(error) ? error.status : null, failures);
        if (polling) await this.poll(polling);
      }
      if (this.done) break;
      this.listener.connection('reconnecting');
      await this.pause(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** failures));
    }
    if (this.over) this.listener.connection('over');
  }

  private get done(): boolean {
    return this.stopped || this.over;
  }

  private readonly online = (): void => this.wake();
  private readonly offline = (): void => this.request.abort();

  private refuses(error: unknown): boolean {
    if (!isProblem(error) || error.status < 400 || error.status >= 500 || error.status === 429) return false;
    this.listener.refused(error);
    return true;
  }

  /** Returns when the connection has ended in good order. */
  private async stream(): Promise<void> {
    const request = new AbortController();
    this.request = request;
    let watch = setTimeout(() => request.abort(), HELLO_MS);
    try {
      const headers = { 'Last-Event-ID': String(this.last) };
      const response = await fetch(`${this.path}/stream`, {
        headers,
        signal: request.signal,
        cache: 'no-store',
      });
      if (!response.ok || !response.body) throw await refusalIn(response);
      const push = streamParser((block) => this.takeBlock(block));
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done && !this.done; part = await reader.read()) {
        clearTimeout(watch);
        watch = setTimeout(() => request.abort(), SILENCE_MS);
        push(part.value);
      }
    } finally {
      clearTimeout(watch);
      request.abort();
    }
  }

  private takeBlock({ event, data }: StreamBlock): void {
    if (event === 'hello') {
      this.listener.connection('live');
      this.listener.head((JSON.parse(data) as { head: number }).head);
      return;
    }
    this.take([JSON.parse(data) as HallEvent]);
  }

  /** Whatever was here before is passed over. */
  private take(events: readonly HallEvent[]): void {
    const fresh = events.filter(({ seq }) => seq > this.last);
    const newest = fresh.at(-1);
    if (!newest) return;
    this.last = newest.seq;
    this.listener.events(fresh);
    if (fresh.some(({ kind }) => kind === 'recorded')) this.over = true;
  }

  /** The feed that needs nothing but requests, for as long as a stream would be too much to ask for. */
  private async poll({ everyMs, times }: Polling): Promise<void> {
    for (let round = 0; round < times && !this.done; round++) {
      const begun = this.last;
      const answered = await this.ask().then(
        () => true,
        () => false,
      );
      if (this.done) return;
      this.listener.connection(answered ? 'polling' : 'reconnecting');
      if (this.last - begun < PAGE) await this.pause(everyMs);
    }
  }

  private async ask(): Promise<void> {
    const response = await fetch(`${this.path}/events?after=${this.last}&limit=${PAGE}`, {
      cache: 'no-store',
    });
    if (!response.ok) throw await refusalIn(response);
    const { items } = (await response.json()) as { items: HallEvent[] };
    this.take(items);
    if (items.length < PAGE) this.listener.head(this.last);
  }

  /** With jitter: a hall that was cut off does not come back as one. Ends early when the network is back. */
  private pause(ms: number): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const [chance = 0] = crypto.getRandomValues(new Uint8Array(1));
      const timer = setTimeout(() => this.wake(), ms * (0.5 + chance / 255));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
