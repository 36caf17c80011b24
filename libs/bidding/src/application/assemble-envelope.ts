import { Injectable } from '@nestjs/common';
import { faultPoint, formatInstant, ok, refuse } from '#kernel';
import type { Result } from '#kernel';
import { BlobMismatchError, BlobNotFoundError, BlobStore } from '#storage';
import { b64u } from '#trust';
import type { EnvelopeName, Signed, StoredReceipt } from '#trust';
import { rootOfParts } from '../domain/part-tree.ts';
import type { BiddingRefusal } from '../domain/refusals.ts';
import { IssueStoredReceipt } from './issue-stored-receipt.ts';
import { PartStore } from './part-store.ts';
import type { PartRow, PartTarget } from './part-store.ts';

/** The receipt of the whole bid; null while it is not stored: `GET /bids/{c}` says what is missing. */
export type Assembled = Result<Signed<StoredReceipt> | null, BiddingRefusal>;

/**
 * Turns an envelope whose parts are all there into one object, and the bid into a stored one when it was the last.
 * Safe to run any number of times, at once, and again after a crash at any point.
 */
@Injectable()
export class AssembleEnvelope {
  constructor(
    private readonly parts: PartStore,
    private readonly blobs: BlobStore,
    private readonly issueStoredReceipt: IssueStoredReceipt,
  ) {}

  async run(c: string, e: EnvelopeName): Promise<Assembled> {
    const target = await this.parts.target(c, e);
    if (!target) return refuse('BIDDING.BID_UNKNOWN');
    if (target.storedAt === null) {
      const rows = await this.parts.claim(c, e);
      if (target.uploadId === null || rows.length !== target.parts) return this.receipt(c);
      const root = b64u.encode(rootOfParts(rows.map(({ leaves }) => leaves)));
      if (root !== target.root) return this.wrongRoot(target, rows, root);
      if (!(await this.complete(target, target.uploadId, rows))) return this.receipt(c);
    }
    return this.finish(c, e);
  }

  /** Which part is wrong nobody can say, so all of them are sent again. */
  private async wrongRoot(target: PartTarget, rows: readonly PartRow[], actual: string): Promise<Assembled> {
    await this.parts.forget(target.c, target.e, rows);
    return refuse('BIDDING.ROOT_MISMATCH', { envelope: target.e, expected: target.root, actual });
  }

  /** True when the object is durable. It is only ever made of parts whose root was checked. */
  private async complete(target: PartTarget, uploadId: string, rows: readonly PartRow[]): Promise<boolean> {
    const upload = { key: target.objectKey, id: uploadId };
    try {
      await faultPoint('bidding.envelope.complete.before');
      await this.blobs.complete(
        upload,
        rows.map(({ n, size, tag }) => ({ n: n + 1, size, tag })),
      );
      await faultPoint('bidding.envelope.complete.after');
      return true;
    } catch (error) {
      const known = error instanceof BlobMismatchError || error instanceof BlobNotFoundError;
      if (!known) throw error;
      // Somebody completed it before, perhaps a process that died right after.
      if ((await this.blobs.head(target.objectKey))?.size === target.length) return true;
      await this.reconcile(target, uploadId, rows, error instanceof BlobNotFoundError);
      return false;
    }
  }

  /** A part was sent again and its row not written yet, or the store lost it: what is not there is asked for again. */
  private async reconcile(
    { c, e, objectKey }: PartTarget,
    uploadId: string,
    rows: readonly PartRow[],
    uploadGone: boolean,
  ): Promise<void> {
    if (uploadGone) return this.parts.dropUpload(c, e, uploadId);
    const there = new Set(
      (await this.blobs.listParts({ key: objectKey, id: uploadId })).map(({ n, tag }) => `${n - 1}/${tag}`),
    );
    await this.parts.forget(
      c,
      e,
      rows.filter(({ n, tag }) => !there.has(`${n}/${tag}`)),
    );
  }

  private async finish(c: string, e: EnvelopeName): Promise<Assembled> {
    await faultPoint('bidding.envelope.finish.before');
    const { at, deadline, envelopeStored, bidState } = await this.parts.finish(c, e);
    await faultPoint('bidding.envelope.finish.after');
    if (bidState === 'replaced' || bidState === 'withdrawn')
      return envelopeStored ? this.receipt(c) : refuse('BIDDING.BID_ENDED', { state: bidState });
    if (!envelopeStored)
      return refuse('BIDDING.LATE', {
        article: '20号令27',
        deadline: deadline === null ? null : formatInstant(deadline),
        arrivedAt: formatInstant(at),
      });
    return bidState === 'stored' ? this.receipt(c) : ok(null);
  }

  private async receipt(c: string): Promise<Assembled> {
    return ok(await this.issueStoredReceipt.run(c));
  }
}
