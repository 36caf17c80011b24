import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import type { LotId } from '#kernel';
import { Bidding } from '#bidding';
import { UnitOfWork } from '#persistence';
import { BlobNotFoundError, BlobStore } from '#storage';
import { TrustError } from '#trust';
import type { EnvelopeName } from '#trust';
import { BidStore } from './bid-store.ts';

/** Ciphertexts as they are stored: what was restored during the session first, else what the intake stored. */
@Injectable()
export class SealedEnvelopes {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly bids: BidStore,
    private readonly blobs: BlobStore,
    private readonly bidding: Bidding,
  ) {}

  /** @throws TrustError SEAL.ROOT with blame `platform` where the object is gone */
  async stream(
    lotId: LotId,
    c: string,
    e: EnvelopeName,
    range: { readonly start: number; readonly end?: number } = { start: 0 },
  ): Promise<Readable> {
    const restored = await this.unitOfWork.run((tx) => this.bids.restored(tx, lotId, c, e));
    try {
      if (restored !== null) return await this.blobs.get(restored, range);
      const stored = await this.bidding.envelopeStream(c, e, range);
      if (stored) return stored.stream;
    } catch (error) {
      if (!(error instanceof BlobNotFoundError)) throw error;
    }
    throw new TrustError('SEAL.ROOT', { e, reason: 'missing' }, 'platform');
  }
}
