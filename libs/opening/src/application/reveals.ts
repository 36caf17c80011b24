import { Injectable } from '@nestjs/common';
import { faultPoint } from '#kernel';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { EvidenceAudience } from '#transparency';
import { canonicalBytes, parseRecord, reveal, utf8 } from '#trust';
import type { Reveal, LotKey } from '#trust';
import { BidStore } from './bid-store.ts';
import type { StoredReveal } from './bid-store.ts';
import { RoomBoxes } from './room-boxes.ts';

const roomInfo = ({ c, stage }: Pick<Reveal, 'c' | 'stage'>): string => `glasshall/1/reveal/${c}/${stage}`;

/** Secrets that were revealed (road A), kept as evidence: without them nobody could check a lot that opened so. */
@Injectable()
export class Reveals {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly bids: BidStore,
    private readonly room: RoomBoxes,
  ) {}

  /** The caller has checked that it is the dealing's secret. Its room is LOTKEY's. */
  async keep(lotId: LotId, record: Reveal, lotKey: Pick<LotKey, 'suite' | 'room'>): Promise<void> {
    const bytes = canonicalBytes(record);
    const { c, stage, audience } = record;
    const held: Pick<StoredReveal, 'record' | 'box'> =
      audience === 'committee'
        ? { record: null, box: await this.room.seal(lotKey, roomInfo(record), bytes) }
        : { record: utf8.decode(bytes), box: null };
    await this.unitOfWork.run((tx) => this.bids.addReveal(tx, lotId, { c, stage, audience, ...held }));
    await faultPoint('opening.reveal.kept');
  }

  /** Those of committee dealings for auditors alone. */
  async list(lotId: LotId, audience: EvidenceAudience): Promise<readonly Reveal[]> {
    const stored = await this.unitOfWork.run((tx) => this.bids.reveals(tx, lotId));
    const shown = stored.filter((one) => audience === 'auditor' || one.audience !== 'committee');
    return Promise.all(shown.map((one) => this.read(lotId, one)));
  }

  private async read(lotId: LotId, { c, stage, record, box }: StoredReveal): Promise<Reveal> {
    const bytes = box ? await this.room.open(lotId, roomInfo({ c, stage }), box) : utf8.encode(record ?? '');
    return parseRecord(reveal, bytes);
  }
}
