import { randomBytes } from 'node:crypto';
import { faultPoint, IntegrityError } from '#kernel';
import type { Instant } from '#kernel';
import type { Tx, UnitOfWork } from '#persistence';
import { equalBytes } from '#trust';
import { unseededBatch } from './batch-layout.ts';
import type { BatchLayout } from './batch-layout.ts';
import type { BatchStore, SeedRow, StoredBatch } from '../infrastructure/batch-store.ts';
import type { LogStore } from '../infrastructure/log-store.ts';
import type { DaySeeds } from './day-seeds.ts';

/** The log's clock: when it appends, how much, and how long a seed is used. */
export interface LogClock {
  /** Milliseconds. Ticks begin at its multiples since the epoch; a batch is drawn at most once in each. */
  readonly tickMs: number;
  /** Milliseconds; days begin at its multiples since the epoch. A whole number of ticks. */
  readonly dayMs: number;
  readonly layout: BatchLayout;
}

export interface Drawn {
  /** To be signed; null where this tick's batch is signed already. */
  readonly batch: StoredBatch | null;
  /** Milliseconds to the next tick; null where this one's batch may still have to be drawn. */
  readonly waitMs: number | null;
}

/** Promised at once: the seed of today and of the two days after. So each is in the log a whole day before its use. */
const AHEAD = 2;
/** Leaves placed before there was a seed enter so many at once: bounds memory. */
const MOST = 16_384;

const periodOf = (at: Instant, ms: number): number => Math.floor(at / ms);

/**
 * Decides what a tick appends, in one short transaction under the log's lock: from its commit on the tree is decided
 * (ADR 0019). Nothing here depends on what waits but which of the batch's places are taken.
 */
export class DrawBatch {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly leaves: LogStore,
    private readonly batches: BatchStore,
    private readonly seeds: DaySeeds,
    private readonly clock: LogClock,
  ) {}

  /**
   * The batch behind the `signed` leaves: one that a round left behind, or this tick's. A tick that was missed is not
   * made up for, so a log that was away grows afterwards as if it had not been.
   * @throws IntegrityError when the rows contradict each other
   */
  async run(signed: number): Promise<Drawn> {
    const drawn = await this.unitOfWork.run(async (tx) => {
      await this.leaves.lock(tx);
      const newest = await this.batches.newest(tx);
      const end = newest ? newest.first + newest.size : 0;
      if (end < signed) throw new IntegrityError('fewer leaves than were signed', { size: end, signed });
      if (newest && end > signed) return { batch: await this.oldestBehind(tx, signed, newest), waitMs: null };
      const { now, text } = await this.batches.clock(tx);
      const { tickMs } = this.clock;
      const waitMs = tickMs - (now % tickMs);
      if (newest && periodOf(newest.drawnAt, tickMs) >= periodOf(now, tickMs)) return { batch: null, waitMs };
      const batch = { ...(await this.place(tx, end, now, text)), drawnAt: now };
      await faultPoint('transparency.leaves.before-commit');
      return { batch, waitMs };
    });
    if (drawn.batch && drawn.waitMs !== null) await faultPoint('transparency.leaves.committed');
    return drawn;
  }

  /** One checkpoint a batch, also after a failure. */
  private async oldestBehind(tx: Tx, signed: number, newest: StoredBatch): Promise<StoredBatch> {
    const [oldest] = await this.batches.between(tx, signed, newest.first + newest.size);
    if (oldest?.first !== signed)
      throw new IntegrityError('a checkpoint ends within a batch', { signed, first: oldest?.first ?? -1 });
    return oldest;
  }

  private async place(tx: Tx, first: number, now: Instant, drawnText: string) {
    const seed = await this.seedFor(tx, now, drawnText);
    const waiting = await this.leaves.waiting(tx, MOST);
    const { size, places } = (seed === null ? unseededBatch : this.clock.layout)(waiting.length);
    const records = waiting.slice(0, places.length);
    const indexes = places.map((place) => first + place);
    const placed = await this.leaves.place(tx, indexes, records);
    if (placed !== records.length)
      throw new IntegrityError('a leaf took no index', { waiting: records.length, placed });
    const batch = { first, size, records: placed, seed, drawnText };
    await this.batches.add(tx, batch);
    return batch;
  }

  /** The seed of this day; null at the log's beginning, where the first ones are promised. */
  private async seedFor(tx: Tx, now: Instant, text: string): Promise<number | null> {
    const current = await this.batches.current(tx);
    const { dayMs } = this.clock;
    if (current?.begunAt && periodOf(current.begunAt, dayMs) >= periodOf(now, dayMs))
      return this.known(current);
    const next = (current?.number ?? -1) + 1;
    for (let number = next; number <= next + AHEAD; number++) await this.promise(tx, number);
    // Only a promise that the log holds can be used; until then the old seed goes on.
    if (!(await this.batches.isCommitted(tx, next))) return current ? this.known(current) : null;
    await this.batches.begin(tx, next, text);
    return next;
  }

  private async promise(tx: Tx, number: number): Promise<void> {
    const { hash } = this.seeds.commitment(number);
    await this.batches.promise(tx, { number, hash });
    await this.leaves.append(tx, { hash, blind: new Uint8Array(randomBytes(32)), published: true });
  }

  /** The secret that seeds follow from is a file: another file makes other dummies, which nobody could explain. */
  private known({ number, hash }: SeedRow): number {
    if (!equalBytes(hash, this.seeds.commitment(number).hash))
      throw new IntegrityError('the seed of the dummies is not the promised one', { number });
    return number;
  }
}
