import { Injectable } from '@nestjs/common';
import { addMs, Clock, faultPoint } from '#kernel';
import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import { BlobStore } from '#storage';
import { PartStore } from './part-store.ts';

const AT_ONCE = 32;
const ORPHAN_MS = 3_600_000;

/**
 * What was being uploaded when a lot's intake ended for good (CLOSE, or the lot was cancelled) can never become a bid
 * (20号令27: not whole at the deadline is 撤回): its parts are given up. Not at the deadline itself: until CLOSE it may
 * still be moved, and then an upload goes on where it was.
 */
@Injectable()
export class EndUploads {
  constructor(
    private readonly parts: PartStore,
    private readonly blobs: BlobStore,
  ) {}

  /** The lot takes no bids any more; once or any number of times. */
  async endLot(tx: Tx, lotId: LotId): Promise<void> {
    await this.parts.endLot(tx, lotId);
  }

  /**
   * Bytes first, then the row: a death in between is made good by the next round, and so is a store that is away. Also
   * takes an upload that a request began while CLOSE was made. @returns how many were aborted
   */
  async run(): Promise<number> {
    let aborted = 0;
    for (;;) {
      const ended = await this.parts.endedUploads(AT_ONCE);
      for (const { c, e, objectKey, uploadId } of ended) {
        await this.blobs.abort({ key: objectKey, id: uploadId });
        await faultPoint('bidding.upload.aborted');
        await this.parts.dropUpload(c, e, uploadId);
        await faultPoint('bidding.upload.dropped');
      }
      aborted += ended.length;
      if (ended.length < AT_ONCE) return aborted;
    }
  }
}

/** Uploads that no envelope names: the loser of two that began at once, when the process died before its abort. */
@Injectable()
export class SweepUploads {
  constructor(
    private readonly parts: PartStore,
    private readonly blobs: BlobStore,
    private readonly clock: Clock,
  ) {}

  /** @returns how many were aborted */
  async run(olderThanMs = ORPHAN_MS): Promise<number> {
    let swept = 0;
    const before = addMs(this.clock.now(), -olderThanMs);
    for await (const upload of this.blobs.listUploads()) {
      if (!upload.key.startsWith('bids/') || upload.startedAt > before) continue;
      const id = await this.parts.uploadOf(upload.key);
      if (id !== null && this.blobs.sameUpload({ key: upload.key, id }, upload)) continue;
      await this.blobs.abort(upload);
      swept++;
    }
    return swept;
  }
}
