import { Readable } from 'node:stream';
import { formatInstant } from '#kernel';
import type { Instant } from '#kernel';

export interface BlobInfo {
  readonly key: string;
  readonly size: number;
  readonly storedAt: Instant;
}

export interface StoredBlob {
  readonly size: number;
  /** SHA-256 of the bytes, 32 bytes. */
  readonly sha256: Uint8Array;
}

/** One upload of one object in parts: the caller keeps both strings (in its database row). */
export interface UploadRef {
  readonly key: string;
  readonly id: string;
}

/** A part that is durable. `tag` names these very bytes: after a second PUT of the same number it is another one. */
export interface StoredPart {
  /** 1 to 10000, as in S3. */
  readonly n: number;
  readonly size: number;
  readonly tag: string;
}

export interface PutOptions {
  /** Exact number of bytes; another number is refused and nothing is stored. */
  readonly size?: number;
  /** Expected SHA-256; other bytes are refused and nothing is stored. */
  readonly sha256?: Uint8Array;
}

export interface UploadOptions {
  /** Until then the object is neither replaced nor deleted ({@link BlobRetainedError}). */
  readonly retainUntil?: Instant;
}

/** Must neither keep nor change the chunk. */
export type Observe = (chunk: Uint8Array) => void;

/** Half-open `[start, end)` in bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

/** The bytes were not what the caller announced (their number, or their hash). Nothing was stored. */
export class BlobMismatchError extends Error {
  constructor(
    readonly what: 'size' | 'sha256' | 'part',
    message: string,
  ) {
    super(message);
    this.name = 'BlobMismatchError';
  }
}

export class BlobNotFoundError extends Error {
  constructor(readonly key: string) {
    super(`no such object: ${key}`);
    this.name = 'BlobNotFoundError';
  }
}

/** The object is under retention until then: nothing was changed. */
export class BlobRetainedError extends Error {
  constructor(
    readonly key: string,
    readonly until: Instant,
  ) {
    super(`${key} is retained until ${formatInstant(until)}`);
    this.name = 'BlobRetainedError';
  }
}

/**
 * Where bytes are kept. Every implementation MUST promise:
 * - durable when a promise has resolved: a power cut afterwards loses nothing;
 * - whole or not at all: an object or part that failed is never seen by a later get, head or complete, and may be sent
 *   again under the same key;
 * - no read of an object that is not complete;
 * - bodies are streamed, never held whole; the body of a call that failed is destroyed;
 * - StorageUnavailableError for a disk without room, a missing bucket, a refused connection; the next call after the
 *   cause is gone works, without a restart;
 * - an object under retention (an upload's `retainUntil`, {@link BlobStore.retain}) is neither replaced nor deleted through this port before that
 *   instant, by any process: BlobRetainedError. Beyond the port it holds as far as the store makes it hold: in
 *   compliance mode on S3, if the bucket has object lock (else not at all); files are read-only, and the platform's
 *   account or root can still remove them (docs/DEPLOYMENT.md);
 * - any process may continue what another began: nothing is remembered in memory.
 * Keys are random names given by the caller (never a client): 1 to 4 segments of [A-Za-z0-9_-]{1,80} joined by "/",
 * 200 characters at most.
 */
export abstract class BlobStore {
  abstract readonly kind: 'file' | 's3';

  /** Stores a whole object; an object of the same key is replaced. @throws BlobRetainedError */
  abstract put(key: string, body: Readable | Uint8Array, options?: PutOptions): Promise<StoredBlob>;
  /** @throws BlobNotFoundError; the stream fails if the bytes cannot be read to the end. */
  abstract get(key: string, range?: ByteRange): Promise<Readable>;
  abstract head(key: string): Promise<BlobInfo | null>;
  /** Also succeeds when there is no such object. @throws BlobRetainedError */
  abstract delete(key: string): Promise<void>;
  /** Puts a whole object under retention, or prolongs it. @throws BlobNotFoundError */
  abstract retain(key: string, until: Instant): Promise<void>;
  /** All objects whose key begins with `prefix`, in no promised order. */
  abstract list(prefix: string): AsyncIterable<BlobInfo>;

  /**
   * Begins an object in parts, which may come in any order, at once, from any process, each any number of times.
   * @throws BlobRetainedError where the key is that of a retained object
   */
  abstract beginUpload(key: string, options?: UploadOptions): Promise<UploadRef>;
  /**
   * Stores part `n` of exactly `size` bytes. Every part but the last must have at least 5 MiB. `observe` sees every
   * chunk once, in order, before it resolves: for the caller's own hash, without a stream of its own in between.
   */
  abstract putPart(
    upload: UploadRef,
    n: number,
    body: Readable | Uint8Array,
    size: number,
    observe?: Observe,
  ): Promise<StoredPart>;
  /** The parts stored so far, by number; of a part sent twice, either or both. */
  abstract listParts(upload: UploadRef): Promise<StoredPart[]>;
  /**
   * Makes the object of exactly these parts, in their order; bytes are not copied. Calling it again with the same parts
   * succeeds. @throws BlobMismatchError when a part (by number, tag and size) is not there.
   */
  abstract complete(upload: UploadRef, parts: readonly StoredPart[]): Promise<{ size: number }>;
  /** Forgets an upload and its parts; succeeds when there is none, and leaves a completed object alone. */
  abstract abort(upload: UploadRef): Promise<void>;
  /** Uploads begun and neither completed nor aborted, for the sweep of orphans. */
  abstract listUploads(): AsyncIterable<UploadRef & { readonly startedAt: Instant }>;
  /** Whether both name one upload: a ref that {@link BlobStore.listUploads} gives may be spelled otherwise. */
  abstract sameUpload(a: UploadRef, b: UploadRef): boolean;

  /** Readiness: resolves when the store takes writes; throws StorageUnavailableError otherwise. */
  abstract check(): Promise<void>;
}

const KEY = /^[A-Za-z0-9_-]{1,80}(\/[A-Za-z0-9_-]{1,80}){0,3}$/;

/** Keys come from our own code: a bad one is a bug, and must not become a path outside of the store. */
export function assertKey(key: string): void {
  if (!KEY.test(key) || key.length > 200)
    throw new RangeError('blob key: 1 to 4 segments of [A-Za-z0-9_-]{1,80}, 200 characters in all');
}

export function assertPartNumber(n: number): void {
  if (!Number.isInteger(n) || n < 1 || n > 10_000) throw new RangeError('part number: 1 to 10000');
}

/** @throws BlobMismatchError */
export function assertSha256(actual: Uint8Array, announced: Uint8Array | undefined): void {
  if (announced && Buffer.compare(actual, announced) !== 0)
    throw new BlobMismatchError('sha256', 'the bytes have another SHA-256 than announced');
}

/** Nobody reads the body of a call that is refused before it is written: it is destroyed. */
export async function admit<T>(body: Readable | Uint8Array, judge: () => T | Promise<T>): Promise<T> {
  try {
    return await judge();
  } catch (error) {
    if (body instanceof Readable) body.destroy();
    throw error;
  }
}
