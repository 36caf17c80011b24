import { Injectable } from '@nestjs/common';
import { ok, refuse } from '#kernel';
import type { Result } from '#kernel';
import type { EnvelopeName, ReceiptFile } from '#trust';
import type { BidState } from '../domain/bid-states.ts';
import { missingParts } from '../domain/part-plan.ts';
import type { BiddingRefusal } from '../domain/refusals.ts';
import { AssembleEnvelope } from './assemble-envelope.ts';
import { IssueStoredReceipt } from './issue-stored-receipt.ts';
import { Receipts } from './receipts.ts';
import { UploadStores } from './upload-stores.ts';

export interface BidView {
  /** `incomplete`: the deadline passed before every byte was there; it counts as withdrawn (20号令27). */
  readonly state: BidState | 'incomplete';
  /** Of the move that made it a replacement; 0 for one that replaces none. */
  readonly sequence: number;
  readonly missing: readonly { readonly e: EnvelopeName; readonly n: number }[];
  readonly receipt: ReceiptFile;
}

/** What the holder of a bid's upload token may know of it; also finishes what a crash left undone. */
@Injectable()
export class ShowBid {
  constructor(
    private readonly stores: UploadStores,
    private readonly assemble: AssembleEnvelope,
    private readonly issueStoredReceipt: IssueStoredReceipt,
    private readonly receipts: Receipts,
  ) {}

  async run(c: string): Promise<Result<BidView, BiddingRefusal>> {
    const missing = await this.missing(c, true);
    await this.issueStoredReceipt.run(c);
    const [bid, receipt] = [await this.stores.bids.find(c), await this.receipts.file(c)];
    if (!bid || !receipt) return refuse('BIDDING.BID_UNKNOWN');
    const { at, deadline } = await this.stores.arrivals.moment(bid.lotId);
    const over = deadline === null || at >= deadline;
    const state = bid.state === 'received' && over ? 'incomplete' : bid.state;
    return ok({
      state,
      sequence: bid.chainSequence,
      missing: bid.state === 'received' ? missing : [],
      receipt,
    });
  }

  private async missing(c: string, finish: boolean): Promise<{ e: EnvelopeName; n: number }[]> {
    const [envelopes, present] = [await this.stores.bids.envelopes(c), await this.stores.parts.present(c)];
    const open = envelopes.filter(({ storedAt }) => storedAt === null);
    const lists = open.map(({ e, parts }) => ({ e, missing: missingParts(parts, present.get(e) ?? []) }));
    const whole = lists.filter((list) => list.missing.length === 0);
    if (finish && whole.length > 0) {
      // All parts are there, but the process that took the last one did not come to its end.
      for (const { e } of whole) await this.assemble.run(c, e);
      return this.missing(c, false);
    }
    return lists.flatMap(({ e, missing }) => missing.map((n) => ({ e, n })));
  }
}
