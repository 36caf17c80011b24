import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { instant } from '#kernel';
import type { Instant } from '#kernel';
import { assertKey, BlobNotFoundError } from '../blob-store.ts';
import type { ByteRange, StoredPart, UploadRef } from '../blob-store.ts';

export const READ_BYTES = 256 * 1024;
const UPLOAD_ID = /^([A-Za-z0-9_!-]{1,200})\.(\d{1,15})\.(\d{1,15})\.[A-Za-z0-9_-]{22}$/;
export const PART_FILE = /^(\d{5})\.(\d+)\.([A-Za-z0-9_-]{22})$/;

/** An object made of parts: `manifests/<name>`. The part files stay where they were written. */
export interface Manifest {
  readonly uploadId: string;
  readonly size: number;
  readonly parts: readonly { readonly file: string; readonly size: number }[];
  /** Milliseconds; absent: the object may be replaced and deleted. */
  readonly retainUntil?: number;
}

/** What the id of an upload, which is its folder's name, says of it: nothing has to be read to take a part. */
export interface About {
  readonly key: string;
  readonly startedAt: Instant;
  readonly retainUntil?: Instant;
}

export const randomName = (): string => randomBytes(16).toString('base64url');

/** "/" is not for file names and "!" not in keys, so this goes back and forth. */
export const nameOf = (key: string): string => key.replaceAll('/', '!');
export const keyOf = (name: string): string => name.replaceAll('!', '/');

export const partFile = (part: StoredPart): string =>
  `${String(part.n).padStart(5, '0')}.${part.size}.${part.tag}`;

export const newUploadId = ({ key, startedAt, retainUntil }: About): string =>
  [nameOf(key), startedAt, retainUntil ?? 0, randomName()].join('.');

/** Null for what is no id. */
export function readUploadId(id: string): About | null {
  const [, name, startedAt, retainUntil] = UPLOAD_ID.exec(id) ?? [];
  if (name === undefined) return null;
  return {
    key: keyOf(name),
    startedAt: instant(Number(startedAt)),
    ...(retainUntil !== '0' && { retainUntil: instant(Number(retainUntil)) }),
  };
}

/** @throws BlobNotFoundError where it is no upload of this key. */
export function aboutUpload(upload: UploadRef): About {
  assertKey(upload.key);
  const about = readUploadId(upload.id);
  if (about?.key !== upload.key) throw new BlobNotFoundError(upload.key);
  return about;
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
