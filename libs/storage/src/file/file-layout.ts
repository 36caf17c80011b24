import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { assertKey, BlobNotFoundError } from '../blob-store.ts';
import type { ByteRange, StoredPart, UploadRef } from '../blob-store.ts';

export const READ_BYTES = 256 * 1024;
const UPLOAD_ID = /^[A-Za-z0-9_-]{22}$/;
export const PART_FILE = /^(\d{5})\.(\d+)\.([A-Za-z0-9_-]{22})$/;

/** An object made of parts: `manifests/<name>`. The part files stay where they were written. */
export interface Manifest {
  readonly uploadId: string;
  readonly size: number;
  readonly parts: readonly { readonly file: string; readonly size: number }[];
  /** Milliseconds; absent: the object may be replaced and deleted. */
  readonly retainUntil?: number;
}

/** `upload.json` of an upload that is not complete. */
export interface About {
  readonly key: string;
  readonly startedAt: number;
  readonly retainUntil?: number;
}

export const randomName = (): string => randomBytes(16).toString('base64url');

/** "/" is not for file names and "!" not in keys, so this goes back and forth. */
export const nameOf = (key: string): string => key.replaceAll('/', '!');
export const keyOf = (name: string): string => name.replaceAll('!', '/');

export const partFile = (part: StoredPart): string =>
  `${String(part.n).padStart(5, '0')}.${part.size}.${part.tag}`;

export function assertUpload(upload: UploadRef): void {
  assertKey(upload.key);
  if (!UPLOAD_ID.test(upload.id)) throw new BlobNotFoundError(upload.key);
}

export const sameParts = (a: Manifest, b: Manifest): boolean =>
  a.uploadId === b.uploadId && JSON.stringify(a.parts) === JSON.stringify(b.parts);

export function readFrom(handle: FileHandle, range: ByteRange): Readable {
  if (range.end !== undefined && range.end <= range.start) {
    void handle.close();
    return Readable.from([], { objectMode: false });
  }
  const end = range.end === undefined ? {} : { end: range.end - 1 };
  return handle.createReadStream({ start: range.start, ...end, highWaterMark: READ_BYTES });
}
