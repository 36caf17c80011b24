import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#persistence';
import { LotSteps } from './lot-steps.ts';
import { LotStore } from './lot-store.ts';

const LOTS_A_ROUND = 50;

/** The worker's tick: does what time asks of lots that nobody touches. Commands do not wait for it. */
@Injectable()
export class ApplyDueEvents {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly lots: LotStore,
    private readonly steps: LotSteps,
  ) {}

  async run(): Promise<void> {
    await this.unitOfWork.run(async (tx) => {
      const now = await tx.now();
      for (const lot of await this.lots.lockDue(tx, now, LOTS_A_ROUND))
        await this.steps.applyDue(tx, lot, now);
    });
  }
}
