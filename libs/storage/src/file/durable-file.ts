import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { faultPoint, StorageUnavailableError } from '#kernel';
import { BlobMismatchError } from '../blob-store.ts';
import type { Observe } from '../blob-store.ts';

/** Chunks are gathered to this size: fewer calls into the thread pool, and still little memory per upload. */
const GATHER_BYTES = 256 * 1024;
/** Two of each of 64 bodies that come at once: 32 MiB at most. */
const SPARE_PIECES = 128;

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
 * Pieces of memory that are used again and again. A chunk is copied into one at once: it is garbage while it is still in
 * the processor's cache, where keeping it until the disk has it costs more than the copy.
 */
const spare: Uint8Array[] = [];
const takePiece = (): Uint8Array => spare.pop() ?? new Uint8Array(GATHER_BYTES);
const giveBack = (piece: Uint8Array): void => {
  if (spare.length < SPARE_PIECES) spare.push(piece);
};

/** What comes in small chunks goes to a file in large pieces: while one is written, the next is filled. */
class GatheringWriter {
  private piece = takePiece();
  private filled = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly file: FileHandle) {}

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const more = Math.min(bytes.length - at, GATHER_BYTES - this.filled);
      this.piece.set(bytes.subarray(at, at + more), this.filled);
      at += more;
      this.filled += more;
      if (this.filled === GATHER_BYTES) await this.flush();
    }
  }

  /** When it resolves, the file has all bytes; they are not synced. */
  async end(): Promise<void> {
    await this.flush();
    await this.writing;
    giveBack(this.piece);
  }

  private async flush(): Promise<void> {
    await this.writing;
    const [piece, filled] = [this.piece, this.filled];
    // One whose write failed is not used again.
    this.writing = writeAll(this.file, piece.subarray(0, filled)).then(() => giveBack(piece));
    // Awaited in the next flush; a failure before that must not count as unhandled.
    this.writing.catch(() => undefined);
    this.piece = takePiece();
    this.filled = 0;
  }
}

/** A disk that just filled up may take less than asked; the next write then says why. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

/**
 * Writes a body of exactly `size` bytes (any number when null) from the start of an empty file, telling every chunk to
 * `observe` on its way.
 */
async function writeBody(
  file: FileHandle,
  body: Readable | Uint8Array,
  size: number | null,
  observe: Observe | null,
): Promise<number> {
  let taken = 0;
  const writer = new GatheringWriter(file);
  for await (const chunk of body instanceof Readable ? body : [body]) {
    const bytes = chunk as Uint8Array;
    taken += bytes.length;
    if (size !== null && taken > size)
      throw new BlobMismatchError('size', `more than the ${size} bytes announced`);
    observe?.(bytes);
    await writer.write(bytes);
  }
  await writer.end();
  if (size !== null && taken !== size)
    throw new BlobMismatchError('size', `${taken} of the ${size} bytes announced`);
  return taken;
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
