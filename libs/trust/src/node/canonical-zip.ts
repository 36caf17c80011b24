/**
 * The one byte form of an evidence bundle (docs/EVIDENCE.md, "The file"): a ZIP whose entries are stored, sorted and
 * stamped with one fixed time, so that the same content is the same file, and any other byte is a deviation.
 */
import type { PassThrough, Readable } from 'node:stream';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import yauzl from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import yazl from 'yazl';

/** The index of the bundle: always the last entry, so that it can hold the hashes of all others in one pass. */
export const INDEX_PATH = 'bundle.json';

/** Lower-case ASCII segments; no dot segment, nothing that a file system could take for something else. */
const PATH = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}(\/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}){0,4}$/;

export const isBundlePath = (path: string): boolean => PATH.test(path);

/** Bytewise by path, {@link INDEX_PATH} last. Paths are ASCII, so code units and bytes sort alike. */
export function comparePaths(a: string, b: string): number {
  if (a === b) return 0;
  if (a === INDEX_PATH) return 1;
  if (b === INDEX_PATH) return -1;
  return a < b ? -1 : 1;
}

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

/** Why a file is not a bundle at all: `form` is no readable ZIP, the others are entries that the form does not have. */
export class ZipFormError extends Error {
  constructor(
    readonly reason: 'form' | 'path' | 'order' | 'compressed',
    /** The entry at fault, where one is. */
    readonly path: string | null,
    options?: { cause?: unknown },
  ) {
    super(`bundle ${reason}${path === null ? '' : `: ${path.slice(0, 200)}`}`, options);
    this.name = 'ZipFormError';
  }
}

export interface BundleEntry {
  readonly path: string;
  readonly size: number;
}

/** An opened bundle. Nothing is believed yet: `findDeviation` says whether the file has the canonical form. */
export class BundleReader {
  private constructor(
    private readonly file: string,
    private readonly zip: ZipFile,
    private readonly records: ReadonlyMap<string, Entry>,
    readonly entries: readonly BundleEntry[],
  ) {}

  /** @throws ZipFormError; errors of the file system as they are. Whoever wrote the file controls every byte of it. */
  static async open(file: string): Promise<BundleReader> {
    await stat(file);
    const options = {
      autoClose: false,
      decodeStrings: true,
      validateEntrySizes: true,
      strictFileNames: true,
    };
    const zip = await yauzl.openPromise(file, { ...options, lazyEntries: true }).catch((cause: unknown) => {
      throw new ZipFormError('form', null, { cause });
    });
    zip.on('error', () => undefined); // each call fails by itself too
    try {
      const records = await readDirectory(zip);
      const entries = [...records.values()].map((r) => ({ path: r.fileName, size: r.uncompressedSize }));
      return new BundleReader(file, zip, records, entries);
    } catch (error) {
      zip.close();
      throw error instanceof ZipFormError ? error : new ZipFormError('form', null, { cause: error });
    }
  }

  has(path: string): boolean {
    return this.records.has(path);
  }

  /** The entry's bytes, streamed; fails if the file ends before they do. @throws RangeError for an unknown path. */
  async read(path: string): Promise<Readable> {
    const record = this.records.get(path);
    if (!record) throw new RangeError(`no entry ${path}`);
    return await this.zip.openReadStreamPromise(record);
  }

  /** A whole small entry. @throws ZipFormError when it is larger than `max` bytes. */
  async bytes(path: string, max: number): Promise<Uint8Array> {
    const record = this.records.get(path);
    if (record && record.uncompressedSize > max) throw new ZipFormError('form', path);
    const chunks: Buffer[] = [];
    for await (const chunk of await this.read(path)) chunks.push(chunk as Buffer);
    return new Uint8Array(Buffer.concat(chunks));
  }

  /**
   * Writes the content anew in canonical form and compares it with the file: null when every byte is the same, else
   * the first offset that differs and the entry that it belongs to (null: the ZIP's own directory).
   */
  async findDeviation(): Promise<{ offset: number; path: string | null } | null> {
    const canonical = canonicalZip(
      this.entries.map(({ path, size }) => ({ path, size, open: () => this.read(path) })),
    );
    try {
      const offset = await firstDifference(canonical, createReadStream(this.file));
      return offset === null ? null : { offset, path: this.entryAt(offset) };
    } catch (error) {
      // An entry that the directory describes cannot be read where it should be.
      throw new ZipFormError('form', null, { cause: error });
    }
  }

  close(): void {
    this.zip.close();
  }

  /** Entries lie in their order, each from its local header to the next one's. */
  private entryAt(offset: number): string | null {
    let found: string | null = null;
    let end = 0;
    for (const { path, size } of this.entries) {
      if (end > offset) break;
      found = path;
      // 30 bytes of local header and 16 (24 in ZIP64) of data descriptor frame the content.
      const zip64 = size > 0xfffffffe || end > 0xfffffffe;
      end += 30 + path.length + size + (zip64 ? 24 : 16);
    }
    return end > offset ? found : null;
  }
}

async function readDirectory(zip: ZipFile): Promise<Map<string, Entry>> {
  const records = new Map<string, Entry>();
  let before: string | null = null;
  for await (const entry of zip.eachEntry()) {
    const path = entry.fileName;
    if (!isBundlePath(path)) throw new ZipFormError('path', path);
    if (before !== null && comparePaths(before, path) >= 0) throw new ZipFormError('order', path);
    if (entry.compressionMethod !== 0 || entry.compressedSize !== entry.uncompressedSize)
      throw new ZipFormError('compressed', path);
    records.set(path, entry);
    before = path;
  }
  return records;
}

/** The first offset at which two streams differ (also where one ends before the other); null when they are equal. */
async function firstDifference(a: Readable, b: Readable): Promise<number | null> {
  // While one stream is waited for, the other's error must not go unheard; its iterator throws it later.
  for (const stream of [a, b]) stream.on('error', () => undefined);
  try {
    const [left, right] = [chunks(a), chunks(b)];
    let [x, y]: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
    for (let offset = 0; ;) {
      [x, y] = await Promise.all([x.length > 0 ? x : left(), y.length > 0 ? y : right()]);
      if (x.length === 0 && y.length === 0) return null;
      const length = Math.min(x.length, y.length);
      if (length === 0) return offset;
      if (!x.subarray(0, length).equals(y.subarray(0, length)))
        return offset + x.findIndex((byte, i) => byte !== y[i]);
      [x, y] = [x.subarray(length), y.subarray(length)];
      offset += length;
    }
  } finally {
    a.destroy();
    b.destroy();
  }
}

/** The next chunk, never empty before the end. */
function chunks(stream: Readable): () => Promise<Buffer> {
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return async () => {
    for (;;) {
      const next = await iterator.next();
      if (next.done) return Buffer.alloc(0);
      if (next.value.length > 0) return next.value;
    }
  };
}
