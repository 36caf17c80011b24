import { Injectable } from '@nestjs/common';
import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { ReceiptFile } from '#trust';
import { AttendanceStore } from './attendance-store.ts';
import type { LotBid } from './bid-store.ts';
import { OpeningStores } from './close-lot.ts';
import { openingError } from './refusal.ts';
import type { Session } from './session-store.ts';
import { ShownReceipts } from './shown-receipts.ts';

/**
 * 条例44: a bidder objects, and at the opening. Signing in says only that somebody was there: who bid is sealed until
 * identities are opened. What shows it is an identity that was opened and holds, or else the platform's own receipts for
 * a whole bid: before identities are opened, where one does not hold, and where CLOSE left the bid out.
 */
@Injectable()
export class HallBidders {
  constructor(
    private readonly stores: OpeningStores,
    private readonly attendance: AttendanceStore,
    private readonly receipts: ShownReceipts,
  ) {}

  /** The bid that is shown. @throws RefusalError OPENING.RECEIPT_… */
  shown(session: Session, receipt: ReceiptFile): string {
    const c = receipt.arrival.record.subject;
    this.receipts.check(session, receipt, c);
    return c;
  }

  /**
   * The bid by which `creditCode` is a bidder of this lot; `shown`: the one whose receipts it holds.
   * @throws RefusalError OPENING.NOT_SIGNED_IN, OPENING.NOT_A_BIDDER, OPENING.BID_MOVED
   */
  async bidOf(tx: Tx, lotId: LotId, creditCode: string, shown: string | null): Promise<string> {
    const attendant = await this.attendance.find(tx, lotId, creditCode);
    if (!attendant) throw openingError('OPENING.NOT_SIGNED_IN', { article: '条例44' });
    if (attendant.role !== 'bidder') throw notABidder('role');
    const bids = await this.stores.bids.list(tx, lotId);
    const own = bids.find((bid) => isOf(bid, creditCode));
    if (own) return own.c;
    if (shown === null) throw notABidder('receipt');
    await this.mayStandOn(tx, lotId, creditCode, { c: shown, bid: bids.find(({ c }) => c === shown) });
    return shown;
  }

  /** A receipt names nobody: it is no proof against an identity, and serves one organisation only. */
  private async mayStandOn(
    tx: Tx,
    lotId: LotId,
    creditCode: string,
    { c, bid }: { readonly c: string; readonly bid: LotBid | undefined },
  ): Promise<void> {
    if (bid?.identity?.ok) throw notABidder('identity');
    const close = await this.stores.sessions.close(tx, lotId);
    if (close?.signed.record.moves.some(({ move }) => move.record.from === c))
      throw openingError('OPENING.BID_MOVED');
    const objections = await this.stores.sessions.objections(tx, lotId);
    if (objections.some((one) => one.c === c && one.creditCode !== creditCode)) throw notABidder('used');
  }
}

/** Superseded or rejected, it is its bidder's all the same; a withdrawn one is nobody's. */
const isOf = ({ identity, outcome }: LotBid, creditCode: string): boolean =>
  identity?.ok === true &&
  identity.creditCode === creditCode &&
  !identity.withdrawAll &&
  outcome !== 'withdrawn';

const notABidder = (reason: 'role' | 'receipt' | 'identity' | 'used') =>
  openingError('OPENING.NOT_A_BIDDER', { article: '条例44', reason });
