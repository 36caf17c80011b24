import { Injectable } from '@nestjs/common';
import { faultPoint, unwrap } from '#kernel';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import { Transparency } from '#transparency';
import { hashText } from '#trust';
import type { SealedShares, Shares, Signed } from '#trust';
import type { Principal } from '#web';
import { decide } from '../domain/opening-states.ts';
import { OpeningStores } from './close-lot.ts';
import { openingError } from './refusal.ts';
import { ShareChecks, WrongShares } from './share-checks.ts';
import { ShareStore } from './share-store.ts';
import type { StoredShares } from './share-store.ts';

/** What becomes of shares: stored, or there before with the same content. */
export interface SharesTaken {
  readonly hash: string;
  readonly created: boolean;
}

/**
 * Takes one trustee's partial openings. They are checked wholly before they are stored: the seat's own certificate, this
 * CLOSE and its additions, exactly the dealings of that stage, every proof. What a seat signed and is wrong is kept as
 * evidence against it (PROTOCOL section 7: bad share → that trustee).
 */
@Injectable()
export class ReceiveShares {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly shares: ShareStore,
    private readonly checks: ShareChecks,
    private readonly transparency: Transparency,
  ) {}

  /** Shares of public dealings and of the journal. */
  async plain(lotId: LotId, who: Principal, signed: Signed<Shares>): Promise<SharesTaken> {
    const { stage, audience, i } = signed.record;
    if (audience === 'committee') throw openingError('OPENING.SHARES_OTHER_SET', { audience });
    const stored = { stage, audience, i, hash: hashText('shares', signed.record), signed, box: null };
    return this.take(lotId, who, stored, signed);
  }

  /** Shares of committee dealings: the announcement is public, the content goes to the evaluation room alone. */
  async sealed(
    lotId: LotId,
    who: Principal,
    signed: Signed<SealedShares>,
    box: Uint8Array,
  ): Promise<SharesTaken> {
    const { stage, i } = signed.record;
    const hash = hashText('sealed-shares', signed.record);
    const stored = { stage, audience: 'committee' as const, i, hash, signed, box };
    return this.take(lotId, who, stored, null);
  }

  private async take(
    lotId: LotId,
    who: Principal,
    stored: StoredShares,
    content: Signed<Shares> | null,
  ): Promise<SharesTaken> {
    const material = await this.checks.open(lotId, who, stored);
    const known = await this.unitOfWork.run((tx) => this.shares.find(tx, lotId, stored));
    if (known) return sameAs(known, stored);
    try {
      await this.checks.content(material, stored, content);
    } catch (error) {
      if (error instanceof WrongShares) await this.keepAsEvidence(lotId, stored, error);
      throw error instanceof WrongShares ? error.refusal : error;
    }
    return this.store(lotId, stored);
  }

  private async store(lotId: LotId, stored: StoredShares): Promise<SharesTaken> {
    await faultPoint('opening.shares.before');
    const taken = await this.unitOfWork.run(async (tx) => {
      const session = await this.stores.sessions.lock(tx, lotId);
      if (!session) throw openingError('OPENING.LOT_UNKNOWN');
      const known = await this.shares.find(tx, lotId, stored);
      if (known) return sameAs(known, stored);
      const facts = await this.stores.sessions.facts(tx, session);
      unwrap(decide(session.state, 'share', facts, await tx.now()));
      await this.shares.add(tx, lotId, stored);
      await this.transparency.append(tx, stored.hash, { published: true });
      const { stage, audience, i } = stored;
      await this.stores.sessions.say(tx, lotId, 'shares', null, { stage, audience, i });
      return { hash: stored.hash, created: true };
    });
    await faultPoint('opening.shares.after');
    return taken;
  }

  private async keepAsEvidence(lotId: LotId, stored: StoredShares, wrong: WrongShares): Promise<void> {
    await this.unitOfWork.run(async (tx) => {
      await this.shares.addRefused(tx, lotId, stored, wrong.reason);
      const { stage, audience, i } = stored;
      const facts = { stage, audience, i, reason: wrong.reason };
      await this.stores.sessions.say(tx, lotId, 'shares-refused', null, facts);
    });
  }
}

function sameAs(known: StoredShares, sent: StoredShares): SharesTaken {
  if (known.hash === sent.hash) return { hash: known.hash, created: false };
  throw openingError('OPENING.SHARES_DIFFER', { i: sent.i, stage: sent.stage, audience: sent.audience });
}
