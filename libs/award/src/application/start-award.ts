import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Json, LotId } from '#kernel';
import type { Tx } from '#persistence';
import { AwardStore } from './award-store.ts';

const reported = z.object({
  lotId: z.string(),
  report: z.string(),
  result: z.enum(['ranked', 'all-rejected']),
});

/** A ranked lot goes on to publicity; one whose bids were all rejected is re-tendered (法42). */
@Injectable()
export class StartAward {
  constructor(private readonly awards: AwardStore) {}

  async run(tx: Tx, payload: Json): Promise<void> {
    const { lotId, report, result } = reported.parse(payload);
    const state = result === 'ranked' ? 'awaiting-publicity' : 'failed';
    await this.awards.start(tx, lotId as LotId, state, report);
  }
}
