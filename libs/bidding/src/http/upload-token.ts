import { Injectable } from '@nestjs/common';
import { refuse, RefusalError } from '#kernel';
import { Transparency } from '#transparency';
import { BidStore } from '../application/bid-store.ts';
import { IntakeLimits } from '../application/intake-limits.ts';
import { Receipts } from '../application/receipts.ts';

const HASH = /^[A-Za-z0-9_-]{43}$/;

/** Only who sent a commitment holds its token; a wrong token and an unknown bid look the same. */
@Injectable()
export class TokenGuard {
  constructor(private readonly transparency: Transparency) {}

  /** @throws RefusalError BIDDING.BID_UNKNOWN */
  require(c: string, token: string | undefined): void {
    const holds =
      HASH.test(c) && token !== undefined && HASH.test(token) && this.transparency.uploadTokenHolds(c, token);
    if (!holds) throw new RefusalError(refuse('BIDDING.BID_UNKNOWN').error);
  }
}

/** What the routes need beside the use cases. */
@Injectable()
export class BidDoor {
  constructor(
    readonly token: TokenGuard,
    readonly limits: IntakeLimits,
    readonly receipts: Receipts,
    private readonly bids: BidStore,
  ) {}

  /** A move is shown to who holds the token of the bid that it moves. */
  async commitOf(subject: string): Promise<string> {
    if (!HASH.test(subject)) return subject;
    const move = await this.bids.move(subject);
    return move ? move.move.record.from : subject;
  }
}
