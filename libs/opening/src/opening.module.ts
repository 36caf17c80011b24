import { Global, Module } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { LotId } from '#kernel';
import { BiddingModule } from '#bidding';
import { BackgroundWork } from '#jobs';
import { Transparency } from '#transparency';
import { AdvanceLot } from './application/advance-lot.ts';
import { AttendHall } from './application/attend-hall.ts';
import { AttendanceStore } from './application/attendance-store.ts';
import { BidStore } from './application/bid-store.ts';
import { CloseLot, OpeningStores } from './application/close-lot.ts';
import { DealingKeys, LotKeys } from './application/dealing-keys.ts';
import { DraftRecord } from './application/draft-record.ts';
import { FileDestruction } from './application/file-destruction.ts';
import { FindYourself } from './application/find-yourself.ts';
import { GroupWork } from './application/group-work.ts';
import { HallBidders } from './application/hall-bidders.ts';
import { HallFeed } from './application/hall-feed.ts';
import { LotMaterials } from './application/lot-material.ts';
import { LotsClosing } from './application/lots-closing.ts';
import { Objections } from './application/objections.ts';
import { OpenContents } from './application/open-contents.ts';
import { OpenIdentities } from './application/open-identities.ts';
import { OpenLots } from './application/open-lot.ts';
import { OpenedBids } from './application/opened-bids.ts';
import { OpeningEvidence } from './application/opening-evidence.ts';
import { ReadRecord } from './application/read-record.ts';
import { ReceiveShares } from './application/receive-shares.ts';
import { RestoreEnvelope } from './application/restore-envelope.ts';
import { Reveals } from './application/reveals.ts';
import { RevealSecret } from './application/reveal-secret.ts';
import { RoomBoxes } from './application/room-boxes.ts';
import { SealedEnvelopes } from './application/sealed-envelopes.ts';
import { SessionStore } from './application/session-store.ts';
import { ShareChecks } from './application/share-checks.ts';
import { ShareStore } from './application/share-store.ts';
import { ShowBids, ShowOpening } from './application/show-opening.ts';
import { ShownReceipts } from './application/shown-receipts.ts';
import { RecordParts, SignRecord } from './application/sign-record.ts';
import { TellHall } from './application/tell-hall.ts';
import { HallController } from './http/hall.controller.ts';
import { OpeningController } from './http/opening.controller.ts';
import {
  DestructionsController,
  OpeningRecordController,
  QuorumController,
} from './http/quorum.controller.ts';
import { TypeormAttendanceStore } from './infrastructure/attendance.typeorm-store.ts';
import { TypeormBidStore } from './infrastructure/bid.typeorm-store.ts';
import { TypeormSessionStore } from './infrastructure/session.typeorm-store.ts';
import { TypeormShareStore } from './infrastructure/share.typeorm-store.ts';
import { ThreadedGroupWork } from './infrastructure/threaded-group-work.ts';
import { Opening } from './opening.facade.ts';

/** How often the worker looks; commands apply due events themselves, so no deadline hangs on it. */
const TICK_MS = 200;

@Global()
@Module({
  imports: [BiddingModule],
  controllers: [
    OpeningController,
    HallController,
    QuorumController,
    OpeningRecordController,
    DestructionsController,
  ],
  providers: [
    { provide: SessionStore, useClass: TypeormSessionStore },
    { provide: AttendanceStore, useClass: TypeormAttendanceStore },
    { provide: BidStore, useClass: TypeormBidStore },
    { provide: ShareStore, useClass: TypeormShareStore },
    { provide: GroupWork, useClass: ThreadedGroupWork },
    { provide: Opening, useClass: OpenedBids },
    OpeningStores,
    AdvanceLot,
    AttendHall,
    CloseLot,
    DealingKeys,
    DraftRecord,
    FileDestruction,
    FindYourself,
    HallBidders,
    HallFeed,
    LotKeys,
    LotMaterials,
    LotsClosing,
    Objections,
    OpenContents,
    OpenIdentities,
    OpenLots,
    OpeningEvidence,
    ReadRecord,
    ReceiveShares,
    RecordParts,
    RestoreEnvelope,
    RevealSecret,
    Reveals,
    RoomBoxes,
    SealedEnvelopes,
    ShareChecks,
    ShowBids,
    ShowOpening,
    ShownReceipts,
    SignRecord,
    TellHall,
  ],
  exports: [Opening],
})
export class OpeningModule implements OnModuleInit, OnModuleDestroy {
  constructor(
    private readonly background: BackgroundWork,
    private readonly transparency: Transparency,
    private readonly advance: AdvanceLot,
    private readonly openLots: OpenLots,
    private readonly evidence: OpeningEvidence,
    private readonly tellHall: TellHall,
  ) {}

  onModuleInit(): void {
    this.transparency.registerEvidenceSource(this.evidence);
    const { background, openLots } = this;
    background.registerTick({
      name: 'opening.close-due-lots',
      intervalMs: TICK_MS,
      run: () => openLots.closeDue(),
    });
    background.registerTick({
      name: 'opening.open-bids',
      intervalMs: TICK_MS,
      run: () => openLots.openWorking(),
    });
    // From the moment that a lot takes bids it has a session, so that the tick knows when to look.
    background.subscribe('tendering.lot-keyed', 'opening.on-lot-keyed', async ({ payload }) => {
      await this.advance.run((payload as { lotId: LotId }).lotId);
    });
    background.subscribe('tendering.lot-cancelled', 'opening.on-lot-cancelled', async ({ payload }, tx) => {
      const { lotId } = payload as { lotId: LotId };
      await this.transparency.destroyRoomKey(lotId);
      await this.tellHall.cancelled(tx, lotId);
    });
    background.subscribe('tendering.deadline-moved', 'opening.on-deadline-moved', async ({ payload }, tx) => {
      await this.tellHall.deadlineMoved(tx, (payload as { lotId: LotId }).lotId);
    });
    // Nothing will be opened any more: the room's key is forgotten, as trustees are told to forget theirs.
    background.subscribe('opening.recorded', 'opening.on-recorded', async ({ payload }) => {
      const { lotId, result } = payload as { lotId: LotId; result: string };
      if (result === 'failed') await this.transparency.destroyRoomKey(lotId);
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.openLots.settle();
  }
}
