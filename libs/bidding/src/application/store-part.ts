import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { faultPoint, formatInstant, ok, refuse, StorageUnavailableError } from '#kernel';
import type { Result } from '#kernel';
import { BlobNotFoundError, BlobStore } from '#storage';
import type { StoredPart } from '#storage';
import { b64u, concat, equalBytes, LeafHasher } from '#trust';
import type { Signed, StoredReceipt } from '#trust';
import { decide } from '../domain/bid-rules.ts';
import { partSize } from '../domain/part-plan.ts';
import { rootOfParts } from '../domain/part-tree.ts';
import type { BiddingRefusal } from '../domain/refusals.ts';
import { AssembleEnvelope } from './assemble-envelope.ts';
import { PartStore } from './part-store.ts';
import type { PartTarget } from './part-store.ts';
import { UploadOf } from './upload-of.ts';

export interface PartRequest {
  readonly c: string;
  readonly e: string;
  /** From 0. */
  readonly n: number;
  /** As announced; null where it was not. */
  readonly length: number | null;
  readonly body: Readable;
}

export interface PartAnswer {
  readonly n: number;
  /** RFC 6962 root over the part's 1 MiB leaves: for all but the last part a node of the envelope's tree. */
  readonly root: string;
  /** The receipt of the whole bid, when this part was its last. */
  readonly stored: Signed<StoredReceipt> | null;
}

/** Hashes the bytes that it is shown into 1 MiB leaves. */
class LeafMeter {
  private readonly hasher = new LeafHasher(() => createHash('sha256'));

  readonly observe = (chunk: Uint8Array): void => {
    this.hasher.update(chunk);
  };

  /** Joined leaf hashes; once, after the end. */
  leaves(): Uint8Array {
    return concat(...this.hasher.finish());
  }
}

/**
 * Takes one part of one envelope, in any order, any number of times. Bytes first, then the row that names them; the
 * part that makes the bid whole also makes it stored: there is no second "submit".
 */
@Injectable()
export class StorePart {
  constructor(
    private readonly parts: PartStore,
    private readonly blobs: BlobStore,
    private readonly uploads: UploadOf,
    private readonly assemble: AssembleEnvelope,
  ) {}

  async run(request: PartRequest): Promise<Result<PartAnswer, BiddingRefusal>> {
    const target = await this.parts.target(request.c, request.e);
    if (!target) return refuse('BIDDING.PART_UNKNOWN', { envelope: request.e });
    const size = partSize(target.length, request.n);
    if (size === null) return refuse('BIDDING.PART_UNKNOWN', { envelope: target.e, parts: target.parts });
    if (request.length !== size)
      return refuse('BIDDING.PART_SIZE', { expected: size, actual: request.length });
    if (target.storedAt !== null) return this.compare(target, request);
    const admitted = this.admit(target);
    if (!admitted.ok) return admitted;
    const { leaves, last } = await this.store(target, request, size);
    return this.answer(target, request.n, leaves, last);
  }

  /** The envelope is whole already: the same bytes again are welcome, others change nothing. */
  private async compare(
    target: PartTarget,
    { n, body }: PartRequest,
  ): Promise<Result<PartAnswer, BiddingRefusal>> {
    const meter = new LeafMeter();
    for await (const chunk of body) meter.observe(chunk as Uint8Array);
    const leaves = meter.leaves();
    const stored = (await this.parts.parts(target.c, target.e)).find((part) => part.n === n);
    if (!stored || !equalBytes(stored.leaves, leaves))
      return refuse('BIDDING.PART_DIFFERS', { envelope: target.e, n });
    return this.answer(target, n, leaves, true);
  }

  private admit(target: PartTarget): Result<unknown, BiddingRefusal> {
    if (target.deadline === null) return refuse('BIDDING.NOT_OPEN');
    const bid = { c: target.c, lotId: target.lotId, state: target.bidState, chainSequence: 0 };
    const moment = { at: target.at, deadline: target.deadline };
    const decided = decide(bid, { event: 'put-part' }, moment);
    if (decided.ok || decided.error.code !== 'BIDDING.LATE') return decided;
    return refuse('BIDDING.LATE', {
      article: '20号令27',
      deadline: formatInstant(moment.deadline),
      arrivedAt: formatInstant(moment.at),
    });
  }

  /** When it resolves, bytes and row are durable. `last`: all parts of the envelope are there. */
  private async store(
    target: PartTarget,
    { n, body }: PartRequest,
    size: number,
  ): Promise<{ leaves: Uint8Array; last: boolean }> {
    const upload = await this.uploads.of(target);
    const meter = new LeafMeter();
    let part: StoredPart;
    try {
      part = await this.blobs.putPart(upload, n + 1, body, size, meter.observe);
    } catch (error) {
      throw await this.explain(error, target, upload.id);
    }
    const leaves = meter.leaves();
    await faultPoint('bidding.part.row.before');
    const row = { n, size, tag: part.tag, leaves };
    const { present, parts, stored } = await this.parts.record(target.c, target.e, row);
    await faultPoint('bidding.part.row.after');
    return { leaves, last: present === parts || stored };
  }

  private async explain(error: unknown, target: PartTarget, uploadId: string): Promise<unknown> {
    if (!(error instanceof BlobNotFoundError)) return error;
    // The upload ended while this part was on its way: by completion, or the store lost it. Sent again, it is judged anew.
    const whole = (await this.blobs.head(target.objectKey))?.size === target.length;
    if (whole) await this.assemble.run(target.c, target.e);
    else await this.parts.dropUpload(target.c, target.e, uploadId);
    return new StorageUnavailableError('objects', 'the upload ended meanwhile', { cause: error });
  }

  private async answer(
    { c, e }: PartTarget,
    n: number,
    leaves: Uint8Array,
    last: boolean,
  ): Promise<Result<PartAnswer, BiddingRefusal>> {
    const root = b64u.encode(rootOfParts([leaves]));
    if (!last) return ok({ n, root, stored: null });
    const assembled = await this.assemble.run(c, e);
    return assembled.ok ? ok({ n, root, stored: assembled.value }) : assembled;
  }
}
