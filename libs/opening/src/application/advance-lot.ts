import { Injectable } from '@nestjs/common';
import { faultPoint } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { Tendering } from '#tendering';
import { closeDueAt } from '#trust';
import { decide } from '../domain/opening-states.ts';
import type { OpeningEvent } from '../domain/opening-states.ts';
import { CloseLot, OpeningStores } from './close-lot.ts';
import { openingError } from './refusal.ts';
import type { Session } from './session-store.ts';

/**
 * Applies what time has made due. Every command calls it first, so that a scheduler that is dead can neither delay
 * CLOSE nor keep the window open; the worker calls it for lots that nobody asks about.
 */
@Injectable()
export class AdvanceLot {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly tendering: Tendering,
    private readonly closeLot: CloseLot,
  ) {}

  /** The session as time has left it. @throws RefusalError OPENING.LOT_UNKNOWN for a lot without a key record */
  async run(lotId: LotId): Promise<Session> {
    const first = await this.read(lotId);
    if (first.session.state === 'waiting' && (await this.isDue(first))) {
      await this.closeLot.run(first.session);
    }
    const second = first.session.state === 'waiting' ? await this.read(lotId) : first;
    const { session, now } = second;
    if (session.state !== 'closed' || session.releaseAt === null || now < session.releaseAt) return session;
    await this.release(lotId);
    return (await this.read(lotId)).session;
  }

  private async read(lotId: LotId): Promise<{ session: Session; now: Instant }> {
    const found = await this.unitOfWork.run(async (tx) => ({
      session: await this.stores.sessions.find(tx, lotId),
      now: await tx.now(),
    }));
    if (!found.session) return { session: await this.create(lotId), now: found.now };
    return { session: found.session, now: found.now };
  }

  private async create(lotId: LotId): Promise<Session> {
    const lot = await this.tendering.lot(lotId);
    if (!lot?.lotKeyHash) throw openingError('OPENING.LOT_UNKNOWN');
    const session: Session = {
      lotId,
      lotKeyHash: lot.lotKeyHash,
      state: 'waiting',
      deadline: lot.deadline,
      acceleration: lot.acceleration,
      closedAt: null,
      releaseAt: null,
      openedAt: null,
      finishedAt: null,
      distinctBidders: null,
    };
    const dueAt = closeDueAt(lot.deadline, lot.acceleration);
    return this.unitOfWork.run(async (tx) => {
      await this.stores.sessions.create(tx, session, dueAt);
      return (await this.stores.sessions.find(tx, lotId)) ?? session;
    });
  }

  /** Asks tendering for the deadline that holds now: it may have moved away since the session was written. */
  private async isDue({ session, now }: { session: Session; now: Instant }): Promise<boolean> {
    const dueAt = closeDueAt(session.deadline, session.acceleration);
    if (now < dueAt) return false;
    const lot = await this.tendering.lot(session.lotId);
    const cancelled = lot?.state !== 'keyed';
    if (!cancelled && lot.deadline === session.deadline) return true;
    const deadline = lot?.deadline ?? session.deadline;
    const next = cancelled ? null : closeDueAt(deadline, session.acceleration);
    await this.unitOfWork.run((tx) => this.stores.sessions.setDeadline(tx, session.lotId, deadline, next));
    return false;
  }

  /** The window is over: identities are asked for, or, of fewer than three commitments, nothing is. */
  private async release(lotId: LotId): Promise<void> {
    await faultPoint('opening.release.before');
    await this.unitOfWork.run(async (tx) => {
      const session = await this.stores.sessions.lock(tx, lotId);
      if (session?.state !== 'closed') return;
      const now = await tx.now();
      const facts = await this.stores.sessions.facts(tx, session);
      for (const event of ['release', 'too-few'] as const) {
        const next = decide(session.state, event, facts, now);
        if (!next.ok) continue;
        await this.apply(tx, session, event, now);
        return;
      }
    });
    await faultPoint('opening.release.after');
  }

  private async apply(tx: Tx, session: Session, event: OpeningEvent, now: Instant): Promise<void> {
    const { sessions } = this.stores;
    if (event === 'release') {
      await sessions.move(tx, session, event, { state: 'stage-0', nextDueAt: null, openedAt: now }, 'clock');
      return;
    }
    await failLot(tx, this.stores, session, event, { now, distinctBidders: 0 });
  }
}

/** 法28, 条例44: nothing more opens; whatever is undecided stays sealed, and keys are told to be destroyed. */
export async function failLot(
  tx: Tx,
  { sessions, bids }: OpeningStores,
  session: Session,
  event: OpeningEvent,
  { now, distinctBidders }: { readonly now: Instant; readonly distinctBidders: number },
): Promise<void> {
  const { lotId } = session;
  for (const bid of await bids.list(tx, lotId)) {
    if (bid.outcome === null) {
      await bids.setStanding(tx, lotId, { ...bid, standing: false, outcome: 'sealed', reason: '' });
    }
  }
  const change = {
    state: 'failed' as const,
    nextDueAt: null,
    openedAt: session.openedAt ?? now,
    finishedAt: now,
    distinctBidders,
    told: { distinctBidders },
  };
  await sessions.move(tx, session, event, change, 'clock');
  await tx.publish({ type: 'opening.failed', key: lotId, payload: { lotId } });
}
