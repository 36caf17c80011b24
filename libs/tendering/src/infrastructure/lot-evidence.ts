import { Injectable } from '@nestjs/common';
import type { LotId } from '#kernel';
import { EvidenceSource } from '#transparency';
import type { EvidencePiece } from '#transparency';
import { canonicalBytes, hashText } from '#trust';
import type { Signed } from '#trust';
import { Tendering } from '../tendering.facade.ts';

const piece = (path: string, type: string, signed: Signed<object>): EvidencePiece => ({
  kind: 'file',
  path,
  bytes: canonicalBytes(signed),
  logged: { type, hash: hashText(type, signed.record) },
});

/** Notices, deadline changes, LOTKEY and journal key: public from the day they were published. */
@Injectable()
export class LotEvidence extends EvidenceSource {
  readonly name = 'tendering';

  constructor(private readonly tendering: Tendering) {
    super();
  }

  /** Of a tender that was cancelled this is all that there ever is. */
  override async stateOf(lotId: string): Promise<'unknown' | 'available'> {
    const lot = await this.tendering.lot(lotId as LotId);
    return lot?.cancellation ? 'available' : 'unknown';
  }

  async *contribute(lotId: string): AsyncIterable<EvidencePiece> {
    const lot = await this.tendering.lot(lotId as LotId);
    if (!lot) return;
    for (const signed of lot.notices) yield piece(`notices/${signed.record.version}.json`, 'notice', signed);
    for (const signed of lot.deadlineChanges)
      yield piece(`deadlines/${signed.record.sequence}.json`, 'deadline', signed);
    if (lot.cancellation) yield piece('cancellation.json', 'cancellation', lot.cancellation);
    if (lot.lotKey) yield piece('lotkey.json', 'lotkey', lot.lotKey);
    if (lot.journal) yield piece('journal.json', 'journal', lot.journal);
  }
}
