import './http/award.problems.ts';
import { Module } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { BackgroundWork } from '#jobs';
import { Transparency } from '#transparency';
import { AwardFactsReader } from './application/award-facts.ts';
import { AwardLot } from './application/award-lot.ts';
import { AwardStore } from './application/award-store.ts';
import { PubliciseCandidates } from './application/publicise-candidates.ts';
import { ReadDay } from './application/read-day.ts';
import { StartAward } from './application/start-award.ts';
import { ShowBoard } from './application/show-board.ts';
import { AwardResults } from './award.facade.ts';
import { AgencyDayController } from './http/agency-day.controller.ts';
import { AwardController } from './http/award.controller.ts';
import { ProgressController } from './http/progress.controller.ts';
import { SupervisionController } from './http/supervision.controller.ts';
import { TypeormAwardStore } from './infrastructure/award.typeorm-store.ts';
import { AwardEvidence, StoredAwardResults } from './infrastructure/stored-award.ts';

@Module({
  controllers: [AwardController, ProgressController, AgencyDayController, SupervisionController],
  providers: [
    { provide: AwardStore, useClass: TypeormAwardStore },
    { provide: AwardResults, useClass: StoredAwardResults },
    AwardFactsReader,
    StartAward,
    ReadDay,
    PubliciseCandidates,
    AwardLot,
    AwardEvidence,
    ShowBoard,
  ],
  exports: [AwardResults],
})
export class AwardModule implements OnModuleInit {
  constructor(
    private readonly background: BackgroundWork,
    private readonly transparency: Transparency,
    private readonly starting: StartAward,
    private readonly evidence: AwardEvidence,
  ) {}

  onModuleInit(): void {
    this.transparency.registerEvidenceSource(this.evidence);
    this.background.subscribe('evaluation.reported', 'award.on-reported', (event, tx) =>
      this.starting.run(tx, event.payload),
    );
  }
}
