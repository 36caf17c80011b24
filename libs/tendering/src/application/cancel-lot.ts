import { Injectable } from '@nestjs/common';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Principal } from '#web';
import { actorOf, assertAgency, LotSteps } from './lot-steps.ts';

/** The agency ends a tender before its deadline (条例31). Sealed bids stay sealed: nothing of them is ever opened. */
@Injectable()
export class CancelLot {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly steps: LotSteps,
  ) {}

  async run(who: Principal, lotId: LotId, address: string): Promise<void> {
    await this.unitOfWork.run(async (tx) => {
      const held = await this.steps.hold(tx, lotId);
      assertAgency(held, who);
      await this.steps.take(tx, held.lot, { event: 'cancel' }, held.now, { actor: actorOf(who, address) });
      if (held.lot.state === 'draft') return;
      await tx.publish({ type: 'tendering.lot-cancelled', key: lotId, payload: { lotId } });
    });
  }
}
