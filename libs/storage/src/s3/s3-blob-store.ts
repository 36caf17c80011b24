import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import type { Client } from 'minio';
import { faultPoint, instant, StorageUnavailableError, SystemClock } from '#kernel';
import type { Clock, Instant } from '#kernel';
import {
  admit,
  assertKey,
  assertPartNumber,
  assertSha256,
  BlobMismatchError,
  BlobNotFoundError,
  BlobStore,
} from '../blob-store.ts';
import type {
  BlobInfo,
  ByteRange,
  Observe,
  PutOptions,
  StoredBlob,
  StoredPart,
  UploadOptions,
  UploadRef,
} from '../blob-store.ts';
import { MeasuredBody, pieces } from './measured-body.ts';
import type { Expected } from './measured-body.ts';
import { createClient, isNoSuchKey, mapS3Error, mayBeNoSuchUpload } from './s3-connection.ts';
import type { S3Options } from './s3-connection.ts';
import { S3Retention } from './s3-retention.ts';

const PIECE_BYTES = 8 * 1024 * 1024;
const OTHERS_COMPLETION_MS = 5_000;
const PLAIN_MD5 = /^[0-9a-f]{32}$/;

/**
 * Objects in one bucket of an S3 store (MinIO, Ceph, AWS). Nothing is kept here between calls. Retention is set when an
 * object is complete, in compliance mode, if the bucket has object lock; it travels in the upload's id, so that a
 * completion that is repeated sets it too.
 */
export class S3BlobStore extends BlobStore {
  readonly kind = 's3';
  private readonly client: Client;
  private readonly bucket: string;
  private readonly retention: S3Retention;

  constructor(
    private readonly options: S3Options,
    clock: Clock = new SystemClock(),
  ) {
    super();
    this.client = createClient(options);
    this.bucket = options.bucket;
    this.retention = new S3Retention(this.client, options.bucket, clock);
  }

  /**
   * Makes the bucket, with object lock where the store has it, if there is none. Only for the start: a bucket that
   * vanishes later is a fault that a person has to see.
   */
  async ensureBucket(waitMs: number): Promise<void> {
    for (let waited = 0; ; waited += 500) {
      try {
        if (!(await this.client.bucketExists(this.bucket))) await this.makeBucket();
        return;
      } catch (error) {
        if (waited >= waitMs) throw mapS3Error(error);
        await sleep(500);
      }
    }
  }

  async put(key: string, body: Readable | Uint8Array, options: PutOptions = {}): Promise<StoredBlob> {
    assertKey(key);
    const size = body instanceof Readable ? options.size : (options.size ?? body.length);
    return this.guard(async () => {
      await admit(body, () => this.retention.refuse(key));
      return size === undefined
        ? this.putUnknownSize(key, body, options)
        : this.putObject(key, body, size, options.sha256);
    });
  }

  async get(key: string, range: ByteRange = { start: 0 }): Promise<Readable> {
    assertKey(key);
    const { start, end } = range;
    if (end !== undefined && end <= start) return Readable.from([], { objectMode: false });
    try {
      const length = end === undefined ? 0 : end - start;
      return await this.client.getPartialObject(this.bucket, key, start, length);
    } catch (error) {
      if (isNoSuchKey(error)) throw new BlobNotFoundError(key);
      // The range begins at or behind the end.
      if ((error as { code?: string }).code === 'InvalidRange')
        return Readable.from([], { objectMode: false });
      throw mapS3Error(error);
    }
  }

  async head(key: string): Promise<BlobInfo | null> {
    assertKey(key);
    try {
      const { size, lastModified } = await this.client.statObject(this.bucket, key);
      return { key, size, storedAt: instant(lastModified.getTime()) };
    } catch (error) {
      if (!isNoSuchKey(error)) throw mapS3Error(error);
      // A HEAD answer has no body: without a bucket it looks the same.
      await this.check();
      return null;
    }
  }

  /** The store itself would free the key (a delete marker) and keep the version: through here the key stays too. */
  async delete(key: string): Promise<void> {
    assertKey(key);
    await this.guard(async () => {
      await this.retention.refuse(key);
      await this.client.removeObject(this.bucket, key);
    });
  }

  async retain(key: string, until: Instant): Promise<void> {
    if (!(await this.head(key))) throw new BlobNotFoundError(key);
    const before = await this.guard(() => this.retention.until(key));
    if ((before ?? 0) < until) await this.guard(() => this.retention.set(key, until));
  }

  async *list(prefix: string): AsyncIterable<BlobInfo> {
    try {
      for await (const item of this.client.listObjectsV2(this.bucket, prefix, true)) {
        const { name, size, lastModified } = item as { name?: string; size: number; lastModified?: Date };
        if (name) yield { key: name, size, storedAt: instant(lastModified?.getTime() ?? 0) };
      }
    } catch (error) {
      throw mapS3Error(error);
    }
  }

  async beginUpload(key: string, options: UploadOptions = {}): Promise<UploadRef> {
    assertKey(key);
    const uploadId = await this.guard(async () => {
      await this.retention.refuse(key);
      return this.client.initiateNewMultipartUpload(this.bucket, key, {});
    });
    await faultPoint('storage.s3.upload.after');
    return { key, id: `${options.retainUntil ?? 0}:${uploadId}` };
  }

  async putPart(
    upload: UploadRef,
    n: number,
    body: Readable | Uint8Array,
    size: number,
    observe?: Observe,
  ): Promise<StoredPart> {
    assertPartNumber(n);
    const { uploadId } = await admit(body, () => readId(upload));
    const query = `partNumber=${n}&uploadId=${encodeURIComponent(uploadId)}`;
    await faultPoint('storage.s3.part.before');
    const expected = { size, ...(observe && { observe }) };
    const etag = await this.guard(() => this.send(upload.key, body, expected, query), upload);
    await faultPoint('storage.s3.part.after');
    return { n, size, tag: etag };
  }

  async listParts(upload: UploadRef): Promise<StoredPart[]> {
    const { uploadId } = readId(upload);
    // Protected in the client's types; there is no public call that lists the parts of a known upload.
    const client = this.client as unknown as {
      listParts(
        bucket: string,
        key: string,
        id: string,
      ): Promise<{ part: number; etag: string; size: number }[]>;
    };
    const found = await this.guard(() => client.listParts(this.bucket, upload.key, uploadId), upload);
    return found
      .map(({ part, etag, size }) => ({ n: Number(part), size: Number(size), tag: bare(etag) }))
      .sort((a, b) => a.n - b.n);
  }

  async complete(upload: UploadRef, parts: readonly StoredPart[]): Promise<{ size: number }> {
    const { uploadId, retainUntil } = readId(upload);
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    if (parts.some((part, i) => part.n <= (parts[i - 1]?.n ?? 0)))
      throw new BlobMismatchError('part', 'part numbers must ascend');
    const etags = parts.map((part) => ({ part: part.n, etag: part.tag }));
    await faultPoint('storage.s3.complete.before');
    try {
      await this.client.completeMultipartUpload(this.bucket, upload.key, uploadId, etags);
    } catch (error) {
      await this.judgeFailedCompletion(upload, error);
    }
    await faultPoint('storage.s3.complete.after');
    // Some stores answer a completion with an empty ETag: what counts is the object.
    const stored = await this.head(upload.key);
    if (stored?.size !== size)
      throw new BlobMismatchError('part', `the object has ${stored?.size ?? 'no'} bytes`);
    if (retainUntil !== null) await this.guard(() => this.retention.set(upload.key, retainUntil));
    return { size };
  }

  async abort(upload: UploadRef): Promise<void> {
    const { uploadId } = readId(upload);
    try {
      await this.client.abortMultipartUpload(this.bucket, upload.key, encodeURIComponent(uploadId));
    } catch (error) {
      if (!mayBeNoSuchUpload(error) || (await this.hasUpload(upload))) throw mapS3Error(error);
    }
  }

  async *listUploads(): AsyncIterable<UploadRef & { readonly startedAt: Instant }> {
    for await (const { key, uploadId, initiated } of this.uploads(''))
      yield { key, id: `0:${uploadId}`, startedAt: instant(initiated.getTime()) };
  }

  /** The store lists its own ids, without the retention that travels in ours. */
  sameUpload(a: UploadRef, b: UploadRef): boolean {
    return a.key === b.key && readId(a).uploadId === readId(b).uploadId;
  }

  async check(): Promise<void> {
    const there = await this.guard(() => this.client.bucketExists(this.bucket));
    if (!there) throw new StorageUnavailableError('objects', 'NoSuchBucket');
  }

  private async guard<T>(work: () => Promise<T>, upload?: UploadRef): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SourceError) throw error.cause;
      if (upload && mayBeNoSuchUpload(error) && !(await this.hasUpload(upload)))
        throw new BlobNotFoundError(upload.key);
      throw mapS3Error(error);
    }
  }

  /**
   * A completion that was carried out, and whose answer was lost, may be asked for again. One that another process is
   * carrying out this very moment (Ceph's gateway answers 500 then) is waited for.
   */
  private async judgeFailedCompletion(upload: UploadRef, error: unknown): Promise<void> {
    if (!mayBeNoSuchUpload(error)) throw mapS3Error(error);
    for (let waited = 0; await this.hasUpload(upload); waited += 100) {
      if (waited >= OTHERS_COMPLETION_MS) throw mapS3Error(error);
      await sleep(100);
    }
    if (!(await this.head(upload.key))) throw new BlobNotFoundError(upload.key);
  }

  private async makeBucket(): Promise<void> {
    try {
      await this.client.makeBucket(this.bucket, this.options.region, { ObjectLocking: true });
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'BucketAlreadyOwnedByYou' || code === 'BucketAlreadyExists') return;
      if (code !== 'NotImplemented') throw error;
      await this.client.makeBucket(this.bucket, this.options.region);
    }
  }

  private async putObject(
    key: string,
    body: Readable | Uint8Array,
    size: number,
    wanted?: Uint8Array,
  ): Promise<StoredBlob> {
    const hash = createHash('sha256');
    let sha256 = new Uint8Array();
    const expected: Expected = {
      size,
      observe: (chunk) => hash.update(chunk),
      approve: () => {
        sha256 = new Uint8Array(hash.digest());
        assertSha256(sha256, wanted);
      },
    };
    await faultPoint('storage.s3.object.before');
    await this.send(key, body, expected, '');
    await faultPoint('storage.s3.object.after');
    return { size, sha256 };
  }

  private async putUnknownSize(
    key: string,
    body: Readable | Uint8Array,
    options: PutOptions,
  ): Promise<StoredBlob> {
    const hash = createHash('sha256');
    const upload = await this.beginUpload(key);
    let sourceError: unknown = null;
    if (body instanceof Readable) body.once('error', (error) => (sourceError = error));
    try {
      const parts: StoredPart[] = [];
      for await (const piece of pieces(body, PIECE_BYTES)) {
        hash.update(piece);
        parts.push(await this.putPart(upload, parts.length + 1, piece, piece.length));
      }
      const sha256 = new Uint8Array(hash.digest());
      assertSha256(sha256, options.sha256);
      const { size } = await this.complete(upload, parts);
      return { size, sha256 };
    } catch (error) {
      if (body instanceof Readable) body.destroy();
      await this.abort(upload).catch(() => undefined);
      throw sourceError ? new SourceError(sourceError) : error;
    }
  }

  /** One PUT of a stream of known size; answers the ETag. */
  private async send(
    key: string,
    body: Readable | Uint8Array,
    expected: Expected,
    query: string,
  ): Promise<string> {
    const measured = new MeasuredBody(body, expected);
    // Its errors arrive through the request; without a listener they would end the process.
    measured.on('error', () => undefined);
    try {
      const request = {
        method: 'PUT',
        bucketName: this.bucket,
        objectName: key,
        query,
        headers: { 'Content-Length': String(expected.size) },
      };
      const response = await this.client.makeRequestStreamAsync(
        request,
        measured,
        '',
        [200],
        this.options.region,
      );
      response.resume();
      const etag = bare(response.headers.etag ?? '');
      const { digest } = measured;
      if (digest === null) throw new StorageUnavailableError('objects', 'answered before the body was sent');
      if (PLAIN_MD5.test(etag) && etag !== digest)
        throw new StorageUnavailableError('objects', 'stored other bytes than were sent');
      return etag;
    } catch (error) {
      throw measured.sourceError ? new SourceError(measured.sourceError) : error;
    } finally {
      measured.destroy();
    }
  }

  private async hasUpload(upload: UploadRef): Promise<boolean> {
    const { uploadId } = readId(upload);
    for await (const found of this.uploads(upload.key)) if (found.uploadId === uploadId) return true;
    return false;
  }

  private async *uploads(prefix: string): AsyncIterable<{ key: string; uploadId: string; initiated: Date }> {
    let keyMarker = '';
    let uploadIdMarker = '';
    for (;;) {
      const page = await this.guard(() =>
        this.client.listIncompleteUploadsQuery(this.bucket, prefix, keyMarker, uploadIdMarker, ''),
      );
      for (const upload of page.uploads as { key: string; uploadId: string; initiated: Date | string }[])
        yield { key: upload.key, uploadId: upload.uploadId, initiated: new Date(upload.initiated) };
      if (!page.isTruncated) return;
      keyMarker = page.nextKeyMarker;
      uploadIdMarker = page.nextUploadIdMarker;
    }
  }
}

/** The body broke, not the store: passed on as it is. */
class SourceError extends Error {
  constructor(cause: unknown) {
    super('the body broke', { cause });
  }
}

const bare = (etag: string): string => etag.replace(/^"|"$|^&quot;|&quot;$/g, '');

function readId(upload: UploadRef): { uploadId: string; retainUntil: Instant | null } {
  assertKey(upload.key);
  const [, ms, uploadId] = /^(\d{1,15}):(.{1,1024})$/.exec(upload.id) ?? [];
  if (!ms || !uploadId) throw new BlobNotFoundError(upload.key);
  return { uploadId, retainUntil: ms === '0' ? null : instant(Number(ms)) };
}
