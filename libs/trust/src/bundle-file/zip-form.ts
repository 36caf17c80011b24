/**
 * The one byte form of an evidence bundle (docs/EVIDENCE.md, "The file"): which paths there are, how they are sorted,
 * and the bytes around the content. Whoever writes or checks a bundle, on Node or in a browser, has it from here.
 */
import { concat, utf8 } from '../encoding/index.ts';

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

export const LOCAL_SIGNATURE = 0x04034b50;
export const CENTRAL_SIGNATURE = 0x02014b50;
export const END_SIGNATURE = 0x06054b50;
export const END64_SIGNATURE = 0x06064b50;
export const LOCATOR64_SIGNATURE = 0x07064b50;
const DESCRIPTOR_SIGNATURE = 0x08074b50;

export const LOCAL_BYTES = 30;
export const CENTRAL_BYTES = 46;
export const END_BYTES = 22;
export const END64_BYTES = 56;
export const LOCATOR64_BYTES = 20;

const FLAGS = 0x0808;
const DATE = 0x0021;
const MADE_BY = 0x033f;
const MODE = 0o100644 * 0x10000;
const MAX32 = 0xffffffff;
const MAX16 = 0xffff;

/** A field's width in bytes and its value. */
type Field = readonly [2 | 4 | 8, number];

function fields(...list: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(list.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of list) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}

/** Where an entry lies, and what is in it. */
export interface ZipEntry {
  readonly path: string;
  readonly size: number;
  /** Of its local header, from the file's start. */
  readonly offset: number;
}

const isZip64 = ({ size, offset }: ZipEntry): boolean => size > MAX32 - 1 || offset > MAX32 - 1;

export function localHeader({ path }: Pick<ZipEntry, 'path'>): Uint8Array {
  const name = utf8.encode(path);
  const head: Field[] = [
    [4, LOCAL_SIGNATURE],
    [2, 20],
    [2, FLAGS],
    [2, 0],
    [2, 0],
    [2, DATE],
    [4, 0],
    [4, 0],
    [4, 0],
    [2, name.length],
    [2, 0],
  ];
  return concat(fields(...head), name);
}

export function dataDescriptor(entry: ZipEntry, crc: number): Uint8Array {
  const width = isZip64(entry) ? 8 : 4;
  return fields([4, DESCRIPTOR_SIGNATURE], [4, crc], [width, entry.size], [width, entry.size]);
}

export function centralRecord(entry: ZipEntry, crc: number): Uint8Array {
  const { path, size, offset } = entry;
  const name = utf8.encode(path);
  const zip64 = isZip64(entry);
  const head: Field[] = [
    [4, CENTRAL_SIGNATURE],
    [2, MADE_BY],
    [2, zip64 ? 45 : 20],
    [2, FLAGS],
    [2, 0],
    [2, 0],
    [2, DATE],
    [4, crc],
    [4, zip64 ? MAX32 : size],
    [4, zip64 ? MAX32 : size],
    [2, name.length],
    [2, zip64 ? 28 : 0],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, MODE],
    [4, zip64 ? MAX32 : offset],
  ];
  const extra = zip64 ? fields([2, 1], [2, 24], [8, size], [8, size], [8, offset]) : new Uint8Array(0);
  return concat(fields(...head), name, extra);
}

/** The end of the file, for `count` central records of `size` bytes that begin at `offset`. */
export function endRecords(count: number, size: number, offset: number): Uint8Array {
  const end = fields(
    [4, END_SIGNATURE],
    [2, 0],
    [2, 0],
    [2, Math.min(count, MAX16)],
    [2, Math.min(count, MAX16)],
    [4, Math.min(size, MAX32)],
    [4, Math.min(offset, MAX32)],
    [2, 0],
  );
  if (count < MAX16 && size < MAX32 && offset < MAX32) return end;
  const end64 = fields(
    [4, END64_SIGNATURE],
    [8, END64_BYTES - 12],
    [2, MADE_BY],
    [2, 45],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, size],
    [8, offset],
  );
  const locator = fields([4, LOCATOR64_SIGNATURE], [4, 0], [8, offset + size], [4, 1]);
  return concat(end64, locator, end);
}
