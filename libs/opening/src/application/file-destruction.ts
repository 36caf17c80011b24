import { Injectable } from '@nestjs/common';
import { parseInstant } from '#kernel';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { Transparency } from '#transparency';
import { TrustError, checkSeat, hashText } from '#trust';
import type { KeyDestroyed, Signed } from '#trust';
import type { Principal } from '#web';
import { OpeningStores } from './close-lot.ts';
import { LotMaterials } from './lot-material.ts';
import { openingError } from './refusal.ts';
import type { SharesTaken } from './receive-shares.ts';
import { ShareStore } from './share-store.ts';
import type { Stored } from './session-store.ts';

/**
 * Files a trustee's word that its key of the lot is gone (PROTOCOL section 1): by the seat itself, about the published
 * opening record, once. Published and logged, so that whoever opens anything with that key later has signed a lie.
 */
@Injectable()
export class FileDestruction {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly shares: ShareStore,
    private readonly materials: LotMaterials,
    private readonly transparency: Transparency,
  ) {}

  async run(lotId: LotId, who: Principal, signed: Signed<KeyDestroyed>): Promise<SharesTaken> {
    const { lotKey, certificates } = await this.materials.of(lotId);
    const { record } = signed;
    const seat = lotKey.trustees.find(({ i }) => i === record.i);
    if (seat?.org !== who.organisationId) throw openingError('OPENING.NOT_YOUR_SEAT', { i: record.i });
    if (parseInstant(record.destroyedAt) === null)
      throw openingError('OPENING.MALFORMED', { path: 'destroyedAt' });
    try {
      checkSeat('key-destroyed', signed, lotKey, certificates);
    } catch (error) {
      if (error instanceof TrustError)
        throw openingError('OPENING.DESTRUCTION_SIGNATURE', { reason: error.code });
      throw error;
    }
    if (record.lot !== lotId || record.lotKeyHash !== hashText('lotkey', lotKey))
      throw openingError('OPENING.DESTRUCTION_OTHER', { lot: lotId });
    return this.unitOfWork.run((tx) =>
      this.store(tx, lotId, { hash: hashText('key-destroyed', record), signed }),
    );
  }

  /** By seat. */
  list(lotId: LotId): Promise<readonly Stored<KeyDestroyed>[]> {
    return this.unitOfWork.run(async (tx) => {
      if (!(await this.stores.sessions.find(tx, lotId))) throw openingError('OPENING.LOT_UNKNOWN');
      return this.shares.destructions(tx, lotId);
    });
  }

  private async store(tx: Tx, lotId: LotId, stored: Stored<KeyDestroyed>): Promise<SharesTaken> {
    const { sessions } = this.stores;
    await sessions.lock(tx, lotId);
    const { hash, signed } = stored;
    const { i, record } = signed.record;
    const known = (await this.shares.destructions(tx, lotId)).find((each) => each.signed.record.i === i);
    if (known?.hash === hash) return { hash, created: false };
    if (known) throw openingError('OPENING.DESTRUCTION_DIFFERS', { i });
    const opening = await sessions.record(tx, lotId);
    if (!opening) throw openingError('OPENING.NOT_RECORDED');
    if (opening.hash !== record) throw openingError('OPENING.DESTRUCTION_OTHER', { record: opening.hash });
    await this.shares.addDestruction(tx, lotId, stored);
    await this.transparency.append(tx, hash, { published: true });
    await sessions.say(tx, lotId, 'key-destroyed', null, { i });
    return { hash, created: true };
  }
}
