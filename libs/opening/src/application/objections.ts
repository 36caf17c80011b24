import { Injectable } from '@nestjs/common';
import { faultPoint, unwrap } from '#kernel';
import type { LotId } from '#kernel';
import { Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import { Tendering } from '#tendering';
import type { ReceiptFile } from '#trust';
import type { Principal } from '#web';
import { decide } from '../domain/opening-states.ts';
import { AdvanceLot } from './advance-lot.ts';
import { OpeningStores } from './close-lot.ts';
import { HallBidders } from './hall-bidders.ts';
import { openingError } from './refusal.ts';
import type { Objection } from './session-store.ts';

/** Per organisation and lot: enough to object, too few to fill a record. */
const PER_ORGANISATION = 10;
const PER_LOT = 1000;

/** 条例44: a bidder objects on the spot, the agency answers on the spot, and both are in the record. */
@Injectable()
export class Objections {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly advance: AdvanceLot,
    private readonly parties: Parties,
    private readonly tendering: Tendering,
    private readonly bidders: HallBidders,
  ) {}

  /** `receipt`: of the objector's bid, where no opened identity shows whose it is. */
  async object(
    lotId: LotId,
    who: Principal,
    { text, receipt }: { readonly text: string; readonly receipt: ReceiptFile | null },
  ): Promise<Objection> {
    const advanced = await this.advance.run(lotId);
    const shown = receipt && this.bidders.shown(advanced, receipt);
    const name = (await this.parties.organisation(who.organisationId))?.name ?? who.organisationId;
    const objection = await this.unitOfWork.run(async (tx) => {
      const { sessions } = this.stores;
      const session = await sessions.lock(tx, lotId);
      if (!session) throw openingError('OPENING.LOT_UNKNOWN');
      const now = await tx.now();
      unwrap(decide(session.state, 'object', await sessions.facts(tx, session), now));
      const c = await this.bidders.bidOf(tx, lotId, who.organisationId, shown);
      const known = await sessions.objections(tx, lotId);
      const own = known.filter(({ creditCode }) => creditCode === who.organisationId).length;
      if (own >= PER_ORGANISATION || known.length >= PER_LOT) {
        throw openingError('OPENING.OBJECTION_QUOTA', { limit: PER_ORGANISATION });
      }
      const added: Objection = {
        n: known.length + 1,
        creditCode: who.organisationId,
        c,
        name,
        at: now,
        text,
        answer: null,
        answeredAt: null,
      };
      await sessions.addObjection(tx, lotId, added);
      await sessions.say(tx, lotId, 'objection', null, { n: added.n, by: name, text });
      return added;
    });
    await faultPoint('opening.objection.after');
    return objection;
  }

  async answer(lotId: LotId, who: Principal, n: number, text: string): Promise<void> {
    await this.advance.run(lotId);
    const lot = await this.tendering.lot(lotId);
    if (lot?.agency.creditCode !== who.organisationId) throw openingError('OPENING.NOT_YOUR_LOT');
    await this.unitOfWork.run(async (tx) => {
      const { sessions } = this.stores;
      const session = await sessions.lock(tx, lotId);
      if (!session) throw openingError('OPENING.LOT_UNKNOWN');
      const now = await tx.now();
      unwrap(decide(session.state, 'object', await sessions.facts(tx, session), now));
      const known = await sessions.objections(tx, lotId);
      if (!known.some((objection) => objection.n === n))
        throw openingError('OPENING.OBJECTION_UNKNOWN', { n });
      if (!(await sessions.answer(tx, lotId, n, text, now))) {
        throw openingError('OPENING.OBJECTION_ANSWERED', { n });
      }
      await sessions.say(tx, lotId, 'answer', null, { n, text });
    });
    await faultPoint('opening.answer.after');
  }
}
