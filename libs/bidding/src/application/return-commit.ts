import { Injectable } from '@nestjs/common';
import { ok, refuse } from '#kernel';
import type { LotId, Result } from '#kernel';
import { canonicalBytes, equalBytes } from '#trust';
import type { ArrivalReceipt, Signed } from '#trust';
import type { BiddingRefusal } from '../domain/refusals.ts';
import { BidStore } from './bid-store.ts';

/**
 * A bidder on another machine has the recovery code and the receipt, and neither COMMIT nor what is in it: without its
 * `bidNonce` the words give no key. Only who was given the receipt holds the signature on it; an unknown bid and another
 * signature look the same.
 */
@Injectable()
export class ReturnCommit {
  constructor(private readonly bids: BidStore) {}

  /** COMMIT's canonical bytes. */
  async run(lotId: LotId, shown: Signed<ArrivalReceipt>): Promise<Result<Uint8Array, BiddingRefusal>> {
    const c = shown.record.subject;
    const bid = await this.bids.find(c);
    const isOurs = bid?.lotId === lotId && equalBytes(canonicalBytes(bid.receipt), canonicalBytes(shown));
    const bytes = isOurs ? await this.bids.commitBytes(c) : null;
    return bytes ? ok(bytes) : refuse('BIDDING.BID_UNKNOWN');
  }
}
