import { Injectable } from '@nestjs/common';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { OpeningRecord, Signed } from '#trust';
import { hashText } from '#trust';
import { AdvanceLot } from './advance-lot.ts';
import { RecordParts } from './sign-record.ts';

/** The record as published, or, before that, as it would be signed now (`signed` null). */
export interface ShownRecord {
  readonly record: OpeningRecord;
  readonly hash: string;
  readonly signed: Signed<OpeningRecord> | null;
}

@Injectable()
export class ReadRecord {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly parts: RecordParts,
    private readonly advance: AdvanceLot,
  ) {}

  /** @throws RefusalError OPENING.NOT_CLOSED | OPENING.NOT_RECORDED while the opening goes on */
  async of(lotId: LotId): Promise<ShownRecord> {
    const session = await this.advance.run(lotId);
    const material = await this.parts.materials.of(lotId);
    return this.unitOfWork.run(async (tx) => {
      const published = await this.parts.stores.sessions.record(tx, lotId);
      if (published)
        return { record: published.signed.record, hash: published.hash, signed: published.signed };
      const record = await this.parts.draft.of(tx, session, material.lotKey.trustees);
      return { record, hash: hashText('opening-record', record), signed: null };
    });
  }
}
