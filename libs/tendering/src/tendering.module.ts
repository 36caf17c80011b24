import './http/tendering.problems.ts';
import { Global, Module } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { BackgroundWork } from '#jobs';
import { Transparency } from '#transparency';
import { ApplyDueEvents } from './application/apply-due-events.ts';
import { CancelLot } from './application/cancel-lot.ts';
import { ChangeDeadline } from './application/change-deadline.ts';
import { CompleteLotKey } from './application/complete-lot-key.ts';
import { CreateLot } from './application/create-lot.ts';
import { LotKeyStore } from './application/lot-key-store.ts';
import { LotSteps } from './application/lot-steps.ts';
import { LotStore } from './application/lot-store.ts';
import { NoticeStore } from './application/notice-store.ts';
import { OfferKey } from './application/offer-key.ts';
import { PublishNotice } from './application/publish-notice.ts';
import { ReadLots } from './application/read-lots.ts';
import { RegisterProject } from './application/register-project.ts';
import { Signers } from './application/signed-input.ts';
import { StoreDocument } from './application/store-document.ts';
import { SweepDocuments } from './application/sweep-documents.ts';
import { TenderingTicks } from './application/tendering-ticks.ts';
import { LotKeysController } from './http/lot-keys.controller.ts';
import { LotsController } from './http/lots.controller.ts';
import { ProjectsController } from './http/projects.controller.ts';
import { LotEvidence } from './infrastructure/lot-evidence.ts';
import { TypeormLotKeyStore } from './infrastructure/lot-key.typeorm-store.ts';
import { TypeormLotStore } from './infrastructure/lot.typeorm-store.ts';
import { TypeormNoticeStore } from './infrastructure/notice.typeorm-store.ts';
import { Tendering } from './tendering.facade.ts';

@Global()
@Module({
  controllers: [ProjectsController, LotsController, LotKeysController],
  providers: [
    { provide: LotStore, useClass: TypeormLotStore },
    { provide: NoticeStore, useClass: TypeormNoticeStore },
    { provide: LotKeyStore, useClass: TypeormLotKeyStore },
    ReadLots,
    { provide: Tendering, useExisting: ReadLots },
    LotSteps,
    Signers,
    RegisterProject,
    CreateLot,
    StoreDocument,
    PublishNotice,
    OfferKey,
    CompleteLotKey,
    ChangeDeadline,
    CancelLot,
    ApplyDueEvents,
    SweepDocuments,
    TenderingTicks,
    LotEvidence,
  ],
  exports: [Tendering],
})
export class TenderingModule implements OnModuleInit {
  constructor(
    private readonly background: BackgroundWork,
    private readonly transparency: Transparency,
    private readonly evidence: LotEvidence,
    private readonly ticks: TenderingTicks,
  ) {}

  onModuleInit(): void {
    this.transparency.registerEvidenceSource(this.evidence);
    this.ticks.register(this.background);
  }
}
