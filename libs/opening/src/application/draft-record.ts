import { Injectable } from '@nestjs/common';
import { IntegrityError, formatInstant } from '#kernel';
import type { Tx } from '#persistence';
import { suiteField, suiteIdOf } from '#trust';
import type { OpeningRecord } from '#trust';
import { OpeningStores } from './close-lot.ts';
import { openingError } from './refusal.ts';
import type { Objection, Session } from './session-store.ts';
import { ShareStore } from './share-store.ts';

/** The opening record (开标记录, 20号令32) as the session stands; the same rows always give the same record. */
@Injectable()
export class DraftRecord {
  constructor(
    private readonly stores: OpeningStores,
    private readonly shares: ShareStore,
  ) {}

  /** `seats`: the lot's seats. @throws RefusalError OPENING.NOT_RECORDED while the opening goes on */
  async of(tx: Tx, session: Session, seats: readonly { readonly i: number }[]): Promise<OpeningRecord> {
    const { lotId, openedAt, finishedAt } = session;
    if (openedAt === null || finishedAt === null || session.distinctBidders === null) {
      throw openingError('OPENING.NOT_RECORDED', { state: session.state });
    }
    const { sessions, bids } = this.stores;
    const close = await sessions.close(tx, lotId);
    if (!close) throw new IntegrityError('an opened lot has no CLOSE', { lotId });
    return {
      type: 'opening-record',
      ...suiteField(suiteIdOf(close.signed.record)),
      lot: lotId,
      lotKeyHash: session.lotKeyHash,
      close: close.hash,
      adds: (await sessions.additions(tx, lotId)).map(({ hash }) => hash),
      openedAt: formatInstant(openedAt),
      finishedAt: formatInstant(finishedAt),
      result: (await this.hasOpened(tx, session)) ? 'opened' : 'failed',
      distinctBidders: session.distinctBidders,
      bids: (await bids.list(tx, lotId)).map((bid) => ({
        c: bid.c,
        outcome: bid.outcome ?? 'sealed',
        reason: bid.reason,
        bidder: bid.bidder,
        // Of a bid that fell out after its sheet was read, the sheet is not read out again.
        sheet: bid.outcome === 'opened' ? bid.sheet : null,
      })),
      trustees: await this.trustees(tx, session, seats),
      objections: (await sessions.objections(tx, lotId)).flatMap(recorded),
    };
  }

  private async hasOpened(tx: Tx, session: Session): Promise<boolean> {
    return (await this.stores.bids.list(tx, session.lotId)).some((bid) => bid.standing);
  }

  private async trustees(
    tx: Tx,
    { lotId }: Session,
    seats: readonly { readonly i: number }[],
  ): Promise<OpeningRecord['trustees']> {
    const used = new Set((await this.shares.list(tx, lotId, {})).map(({ i }) => i));
    const refused = new Set((await this.shares.refused(tx, lotId)).map(({ i }) => i));
    return seats.map(({ i }) => ({
      i,
      state: used.has(i) ? 'used' : refused.has(i) ? 'refused' : 'absent',
    }));
  }
}

const recorded = ({ name, at, text, answer, answeredAt }: Objection): OpeningRecord['objections'] =>
  answer === null || answeredAt === null
    ? []
    : [{ by: name, at: formatInstant(at), text, answer, answeredAt: formatInstant(answeredAt) }];
