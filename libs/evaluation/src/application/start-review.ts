import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Json, LotId } from '#kernel';
import type { Tx } from '#persistence';
import { ReviewStore } from './review-store.ts';

const recorded = z.object({ lotId: z.string(), record: z.string(), result: z.enum(['opened', 'failed']) });

/** An opened lot is evaluated from the moment its opening record is published; a failed one is not (条例44). */
@Injectable()
export class StartReview {
  constructor(private readonly reviews: ReviewStore) {}

  async run(tx: Tx, payload: Json): Promise<void> {
    const { lotId, record, result } = recorded.parse(payload);
    if (result === 'opened') await this.reviews.start(tx, lotId as LotId, record);
  }
}
