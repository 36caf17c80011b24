import { Global, Module } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import type { LotId } from '#kernel';
import { BackgroundWork } from '#jobs';
import { Transparency } from '#transparency';
import { AcceptedBids } from './application/accepted-bids.ts';
import { Accounts } from './application/accounts.ts';
import { ArrivalStore } from './application/arrival-store.ts';
import { AssembleEnvelope } from './application/assemble-envelope.ts';
import { BiddingEvidence } from './application/bidding-evidence.ts';
import { BidStore } from './application/bid-store.ts';
import { EndUploads, SweepUploads } from './application/end-uploads.ts';
import { DealingChecker } from './application/dealing-checker.ts';
import { IntakeGate } from './application/intake-gate.ts';
import { IntakeLimits } from './application/intake-limits.ts';
import { IssueStoredReceipt } from './application/issue-stored-receipt.ts';
import { Journal } from './application/journal.ts';
import { JudgeArrival } from './application/judge-arrival.ts';
import { IntakeStores } from './application/intake-stores.ts';
import { JudgeCommit } from './application/judge-commit.ts';
import { JudgeMove } from './application/judge-move.ts';
import { LotFacts } from './application/lot-facts.ts';
import { PartStore } from './application/part-store.ts';
import { Receipts } from './application/receipts.ts';
import { ReturnCommit } from './application/return-commit.ts';
import { SettleLot } from './application/settle-lot.ts';
import { SettledStorage } from './application/settled-storage.ts';
import { ShowBid } from './application/show-bid.ts';
import { StorePart } from './application/store-part.ts';
import { SubmitCommit, SubmitMove, TakeIn } from './application/submit.ts';
import { Finishers, TidyIntake } from './application/tidy-intake.ts';
import { UploadOf } from './application/upload-of.ts';
import { UploadStores } from './application/upload-stores.ts';
import { Bidding } from './bidding.facade.ts';
import { BidsController } from './http/bids.controller.ts';
import { BidDoor, TokenGuard } from './http/upload-token.ts';
import { PgArrivalStore } from './infrastructure/arrival.pg-store.ts';
import { PgBidStore } from './infrastructure/bid.pg-store.ts';
import { PgPartStore } from './infrastructure/part.pg-store.ts';
import { ThreadedDealingChecker } from './infrastructure/threaded-dealing-checker.ts';

const TIDY_MS = 5_000;
const SWEEP_MS = 600_000;
const ENDINGS = [
  ['opening.closed', 'bidding.on-lot-closed'],
  ['tendering.lot-cancelled', 'bidding.on-lot-cancelled'],
] as const;

/** The intake of sealed bids. Tendering, Transparency, UnitOfWork, BlobStore, Clock and BackgroundWork are global. */
@Global()
@Module({
  controllers: [BidsController],
  providers: [
    { provide: ArrivalStore, useClass: PgArrivalStore },
    { provide: BidStore, useClass: PgBidStore },
    { provide: PartStore, useClass: PgPartStore },
    { provide: DealingChecker, useClass: ThreadedDealingChecker },
    { provide: IntakeLimits, useFactory: () => new IntakeLimits() },
    { provide: Bidding, useClass: AcceptedBids },
    Accounts,
    AssembleEnvelope,
    BidDoor,
    BiddingEvidence,
    EndUploads,
    Finishers,
    IntakeGate,
    IntakeStores,
    IssueStoredReceipt,
    Journal,
    JudgeArrival,
    JudgeCommit,
    JudgeMove,
    LotFacts,
    Receipts,
    ReturnCommit,
    SettleLot,
    SettledStorage,
    ShowBid,
    StorePart,
    SubmitCommit,
    SubmitMove,
    SweepUploads,
    TakeIn,
    TidyIntake,
    TokenGuard,
    UploadOf,
    UploadStores,
  ],
  exports: [Bidding, SettledStorage],
})
export class BiddingModule implements OnModuleInit {
  constructor(
    private readonly background: BackgroundWork,
    private readonly transparency: Transparency,
    private readonly evidence: BiddingEvidence,
    private readonly tidy: TidyIntake,
    private readonly sweep: SweepUploads,
    private readonly ending: EndUploads,
  ) {}

  onModuleInit(): void {
    this.transparency.registerEvidenceSource(this.evidence);
    this.background.registerTick({
      name: 'bidding.finish-left-behind',
      intervalMs: TIDY_MS,
      run: () => this.tidy.finishLeftBehind(),
    });
    // CLOSE is made, or there will be none: what is not whole by now never will be.
    for (const [event, handler] of ENDINGS)
      this.background.subscribe(event, handler, ({ payload }, tx) =>
        this.ending.endLot(tx, (payload as { lotId: LotId }).lotId),
      );
    this.background.registerTick({
      name: 'bidding.end-uploads',
      intervalMs: TIDY_MS,
      run: async () => void (await this.ending.run()),
    });
    this.background.registerTick({
      name: 'bidding.sweep-uploads',
      intervalMs: SWEEP_MS,
      run: async () => void (await this.sweep.run()),
    });
  }
}
