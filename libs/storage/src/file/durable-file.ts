import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { faultPoint, StorageUnavailableError } from '#kernel';
import { BlobMismatchError } from '../blob-store.ts';
import type { Observe } from '../blob-store.ts';

/** Chunks are gathered up to this size: fewer calls into the thread pool, and still little memory per upload. */
const GATHER_BYTES = 512 * 1024;

const DISK = new Set([
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EROFS',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EACCES',
  'EPERM',
  'EBUSY',
  'ENODEV',
  'EFBIG',
]);

export const errnoOf = (error: unknown): string => (error as NodeJS.ErrnoException | null)?.code ?? '';

/** A disk that is full, read-only, broken or gone becomes StorageUnavailableError; the rest stays what it is. */
export function mapDiskError(error: unknown): unknown {
  const code = errnoOf(error);
  return DISK.has(code) ? new StorageUnavailableError('disk', code, { cause: error }) : error;
}

/**
 * Writes a body of exactly `size` bytes (any number when null) from the start of an empty file, telling every chunk to
 * `observe` on its way. While one gathered piece is written, the next is taken in.
 */
async function writeBody(
  file: FileHandle,
  body: Readable | Uint8Array,
  size: number | null,
  observe: Observe | null,
): Promise<number> {
  let taken = 0;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = async () => {
    const pieces = gathered;
    gathered = [];
    gatheredBytes = 0;
    await writing;
    if (pieces.length > 0) writing = writeAll(file, pieces);
    // Awaited in the next flush; a failure before that must not count as unhandled.
    writing.catch(() => undefined);
  };
  for await (const chunk of body instanceof Readable ? body : [body]) {
    const bytes = chunk as Uint8Array;
    taken += bytes.length;
    if (size !== null && taken > size)
      throw new BlobMismatchError('size', `more than the ${size} bytes announced`);
    observe?.(bytes);
    gathered.push(bytes);
    gatheredBytes += bytes.length;
    if (gatheredBytes >= GATHER_BYTES) await flush();
  }
  await flush();
  await writing;
  if (size !== null && taken !== size)
    throw new BlobMismatchError('size', `${taken} of the ${size} bytes announced`);
  return taken;
}

/** writev may write less than asked (a disk that just filled up): then what is left goes piece by piece. */
async function writeAll(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  let { bytesWritten } = await file.writev(pieces as Uint8Array[]);
  if (bytesWritten === total) return;
  const rest = Buffer.concat(pieces as Uint8Array[]);
  while (bytesWritten < total) bytesWritten += (await file.write(rest, bytesWritten)).bytesWritten;
}

const pendingSyncs = new Map<string, Promise<void>>();

/**
 * Makes the names in a folder durable. Callers that ask while a sync of the same folder has not begun share it: one
 * that has begun may have missed their rename.
 */
export function syncFolder(path: string): Promise<void> {
  const waiting = pendingSyncs.get(path);
  if (waiting) return waiting;
  const mine = (async () => {
    // The turn of the event loop in which others may join.
    await new Promise((resolve) => setImmediate(resolve));
    pendingSyncs.delete(path);
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  })();
  pendingSyncs.set(path, mine);
  return mine;
}

export interface DurableWrite {
  /** Where it is written first: on the same file system as `path`, in a folder that nobody lists. */
  readonly draft: string;
  readonly path: string;
  readonly size: number | null;
  readonly mode: number;
  /** `storage.part` gives the fault points `storage.part.fsync.before` and so on. */
  readonly faults: string;
  readonly observe?: Observe;
  /** Called when all bytes are written and before they get their name: may throw to refuse them. */
  readonly approve?: () => void;
}

/** Draft, fsync, rename, fsync of the folder. When it resolves the file survives a power cut; when it throws there is none. */
export async function writeDurably(body: Readable | Uint8Array, target: DurableWrite): Promise<number> {
  const { draft, path, faults } = target;
  let named = false;
  try {
    const file = await open(draft, 'wx', target.mode);
    let size: number;
    try {
      size = await writeBody(file, body, target.size, target.observe ?? null);
      target.approve?.();
      await faultPoint(`${faults}.fsync.before`);
      await file.datasync();
      await faultPoint(`${faults}.fsync.after`);
    } finally {
      await file.close();
    }
    await faultPoint(`${faults}.rename.before`);
    await rename(draft, path);
    named = true;
    await faultPoint(`${faults}.rename.after`);
    await syncFolder(dirname(path));
    await faultPoint(`${faults}.folder-fsync.after`);
    return size;
  } catch (error) {
    if (body instanceof Readable) body.destroy();
    if (!named) await rm(draft, { force: true }).catch(() => undefined);
    throw mapDiskError(error);
  }
}
