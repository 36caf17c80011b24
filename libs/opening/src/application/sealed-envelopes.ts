import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { Bidding } from '#bidding';
import { BlobNotFoundError } from '#storage';
import { TrustError } from '#trust';
import type { EnvelopeName } from '#trust';

/** Ciphertexts as they are stored; an object that is gone is a fault of the platform, not an error of this process. */
@Injectable()
export class SealedEnvelopes {
  constructor(private readonly bidding: Bidding) {}

  /** @throws TrustError SEAL.ROOT with blame `platform` where the object is gone */
  async stream(
    c: string,
    e: EnvelopeName,
    range: { readonly start: number; readonly end?: number } = { start: 0 },
  ): Promise<Readable> {
    try {
      const stored = await this.bidding.envelopeStream(c, e, range);
      if (stored) return stored.stream;
    } catch (error) {
      if (!(error instanceof BlobNotFoundError)) throw error;
    }
    throw new TrustError('SEAL.ROOT', { e, reason: 'missing' }, 'platform');
  }
}
