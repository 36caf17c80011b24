import { formatInstant } from '#kernel';
import type { HallEvent } from './session-store.ts';
import type { HallBatch, HallSource, HallViewer } from './hall-viewer.ts';

/** Reads a lot's feed: up to `limit` events after `after`, in order. */
export type ReadFeed = (after: number, limit: number) => Promise<readonly HallEvent[]>;

const PAGE = 500;
/** Events kept at hand for who comes late or comes back; older ones are read from the database again. */
const KEPT = 2_000;
/** Events in one write. */
const BATCH = 64;

/** The shape of the polling feed, so that a client reads both alike. */
export const eventAnswer = ({ seq, kind, c, facts, at }: HallEvent) => ({
  seq,
  kind,
  c,
  facts,
  at: formatInstant(at),
});

/** JSON holds no line break, so that an event is one `data` line. */
const frameOf = (event: HallEvent): Buffer =>
  Buffer.from(`id: ${event.seq}\ndata: ${JSON.stringify(eventAnswer(event))}\n\n`);

/**
 * One lot's feed in this process, for all who watch it here: each event is read, and turned into bytes, once. Events are
 * numbered without gaps in the order of their commits, so a position is all that a viewer needs.
 */
export class HallChannel implements HallSource {
  readonly viewers = new Set<HallViewer>();
  private frames: Buffer[] = [];
  /** Sequence of the event before the first frame. */
  private base = 0;
  private latest: { readonly from: number; readonly batch: HallBatch } | null = null;
  private reading: Promise<void> | null = null;
  private stale = false;

  constructor(private readonly read: ReadFeed) {}

  /** Sequence of the last event that is known here. */
  get head(): number {
    return this.base + this.frames.length;
  }

  /** Reads what is new and hands it out. What is told while it reads is read in one more round. */
  refresh(): Promise<void> {
    this.stale = true;
    this.reading ??= this.readAll().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  after(position: number): HallBatch | null | 'older' {
    if (position < this.base) return 'older';
    if (position >= this.head) return null;
    // Nearly everybody stands at the same place.
    if (this.latest?.from === position) return this.latest.batch;
    const start = position - this.base;
    const frames = this.frames.slice(start, start + BATCH);
    const batch = { bytes: Buffer.concat(frames), last: position + frames.length };
    this.latest = { from: position, batch };
    return batch;
  }

  async older(position: number): Promise<HallBatch | null> {
    const events = await this.read(position, BATCH);
    const last = events.at(-1);
    return last ? { bytes: Buffer.concat(events.map(frameOf)), last: last.seq } : null;
  }

  private async readAll(): Promise<void> {
    while (this.stale) {
      this.stale = false;
      for (let full = true; full;) {
        const events = await this.read(this.head, PAGE);
        full = events.length === PAGE;
        this.keep(events);
      }
    }
  }

  private keep(events: readonly HallEvent[]): void {
    if (events.length === 0) return;
    this.latest = null;
    this.frames.push(...events.map(frameOf));
    const surplus = this.frames.length - KEPT;
    if (surplus > 0) {
      this.frames = this.frames.slice(surplus);
      this.base += surplus;
    }
    for (const viewer of this.viewers) viewer.wake();
  }
}
