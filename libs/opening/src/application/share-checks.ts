import { Injectable } from '@nestjs/common';
import { unwrap } from '#kernel';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import { Transparency } from '#transparency';
import {
  TrustError,
  checkSeat,
  checkSharesRecord,
  hashText,
  readShares,
  sealedSharesInfo,
  suiteField,
} from '#trust';
import type { SealedShares, SharesHead, Shares, Signed } from '#trust';
import type { Principal } from '#web';
import { decide } from '../domain/opening-states.ts';
import type { OpeningState } from '../domain/opening-states.ts';
import { AdvanceLot } from './advance-lot.ts';
import { OpeningStores } from './close-lot.ts';
import { GroupWork } from './group-work.ts';
import { LotMaterials, targetsOf } from './lot-material.ts';
import type { LotMaterial } from './lot-material.ts';
import { openingError } from './refusal.ts';
import type { StoredShares } from './share-store.ts';

/** Signed by the seat, and wrong: the seat answers for it. */
export class WrongShares extends Error {
  constructor(
    readonly reason: string,
    readonly refusal: Error,
  ) {
    super(reason);
  }
}

const stagesOf: Readonly<Record<OpeningState, readonly number[]>> = {
  waiting: [],
  closed: [],
  'stage-0': [0],
  'stage-1': [0, 1],
  opened: [0, 1],
  failed: [],
  recorded: [],
};

/** The checks of shares, one by one. */
@Injectable()
export class ShareChecks {
  constructor(
    private readonly advance: AdvanceLot,
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly materials: LotMaterials,
    private readonly group: GroupWork,
    private readonly transparency: Transparency,
  ) {}

  /** Whether this caller may send anything of this kind now; nothing in the content has been looked at yet. */
  async open(lotId: LotId, who: Principal, stored: StoredShares): Promise<LotMaterial> {
    const session = await this.advance.run(lotId);
    const { now, facts } = await this.unitOfWork.run(async (tx) => ({
      now: await tx.now(),
      facts: await this.stores.sessions.facts(tx, session),
    }));
    unwrap(decide(session.state, 'share', facts, now));
    const { stage, audience, i } = stored;
    // The journal opens after CLOSE in any case (20号令49), bids stage by stage.
    const open = audience === 'journal' ? stage === 0 : stagesOf[session.state].includes(stage);
    if (!open) throw openingError('OPENING.STAGE_NOT_OPEN', { stage, audience, state: session.state });
    const material = await this.materials.of(lotId);
    const seat = material.lotKey.trustees.find((trustee) => trustee.i === i);
    if (seat?.org !== who.organisationId) throw openingError('OPENING.NOT_YOUR_SEAT', { i });
    try {
      const type = audience === 'committee' ? 'sealed-shares' : 'shares';
      checkSeat(type, stored.signed, material.lotKey, material.certificates);
    } catch (error) {
      if (error instanceof TrustError) throw openingError('OPENING.SHARES_SIGNATURE', { reason: error.code });
      throw error;
    }
    return material;
  }

  /** @throws WrongShares for what the seat signed and is wrong */
  async content(material: LotMaterial, stored: StoredShares, plain: Signed<Shares> | null): Promise<void> {
    const head = headOf(material, stored);
    const content = plain ?? (await this.unseal(material, stored));
    const bids = await this.unitOfWork.run((tx) => this.stores.bids.list(tx, material.lotId));
    const standing = new Set(bids.filter((bid) => bid.standing).map((bid) => bid.c));
    const targets = targetsOf(material, standing, stored.stage, stored.audience);
    try {
      checkSharesRecord(content, head, targets, material.lotKey, material.certificates);
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      throw new WrongShares(error.code, openingError('OPENING.SHARES_OTHER_SET', { reason: error.code }));
    }
    const wrong = await this.group.falseShares(content.record, targets, material.lotKey);
    if (wrong.length === 0) return;
    const facts = { i: stored.i, wrong: wrong.length, c: targets[wrong[0] ?? 0]?.c ?? null };
    throw new WrongShares('EVIDENCE.SHARES_PROOF', openingError('OPENING.SHARES_WRONG', facts));
  }

  private async unseal(material: LotMaterial, stored: StoredShares): Promise<Signed<Shares>> {
    const announced = (stored.signed as Signed<SealedShares>).record;
    const wrong = (reason: string) =>
      new WrongShares(reason, openingError('OPENING.BOX_UNREADABLE', { reason }));
    if (announced.lotKeyHash !== material.close.signed.record.lotKeyHash) throw wrong('EVIDENCE.SHARES_HEAD');
    const content = await this.read(material.lotId, stored).catch((error: unknown) => {
      throw error instanceof TrustError ? wrong(error.code) : error;
    });
    if (hashText('shares', content.record) !== announced.shares || announced.close !== content.record.close) {
      throw wrong('EVIDENCE.SHARES_HASH');
    }
    return content;
  }

  /** The plain record of sealed shares, opened with the evaluation room's key. @throws TrustError */
  async read(lotId: LotId, { signed, box }: StoredShares): Promise<Signed<Shares>> {
    const announced = (signed as Signed<SealedShares>).record;
    const info = sealedSharesInfo(announced.shares);
    return readShares(await this.transparency.openRoomBox(lotId, info, box ?? new Uint8Array()));
  }
}

export const headOf = (
  material: LotMaterial,
  { stage, audience, i }: Pick<StoredShares, 'stage' | 'audience' | 'i'>,
): SharesHead => ({
  ...suiteField(material.lotKey.suite),
  lotKeyHash: material.close.signed.record.lotKeyHash,
  close: material.close.hash,
  adds: material.additions.map(({ hash }) => hash),
  stage,
  audience,
  i,
});
