import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { IntegrityError } from '#kernel';
import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import { BlobStore } from '#storage';
import { commit, parseRecord } from '#trust';
import type { ArrivalReceipt, Commit, EnvelopeName, ReceiptFile, Signed } from '#trust';
import { Bidding } from '../bidding.facade.ts';
import type { AcceptedCommit, CloseLists, RefusedArrival, StoredEnvelope } from '../bidding.facade.ts';
import { reasonOf } from '../domain/refusals.ts';
import type { Bid } from './bid-store.ts';
import { Receipts } from './receipts.ts';
import { SettleLot } from './settle-lot.ts';
import { UploadStores } from './upload-stores.ts';

const MAX_REFUSED = 20_000;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');

const acceptedOf = (bid: Bid): AcceptedCommit[] =>
  bid.storedAt === null || bid.state === 'received'
    ? []
    : [
        {
          c: bid.c,
          arrivedAt: bid.arrivedAt,
          storedAt: bid.storedAt,
          token: sha256(bid.token),
          state: bid.state,
        },
      ];

/** 20号令27: upload not finished at the deadline, whether or not a move had ended it before. */
const incompleteOf = (bid: Bid): RefusedArrival[] =>
  bid.storedAt === null ? [{ c: bid.c, arrivedAt: bid.arrivedAt, reason: 'incomplete' }] : [];

const byArrival = (a: RefusedArrival, b: RefusedArrival): number =>
  a.arrivedAt - b.arrivedAt || (a.c < b.c ? -1 : a.c > b.c ? 1 : 0);

/** The door to opening. */
@Injectable()
export class AcceptedBids extends Bidding {
  constructor(
    private readonly settleLot: SettleLot,
    private readonly stores: UploadStores,
    private readonly blobs: BlobStore,
    private readonly receipts: Receipts,
  ) {
    super();
  }

  async settle(lotId: LotId): Promise<void> {
    await this.settleLot.run(lotId);
  }

  async closeLists(tx: Tx, lotId: LotId): Promise<CloseLists> {
    const deadline = await this.settleLot.closed(lotId);
    const { arrivals, bids } = this.stores;
    if ((await bids.unsettled(tx, lotId)) > 0) throw new IntegrityError('the lot was not settled', { lotId });
    const all = await bids.bidsOf(tx, lotId);
    const moves = await bids.movesOf(tx, lotId);
    const refused = await arrivals.refusedCommits(tx, lotId, MAX_REFUSED);
    const listed = refused.flatMap(({ subject, arrivedAt, code }): RefusedArrival[] => {
      const reason = reasonOf(code);
      return reason ? [{ c: subject, arrivedAt, reason }] : [];
    });
    return {
      deadline,
      accepted: all.flatMap(acceptedOf),
      moves: moves.map(({ hash, move, arrivedAt, token }) => ({
        hash,
        move,
        arrivedAt,
        token: sha256(token),
      })),
      refused: [...all.flatMap(incompleteOf), ...listed].sort(byArrival).slice(0, MAX_REFUSED),
    };
  }

  async lotOf(c: string): Promise<LotId | null> {
    return (await this.stores.bids.find(c))?.lotId ?? null;
  }

  commitBytes(c: string): Promise<Uint8Array | null> {
    return this.stores.bids.commitBytes(c);
  }

  async commit(c: string): Promise<Commit | null> {
    const bytes = await this.commitBytes(c);
    return bytes && parseRecord(commit, bytes);
  }

  async envelopes(c: string): Promise<readonly StoredEnvelope[]> {
    if (!(await this.stores.bids.find(c))?.storedAt) return [];
    return (await this.stores.bids.envelopes(c)).map(({ e, root, length }) => ({ e, root, length }));
  }

  async envelopeStream(c: string, e: EnvelopeName, range: { start: number; end?: number } = { start: 0 }) {
    const envelope = (await this.stores.bids.envelopes(c)).find((one) => one.e === e);
    if (!envelope?.storedAt) return null;
    const stream: Readable = await this.blobs.get(envelope.objectKey, range);
    return { stream, length: envelope.length };
  }

  replaceObject(tx: Tx, c: string, e: EnvelopeName, objectKey: string): Promise<void> {
    return this.stores.bids.replaceObject(tx, c, e, objectKey);
  }

  journalBoxes(lotId: LotId): Promise<readonly Uint8Array[]> {
    return this.stores.arrivals.journalBoxes(lotId);
  }

  receipt(subject: string): Promise<ReceiptFile | null> {
    return this.receipts.file(subject);
  }

  lateReceipts(lotId: LotId): Promise<readonly Signed<ArrivalReceipt>[]> {
    return this.stores.arrivals.lateReceipts(lotId);
  }
}
