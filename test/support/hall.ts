/** Somebody who watches an opening hall: the stream over a connection of its own, as a browser reads it. */
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';

export interface SeenEvent {
  readonly seq: number;
  readonly kind: string;
  readonly c: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly at: string;
}

export interface Watching {
  readonly after?: number;
  readonly lastEventId?: string;
}

const hallPath = (lotId: string, after?: number): string =>
  `/api/v1/lots/${lotId}/opening/stream${after === undefined ? '' : `?after=${after}`}`;

export class HallViewerClient {
  readonly events: SeenEvent[] = [];
  hello: { readonly serverTime: string; readonly head: number } | null = null;
  heartbeats = 0;
  /** When the last event came, by the steady clock. */
  lastAt = 0;
  ended = false;
  private rest = '';

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.take(text));
    response.on('error', () => undefined);
    response.on('close', () => (this.ended = true));
  }

  static async watch(url: string, lotId: string, from: Watching = {}): Promise<HallViewerClient> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = from.lastEventId === undefined ? {} : { 'last-event-id': from.lastEventId };
      get(`${url}${hallPath(lotId, from.after)}`, { headers, agent: false }, resolve).on('error', reject);
    });
    if (response.statusCode !== 200) throw new Error(`the hall answered ${response.statusCode}`);
    return new HallViewerClient(response);
  }

  get kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }

  get seqs(): number[] {
    return this.events.map(({ seq }) => seq);
  }

  async until(done: () => boolean, waitMs = 10_000): Promise<void> {
    for (const end = performance.now() + waitMs; !done(); await sleep(5)) {
      if (performance.now() > end) throw new Error(`not seen in ${waitMs} ms; seen: ${this.kinds.join(' ')}`);
    }
  }

  leave(): void {
    this.response.destroy();
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.takeBlock(block.split('\n'));
  }

  private takeBlock(lines: readonly string[]): void {
    if (lines.every((line) => line.startsWith(':'))) {
      this.heartbeats += 1;
      return;
    }
    const field = (name: string): string | null =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
    const data: unknown = JSON.parse(field('data') ?? 'null');
    if (field('event') === 'hello') {
      this.hello = data as HallViewerClient['hello'];
      return;
    }
    const event = data as SeenEvent;
    if (String(event.seq) !== field('id')) throw new Error(`event ${event.seq} has the id ${field('id')}`);
    this.events.push(event);
    this.lastAt = performance.now();
  }
}

/** Counts the statements of a process that match. */
export class CountingUnitOfWork extends UnitOfWork {
  count = 0;
  constructor(
    private readonly inner: UnitOfWork,
    private readonly counted: RegExp,
  ) {
    super();
  }
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.inner.run((tx) =>
      work(
        new Proxy(tx, {
          get: (target, name) => {
            const value: unknown = Reflect.get(target, name, target);
            if (typeof value !== 'function') return value;
            return (...given: unknown[]): unknown => {
              if (typeof given[0] === 'string' && this.counted.test(given[0])) this.count += 1;
              return (value as (...args: unknown[]) => unknown).apply(target, given);
            };
          },
        }),
      ),
    );
  }
}
