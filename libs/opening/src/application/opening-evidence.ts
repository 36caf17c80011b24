import { Injectable } from '@nestjs/common';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import { Tendering } from '#tendering';
import { EvidenceSource } from '#transparency';
import type { EvidenceAudience, EvidencePiece } from '#transparency';
import { canonicalBytes } from '#trust';
import { OpeningStores } from './close-lot.ts';
import { Reveals } from './reveals.ts';
import { ShareChecks } from './share-checks.ts';
import { ShareStore } from './share-store.ts';

const json = (path: string, record: unknown, logged?: { type: string; hash: string }): EvidencePiece => ({
  kind: 'file',
  path,
  bytes: canonicalBytes(record),
  ...(logged ? { logged } : {}),
});

/** close.json, adds/, shares/, sealed-shares/, reveals/, record.json, destroyed/; for auditors the committee's too. */
@Injectable()
export class OpeningEvidence extends EvidenceSource {
  readonly name = 'opening';

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly shares: ShareStore,
    private readonly checks: ShareChecks,
    private readonly reveals: Reveals,
    private readonly tendering: Tendering,
  ) {
    super();
  }

  override async stateOf(lotId: string): Promise<'unknown' | 'pending' | 'available'> {
    const session = await this.unitOfWork.run((tx) => this.stores.sessions.find(tx, lotId as LotId));
    if (!session) return 'unknown';
    if (session.state === 'recorded') return 'available';
    // Nothing is waited for any more where the tender was cancelled.
    return (await this.tendering.lot(lotId as LotId))?.cancellation ? 'unknown' : 'pending';
  }

  async *contribute(lot: string, audience: EvidenceAudience): AsyncIterable<EvidencePiece> {
    const lotId = lot as LotId;
    const { close, additions, shares, record, destroyed } = await this.unitOfWork.run(async (tx) => ({
      close: await this.stores.sessions.close(tx, lotId),
      additions: await this.stores.sessions.additions(tx, lotId),
      shares: await this.shares.list(tx, lotId, {}),
      record: await this.stores.sessions.record(tx, lotId),
      destroyed: await this.shares.destructions(tx, lotId),
    }));
    if (close) yield json('close.json', close.signed, { type: 'close', hash: close.hash });
    for (const { signed, hash } of additions) {
      yield json(`adds/${signed.record.sequence}.json`, signed, { type: 'close-add', hash });
    }
    for (const stored of shares) {
      const { stage, i, hash, signed } = stored;
      if (stored.audience !== 'committee') {
        yield json(`shares/${stage}-${stored.audience}-${i}.json`, signed, { type: 'shares', hash });
        continue;
      }
      yield json(`sealed-shares/${stage}-${i}.json`, signed, { type: 'sealed-shares', hash });
      if (audience === 'auditor') {
        yield json(`shares/${stage}-committee-${i}.json`, await this.checks.read(lotId, stored));
      }
    }
    for (const reveal of await this.reveals.list(lotId, audience)) {
      yield json(`reveals/${reveal.c}-${reveal.stage}-${reveal.audience}.json`, reveal);
    }
    if (record) yield json('record.json', record.signed, { type: 'opening-record', hash: record.hash });
    for (const { signed, hash } of destroyed) {
      yield json(`destroyed/${signed.record.i}.json`, signed, { type: 'key-destroyed', hash });
    }
  }
}
