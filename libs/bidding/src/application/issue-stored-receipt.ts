import { Injectable } from '@nestjs/common';
import { faultPoint, formatInstant, IntegrityError } from '#kernel';
import { UnitOfWork } from '#persistence';
import { hashText, suiteField, suiteIdOf } from '#trust';
import type { Signed, StoredReceipt } from '#trust';
import { Transparency } from '#transparency';
import { BidStore } from './bid-store.ts';
import { Receipts } from './receipts.ts';

/** Signs, once, that every byte of a bid is durable. The fact itself was decided by the statement that set stored_at. */
@Injectable()
export class IssueStoredReceipt {
  constructor(
    private readonly bids: BidStore,
    private readonly receipts: Receipts,
    private readonly unitOfWork: UnitOfWork,
    private readonly transparency: Transparency,
  ) {}

  /** Null while the bid is not stored. */
  async run(c: string): Promise<Signed<StoredReceipt> | null> {
    const bid = await this.bids.find(c);
    if (!bid?.storedAt) return null;
    if (bid.storedReceipt) return bid.storedReceipt;
    const envelopes = await this.bids.envelopes(c);
    const record: StoredReceipt = {
      type: 'receipt-stored',
      ...suiteField(suiteIdOf(bid.receipt.record)),
      lotKeyHash: bid.receipt.record.lotKeyHash,
      c,
      storedAt: formatInstant(bid.storedAt),
      // finish_envelope sets stored_at before the deadline and at no other time.
      inTime: true,
      envelopes: envelopes.map(({ e, root, length }) => ({ e, root, length })),
    };
    const signed = await this.receipts.signStored(record);
    const saved = await this.unitOfWork.run(async (tx) => {
      const first = await this.bids.saveStoredReceipt(tx, c, signed);
      if (first) await this.transparency.append(tx, hashText(record.type, record));
      await faultPoint('bidding.stored.commit.before');
      return first;
    });
    await faultPoint('bidding.stored.commit.after');
    if (saved) return signed;
    const other = (await this.bids.find(c))?.storedReceipt;
    if (!other) throw new IntegrityError('a stored receipt is gone');
    return other;
  }
}
