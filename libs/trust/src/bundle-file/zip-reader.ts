/** Reads a bundle's ZIP by random access, in bounded memory: a file handle on Node, `File.slice` in a browser. */
import { equalBytes } from '../encoding/index.ts';
import { crc32 } from './crc32.ts';
import {
  CENTRAL_BYTES,
  CENTRAL_SIGNATURE,
  END64_BYTES,
  END64_SIGNATURE,
  END_BYTES,
  END_SIGNATURE,
  LOCAL_BYTES,
  LOCAL_SIGNATURE,
  LOCATOR64_BYTES,
  LOCATOR64_SIGNATURE,
  ZipFormError,
  centralRecord,
  comparePaths,
  dataDescriptor,
  endRecords,
  isBundlePath,
  localHeader,
} from './zip-form.ts';
import type { ZipEntry } from './zip-form.ts';

/** Bytes that whoever made the file controls. */
export interface ByteSource {
  readonly size: number;
  /** `length` bytes from `offset`; fewer only where the file ends. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

const PIECE_BYTES = 1024 * 1024;
/** 100,000 entries with the longest paths are 60 MiB; what is larger is no bundle. */
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;

/** An opened bundle. Nothing is believed yet: {@link findDeviation} says whether the file has the canonical form. */
export class ZipReader {
  private readonly records: ReadonlyMap<string, ZipEntry>;

  protected constructor(
    private readonly source: ByteSource,
    readonly entries: readonly ZipEntry[],
  ) {
    this.records = new Map(entries.map((entry) => [entry.path, entry]));
  }

  /** @throws ZipFormError; what the source throws as it is */
  static async over(source: ByteSource): Promise<ZipReader> {
    return new ZipReader(source, await ZipReader.directory(source));
  }

  /** @throws ZipFormError */
  protected static async directory(source: ByteSource): Promise<readonly ZipEntry[]> {
    return parseDirectory(await readDirectory(source));
  }

  has(path: string): boolean {
    return this.records.has(path);
  }

  /** The entry's bytes in pieces. @throws RangeError for an unknown path, ZipFormError if the file ends before they do */
  read(path: string): AsyncGenerator<Uint8Array> {
    const record = this.records.get(path);
    if (!record) throw new RangeError(`no entry ${path}`);
    return this.content(record);
  }

  /** A whole small entry. @throws ZipFormError when it is larger than `max` bytes. */
  async bytes(path: string, max: number): Promise<Uint8Array> {
    const record = this.records.get(path);
    if (record && record.size > max) throw new ZipFormError('form', path);
    const whole = new Uint8Array(record?.size ?? 0);
    let at = 0;
    for await (const piece of this.read(path)) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  /**
   * Derives what the canonical file of this content would be and compares it with the file: null when every byte is
   * the same, else the first offset that differs and the entry that it belongs to (null: the ZIP's own directory).
   */
  async findDeviation(): Promise<{ offset: number; path: string | null } | null> {
    let offset = 0;
    const central: Uint8Array[] = [];
    for (const { path, size } of this.entries) {
      const entry = { path, size, offset };
      const header = localHeader(entry);
      const inHeader = await this.difference(offset, header);
      if (inHeader !== null) return { offset: inHeader, path };
      const crc = await this.checksum(offset + header.length, size);
      if (crc === null) return { offset: this.source.size, path };
      const descriptor = dataDescriptor(entry, crc);
      const after = offset + header.length + size;
      const inDescriptor = await this.difference(after, descriptor);
      if (inDescriptor !== null) return { offset: inDescriptor, path };
      central.push(centralRecord(entry, crc));
      offset = after + descriptor.length;
    }
    return this.directoryDeviation(central, offset);
  }

  private async directoryDeviation(central: readonly Uint8Array[], offset: number) {
    let at = offset;
    for (const record of [...central, endRecords(central.length, sizeOf(central), offset)]) {
      const differs = await this.difference(at, record);
      if (differs !== null) return { offset: differs, path: null };
      at += record.length;
    }
    return at === this.source.size ? null : { offset: at, path: null };
  }

  /** The offset of the first byte that is not as expected; null where all are. */
  private async difference(offset: number, expected: Uint8Array): Promise<number | null> {
    const found = await this.source.read(offset, expected.length);
    if (equalBytes(found, expected)) return null;
    return offset + expected.findIndex((byte, i) => byte !== found[i]);
  }

  private async checksum(offset: number, size: number): Promise<number | null> {
    let crc = 0;
    for (let at = 0; at < size;) {
      const piece = await this.source.read(offset + at, Math.min(PIECE_BYTES, size - at));
      if (piece.length === 0) return null;
      crc = crc32(piece, crc);
      at += piece.length;
    }
    return crc;
  }

  /** Where the directory says, behind whatever local header is there: a file of another form is still read. */
  private async *content({ path, size, offset }: ZipEntry): AsyncGenerator<Uint8Array> {
    const header = view(await this.source.read(offset, LOCAL_BYTES));
    if (header.byteLength < LOCAL_BYTES || header.getUint32(0, true) !== LOCAL_SIGNATURE)
      throw new ZipFormError('form', path);
    const start = offset + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
    for (let at = 0; at < size;) {
      const piece = await this.source.read(start + at, Math.min(PIECE_BYTES, size - at));
      if (piece.length === 0) throw new ZipFormError('form', path);
      yield piece;
      at += piece.length;
    }
  }
}

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);
const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const malformed = (): ZipFormError => new ZipFormError('form', null);

async function exactly(source: ByteSource, offset: number, length: number): Promise<DataView> {
  if (offset < 0 || offset + length > source.size) throw malformed();
  const bytes = await source.read(offset, length);
  if (bytes.length !== length) throw malformed();
  return view(bytes);
}

/** A number that a double holds exactly; anything larger points outside of any file. */
function uint64(bytes: DataView, at: number): number {
  const value = bytes.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed();
  return Number(value);
}

/** The central records, found by the end record in the file's last 22 bytes: the form has no comment behind it. */
async function readDirectory(source: ByteSource): Promise<DataView> {
  const end = await exactly(source, source.size - END_BYTES, END_BYTES);
  if (end.getUint32(0, true) !== END_SIGNATURE) throw malformed();
  let [size, offset] = [end.getUint32(12, true), end.getUint32(16, true)];
  if (size === 0xffffffff || offset === 0xffffffff || end.getUint16(10, true) === 0xffff) {
    const locator = await exactly(source, source.size - END_BYTES - LOCATOR64_BYTES, LOCATOR64_BYTES);
    if (locator.getUint32(0, true) !== LOCATOR64_SIGNATURE) throw malformed();
    const end64 = await exactly(source, uint64(locator, 8), END64_BYTES);
    if (end64.getUint32(0, true) !== END64_SIGNATURE) throw malformed();
    [size, offset] = [uint64(end64, 40), uint64(end64, 48)];
  }
  if (size > MAX_DIRECTORY_BYTES) throw malformed();
  return exactly(source, offset, size);
}

function parseDirectory(records: DataView): ZipEntry[] {
  const entries: ZipEntry[] = [];
  for (let at = 0; at < records.byteLength;) {
    const { entry, length } = parseRecord(records, at);
    const before = entries.at(-1);
    if (before && comparePaths(before.path, entry.path) >= 0) throw new ZipFormError('order', entry.path);
    entries.push(entry);
    at += length;
  }
  return entries;
}

function parseRecord(records: DataView, at: number): { entry: ZipEntry; length: number } {
  const room = records.byteLength - at;
  if (room < CENTRAL_BYTES || records.getUint32(at, true) !== CENTRAL_SIGNATURE) throw malformed();
  const [name, extra, comment] = [28, 30, 32].map((field) => records.getUint16(at + field, true)) as [
    number,
    number,
    number,
  ];
  const length = CENTRAL_BYTES + name + extra + comment;
  if (room < length) throw malformed();
  const text = new Uint8Array(records.buffer, records.byteOffset + at + CENTRAL_BYTES, name);
  const path = new TextDecoder().decode(text);
  if (!isBundlePath(path)) throw new ZipFormError('path', path);
  const [compressed, size, offset] = sizes(records, at, at + CENTRAL_BYTES + name, extra);
  if (records.getUint16(at + 10, true) !== 0 || compressed !== size)
    throw new ZipFormError('compressed', path);
  return { entry: { path, size, offset }, length };
}

/** Compressed size, size and offset; from extra field 1, in the order of the ZIP64 rule, where they do not fit. */
function sizes(
  records: DataView,
  at: number,
  extraAt: number,
  extraLength: number,
): [number, number, number] {
  const values = [24, 20, 42].map((field) => records.getUint32(at + field, true));
  if (values.includes(0xffffffff)) {
    if (extraLength < 4 || records.getUint16(extraAt, true) !== 1) throw malformed();
    let from = extraAt + 4;
    for (const [i, value] of values.entries()) {
      if (value !== 0xffffffff) continue;
      if (from + 8 > extraAt + extraLength) throw malformed();
      values[i] = uint64(records, from);
      from += 8;
    }
  }
  const [size = 0, compressed = 0, offset = 0] = values;
  return [compressed, size, offset];
}
