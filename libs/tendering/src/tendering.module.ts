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
import { LotsTakingBids } from './application/lots-taking-bids.ts';
import { OfferKey } from './application/offer-key.ts';
import { PublishNotice } from './application/publish-notice.ts';
import { ReadLots } from './application/read-lots.ts';
import { RegisterProject } from './application/register-project.ts';
import { Signers } from './application/signed-input.ts';
import { StoreDocument } from './application/store-document.ts';
import { SweepDocuments } from './application/sweep-documents.ts';
import { ChooseSeats } from './application/choose-seats.ts';
import { DeskStore } from './application/desk-store.ts';
import { ProposeDeadline } from './application/propose-deadline.ts';
import { QuestionLimit } from './application/question-limit.ts';
import { QuestionStore } from './application/question-store.ts';
import { Questions } from './application/questions.ts';
import { ReadDesk } from './application/read-desk.ts';
import { TenderingTicks } from './application/tendering-ticks.ts';
import { LotKeysController } from './http/lot-keys.controller.ts';
import { LotsController } from './http/lots.controller.ts';
import { DeadlinesController } from './http/deadlines.controller.ts';
import { DeskController } from './http/desk.controller.ts';
import { QuestionsController } from './http/questions.controller.ts';
import { ProjectsController } from './http/projects.controller.ts';
import { SeatsController } from './http/seats.controller.ts';
import { LotEvidence } from './infrastructure/lot-evidence.ts';
import { TypeormLotKeyStore } from './infrastructure/lot-key.typeorm-store.ts';
import { TypeormLotStore } from './infrastructure/lot.typeorm-store.ts';
import { TypeormDeskStore } from './infrastructure/desk.typeorm-store.ts';
import { TypeormQuestionStore } from './infrastructure/question.typeorm-store.ts';
import { TypeormNoticeStore } from './infrastructure/notice.typeorm-store.ts';
import { LotBoard, TenderDesk, Tendering } from './tendering.facade.ts';

@Global()
@Module({
  controllers: [
    ProjectsController,
    LotsController,
    DeadlinesController,
    LotKeysController,
    QuestionsController,
    DeskController,
    SeatsController,
  ],
  providers: [
    { provide: LotStore, useClass: TypeormLotStore },
    { provide: NoticeStore, useClass: TypeormNoticeStore },
    { provide: LotKeyStore, useClass: TypeormLotKeyStore },
    { provide: DeskStore, useClass: TypeormDeskStore },
    { provide: QuestionStore, useClass: TypeormQuestionStore },
    ReadDesk,
    { provide: TenderDesk, useExisting: ReadDesk },
    ReadLots,
    { provide: Tendering, useExisting: ReadLots },
    { provide: LotBoard, useExisting: ReadLots },
    LotSteps,
    Signers,
    RegisterProject,
    ChooseSeats,
    CreateLot,
    StoreDocument,
    PublishNotice,
    OfferKey,
    CompleteLotKey,
    ChangeDeadline,
    ProposeDeadline,
    Questions,
    QuestionLimit,
    CancelLot,
    ApplyDueEvents,
    SweepDocuments,
    TenderingTicks,
    LotEvidence,
    LotsTakingBids,
  ],
  exports: [Tendering, TenderDesk, LotBoard],
})
export class TenderingModule implements OnModuleInit {
  constructor(
    private readonly background: BackgroundWork,
    private readonly transparency: Transparency,
    private readonly evidence: LotEvidence,
    private readonly ticks: TenderingTicks,
    private readonly takingBids: LotsTakingBids,
  ) {}

  onModuleInit(): void {
    this.transparency.registerEvidenceSource(this.evidence);
    this.transparency.registerIntakeSource(this.takingBids);
    this.ticks.register(this.background);
  }
}
