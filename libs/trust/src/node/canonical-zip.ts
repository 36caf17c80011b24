/** Writes an evidence bundle in its one byte form (docs/EVIDENCE.md, "The file") as a stream, and opens one from disk. */
import type { PassThrough, Readable } from 'node:stream';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import yazl from 'yazl';
import { ZipReader, comparePaths, isBundlePath } from '../bundle-file/index.ts';
import type { ByteSource, ZipEntry } from '../bundle-file/index.ts';

export { INDEX_PATH, ZipFormError, comparePaths, isBundlePath } from '../bundle-file/index.ts';

export interface ZipEntrySource {
  readonly path: string;
  /** Bytes; another number fails the whole file. */
  readonly size: number;
  /** Called once, when all entries before it have been read to their end. */
  open(): Readable | Promise<Readable>;
}

const FIXED = {
  compress: false,
  forceDosTimestamp: true,
  // DOS time has no zone and yazl writes local fields: local midnight gives the same bytes everywhere.
  mtime: new Date(1980, 0, 1),
  mode: 0o100644,
} as const;

/**
 * The file's bytes, streamed. Entries must come sorted by {@link comparePaths}, without duplicates.
 * @throws RangeError for a path, an order or a size that the form does not have; the stream fails when an entry's does.
 */
export function canonicalZip(entries: readonly ZipEntrySource[]): Readable {
  assertCanonicalOrder(entries);
  const zip = new yazl.ZipFile();
  const output = zip.outputStream as PassThrough;
  let current: Readable | null = null;
  const fail = (error: unknown) =>
    output.destroy(error instanceof Error ? error : new Error('entry failed', { cause: error }));
  zip.on('error', fail);
  // A reader that goes away (a closed connection) must not leave the source open.
  output.on('close', () => current?.destroy());
  for (const entry of entries)
    zip.addReadStreamLazy(entry.path, { ...FIXED, size: entry.size }, (give) => {
      if (output.destroyed) return;
      Promise.resolve()
        .then(() => entry.open())
        .then((stream) => {
          current = stream;
          stream.on('error', fail);
          if (output.destroyed) stream.destroy();
          else give(null, stream);
        }, fail);
    });
  zip.end();
  return output;
}

function assertCanonicalOrder(entries: readonly ZipEntrySource[]): void {
  let before: string | null = null;
  for (const { path, size } of entries) {
    if (!isBundlePath(path)) throw new RangeError(`not a bundle path: ${path}`);
    if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`size of ${path}`);
    if (before !== null && comparePaths(before, path) >= 0) throw new RangeError(`${path} after ${before}`);
    before = path;
  }
}

/** A bundle in a file; whoever opens it closes it. */
export class BundleReader extends ZipReader {
  private constructor(
    private readonly handle: FileHandle,
    source: ByteSource,
    entries: readonly ZipEntry[],
  ) {
    super(source, entries);
  }

  /** @throws ZipFormError; errors of the file system as they are. Whoever wrote the file controls every byte of it. */
  static async open(file: string): Promise<BundleReader> {
    const handle = await open(file, 'r');
    try {
      const source = await sourceOf(handle);
      return new BundleReader(handle, source, await ZipReader.directory(source));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

export async function sourceOf(handle: FileHandle): Promise<ByteSource> {
  const { size } = await handle.stat();
  return {
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      for (let at = 0; at < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, offset + at);
        if (bytesRead === 0) return bytes.subarray(0, at);
        at += bytesRead;
      }
      return bytes;
    },
  };
}
