import { Injectable } from '@nestjs/common';
import type { LotId } from '#kernel';
import { Evaluation } from '#evaluation';
import { UnitOfWork } from '#persistence';
import { canonicalBytes } from '#trust';
import { EvidenceSource } from '#transparency';
import type { EvidenceAudience, EvidencePiece } from '#transparency';
import { AwardStore } from '../application/award-store.ts';
import type { AwardProcedure } from '../application/award-store.ts';
import { AwardResults } from '../award.facade.ts';

@Injectable()
export class StoredAwardResults extends AwardResults {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly awards: AwardStore,
  ) {
    super();
  }

  find(lotId: LotId): Promise<AwardProcedure | null> {
    return this.unitOfWork.run((tx) => this.awards.find(tx, lotId), { readOnly: true });
  }
}

/** report.json (for the public together with the candidates, not before), publicity.json, award.json. */
@Injectable()
export class AwardEvidence extends EvidenceSource {
  readonly name = 'award';

  constructor(
    private readonly results: AwardResults,
    private readonly evaluation: Evaluation,
  ) {
    super();
  }

  async *contribute(lotId: string, audience: EvidenceAudience): AsyncIterable<EvidencePiece> {
    const found = await this.results.find(lotId as LotId);
    const isShown = audience === 'auditor' || found?.publicity || found?.state === 'failed';
    const report = isShown ? await this.evaluation.report(lotId as LotId) : null;
    if (report) {
      const logged = { type: 'evaluation-report', hash: report.hash };
      yield { kind: 'file', path: 'report.json', bytes: canonicalBytes(report.signed), logged };
    }
    if (found?.publicity && found.publicityHash) {
      const logged = { type: 'publicity', hash: found.publicityHash };
      yield { kind: 'file', path: 'publicity.json', bytes: canonicalBytes(found.publicity), logged };
    }
    if (found?.award && found.awardHash) {
      const logged = { type: 'award', hash: found.awardHash };
      yield { kind: 'file', path: 'award.json', bytes: canonicalBytes(found.award), logged };
    }
  }
}
