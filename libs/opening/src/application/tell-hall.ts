import { Injectable } from '@nestjs/common';
import { formatInstant } from '#kernel';
import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import { Tendering } from '#tendering';
import { SessionStore } from './session-store.ts';

/** What tendering decides about a lot is told to those who wait in its hall, in the transaction that hears of it. */
@Injectable()
export class TellHall {
  constructor(
    private readonly sessions: SessionStore,
    private readonly tendering: Tendering,
  ) {}

  async cancelled(tx: Tx, lotId: LotId): Promise<void> {
    await this.sessions.say(tx, lotId, 'cancelled', null, {});
  }

  async deadlineMoved(tx: Tx, lotId: LotId): Promise<void> {
    const lot = await this.tendering.lot(lotId);
    if (!lot) return;
    await this.sessions.say(tx, lotId, 'deadline', null, { deadline: formatInstant(lot.deadline) });
  }
}
