import { Injectable } from '@nestjs/common';
import { faultPoint } from '#kernel';
import type { Instant } from '#kernel';
import { UnitOfWork } from '#persistence';
import { BatchStore } from '../infrastructure/batch-store.ts';
import { DaySeeds } from './day-seeds.ts';
import type { IntakeSource } from './intake-source.ts';

/** Seeds in one round; the next round follows soon. */
const AT_ONCE = 64;

/**
 * Shows a day's seed when the day is over and the last tender that took bids on it has closed (PROTOCOL section 10).
 * From then on anyone can tell the records of that day from its dummies.
 */
@Injectable()
export class RevealSeeds {
  private readonly sources: IntakeSource[] = [];

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly batches: BatchStore,
    private readonly seeds: DaySeeds,
  ) {}

  register(source: IntakeSource): void {
    this.sources.push(source);
  }

  async run(): Promise<void> {
    const since = await this.openSince();
    const shown = await this.unitOfWork.run(async (tx) => {
      const over = await this.batches.keptBack(tx, since, AT_ONCE);
      for (const number of over) await this.batches.reveal(tx, number, this.seeds.seed(number));
      if (over.length > 0) await faultPoint('transparency.seeds.before-commit');
      return over.length;
    });
    if (shown > 0) await faultPoint('transparency.seeds.committed');
  }

  /** Asked before the rows are read: a tender that opens meanwhile opens on a later day. */
  private async openSince(): Promise<Instant | null> {
    const open: Instant[] = [];
    // In their order, upstream first: a tender that one context hands on meanwhile is known to the next.
    for (const source of this.sources) {
      const since = await source.openSince();
      if (since !== null) open.push(since);
    }
    return open.length === 0 ? null : open.reduce((first, at) => (at < first ? at : first));
  }
}
