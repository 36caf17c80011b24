import { Injectable } from '@nestjs/common';
import { faultPoint } from '#kernel';
import type { Instant } from '#kernel';
import { BlobStore } from '#storage';
import type { UploadRef } from '#storage';
import { retainBidUntil } from '../domain/retention.ts';
import { LotFacts } from './lot-facts.ts';
import { PartStore } from './part-store.ts';
import type { PartTarget } from './part-store.ts';

/** The blob store's upload of an envelope, begun when its first part comes. */
@Injectable()
export class UploadOf {
  constructor(
    private readonly parts: PartStore,
    private readonly blobs: BlobStore,
    private readonly lots: LotFacts,
  ) {}

  async of(target: PartTarget): Promise<UploadRef> {
    const key = target.objectKey;
    if (target.uploadId !== null) return { key, id: target.uploadId };
    const begun = await this.blobs.beginUpload(key, await this.retention(target));
    await faultPoint('bidding.upload.begun');
    const id = await this.parts.useUpload(target.c, target.e, begun.id);
    // Another request began one at the same time, and was first.
    if (id !== begun.id) await this.blobs.abort(begun);
    return { key, id };
  }

  private async retention({ lotId, deadline }: PartTarget): Promise<{ retainUntil?: Instant }> {
    const facts = await this.lots.of(lotId);
    if (!facts.ok || deadline === null) return {};
    return { retainUntil: retainBidUntil(deadline, facts.value.lotKey.acceleration) };
  }
}
