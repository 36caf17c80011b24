import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#persistence';
import { b64u } from '#trust';
import type { DaySeed } from '#trust';
import { BatchStore } from '../infrastructure/batch-store.ts';
import { DaySeeds } from './day-seeds.ts';

/** A seed of dummies as outsiders see it. */
export interface ShownSeed {
  /** Its hash H('day-seed', record) is in the log, and has a public receipt. */
  readonly record: DaySeed;
  /** 32 bytes, base64url; null while it is kept back. */
  readonly seed: string | null;
}

/** Every seed that was promised, so that a monitor sees which of them the platform keeps back. */
@Injectable()
export class ShowSeeds {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly batches: BatchStore,
    private readonly seeds: DaySeeds,
  ) {}

  /** Those numbered `from` and higher, at most `limit`, in order. */
  async run(from: number, limit: number): Promise<ShownSeed[]> {
    const rows = await this.unitOfWork.run((tx) => this.batches.seeds(tx, from, limit), { readOnly: true });
    return rows.map(({ number, revealed }) => ({
      record: this.seeds.commitment(number).record,
      seed: revealed && b64u.encode(revealed),
    }));
  }
}
