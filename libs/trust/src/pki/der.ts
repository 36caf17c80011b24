/**
 * A small strict reader and writer for DER (ITU-T X.690 section 10 and 11): definite minimal lengths, low tag
 * numbers, canonical primitives. Everything that is verified passes through here, because the general ASN.1
 * libraries accept BER, and every BER freedom is a second encoding of a signed thing.
 */
export const TAG = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OID: 0x06,
  ENUMERATED: 0x0a,
  UTF8_STRING: 0x0c,
  NUMERIC_STRING: 0x12,
  PRINTABLE_STRING: 0x13,
  TELETEX_STRING: 0x14,
  IA5_STRING: 0x16,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  VISIBLE_STRING: 0x1a,
  UNIVERSAL_STRING: 0x1c,
  BMP_STRING: 0x1e,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/** Identifier octet of a context-specific tag: `context(0, true)` is `[0]` constructed. */
export const context = (number: number, constructed: boolean): number =>
  0x80 | (constructed ? 0x20 : 0) | number;

/** The input is not DER, or not the structure expected; the message says where, never what the bytes were. */
export class DerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DerError';
  }
}

/** One element: its identifier octet, its content, and all of its bytes as they stand in the input. */
export interface Der {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly bytes: Uint8Array;
}

const MAX_DEPTH = 24;

function readLength(input: Uint8Array, at: number): { length: number; next: number } {
  const first = input[at];
  if (first === undefined) throw new DerError('length is cut off');
  if (first < 0x80) return { length: first, next: at + 1 };
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4) throw new DerError('length form is not allowed');
  let length = 0;
  for (let i = 1; i <= octets; i++) {
    const octet = input[at + i];
    if (octet === undefined) throw new DerError('length is cut off');
    length = length * 256 + octet;
  }
  if (length < 0x80 || length < 256 ** (octets - 1)) throw new DerError('length is not minimal');
  return { length, next: at + 1 + octets };
}

function readElement(input: Uint8Array, at: number): Der {
  const tag = input[at];
  if (tag === undefined) throw new DerError('element is missing');
  if ((tag & 0x1f) === 0x1f) throw new DerError('tag number above 30');
  const { length, next } = readLength(input, at + 1);
  if (next + length > input.length) throw new DerError('element is cut off');
  return { tag, content: input.subarray(next, next + length), bytes: input.subarray(at, next + length) };
}

/** Reads the one element that fills `input` to its last byte. */
export function readDer(input: Uint8Array, tag?: number): Der {
  const element = readElement(input, 0);
  if (element.bytes.length !== input.length) throw new DerError('bytes after the end');
  if (tag !== undefined && element.tag !== tag) throw new DerError('unexpected tag');
  return element;
}

/** Reads a constructed element's members in order; `end()` must be called, so that nothing is left unread. */
export class DerReader {
  private at = 0;
  constructor(private readonly input: Uint8Array) {}

  get more(): boolean {
    return this.at < this.input.length;
  }

  next(tag?: number): Der {
    const element = readElement(this.input, this.at);
    if (tag !== undefined && element.tag !== tag) throw new DerError('unexpected tag');
    this.at += element.bytes.length;
    return element;
  }

  optional(tag: number): Der | null {
    return this.more && this.input[this.at] === tag ? this.next() : null;
  }

  sequence(): DerReader {
    return new DerReader(this.next(TAG.SEQUENCE).content);
  }

  rest(): Der[] {
    const all: Der[] = [];
    while (this.more) all.push(this.next());
    return all;
  }

  end(): void {
    if (this.more) throw new DerError('unexpected further element');
  }
}

export const members = (element: Der): DerReader => new DerReader(element.content);

/** Walks a whole element and refuses any universal primitive that is not in its one DER form. */
export function assertDer(element: Der, depth = 0): void {
  if (depth > MAX_DEPTH) throw new DerError('nested too deeply');
  const constructed = (element.tag & 0x20) !== 0;
  const universal = (element.tag & 0xc0) === 0;
  // Of the universal types, SEQUENCE and SET are constructed and all others are not.
  if (universal && constructed !== [0x10, 0x11].includes(element.tag & 0x1f)) {
    throw new DerError('universal type in a wrong form');
  }
  if (!constructed) {
    if (universal) assertPrimitive(element);
    return;
  }
  for (const member of members(element).rest()) assertDer(member, depth + 1);
}

function assertPrimitive(element: Der): void {
  switch (element.tag) {
    case TAG.BOOLEAN:
      readBoolean(element);
      return;
    case TAG.INTEGER:
    case TAG.ENUMERATED:
      assertInteger(element);
      return;
    case TAG.BIT_STRING:
      readBitString(element);
      return;
    case TAG.NULL:
      if (element.content.length !== 0) throw new DerError('NULL with content');
      return;
    case TAG.OID:
      readOid(element);
      return;
    default:
      return;
  }
}

export function expectTag(element: Der, tag: number): Der {
  if (element.tag !== tag) throw new DerError('unexpected tag');
  return element;
}

export function readBoolean(element: Der): boolean {
  expectTag(element, TAG.BOOLEAN);
  const value = element.content[0];
  if (element.content.length !== 1 || (value !== 0 && value !== 0xff)) throw new DerError('BOOLEAN form');
  return value === 0xff;
}

function assertInteger(element: Der): void {
  const [first, second] = element.content;
  if (first === undefined) throw new DerError('INTEGER is empty');
  if (second === undefined) return;
  if ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)) {
    throw new DerError('INTEGER is not minimal');
  }
}

/** Any INTEGER, negative ones too, at most `maxBytes` of content. */
export function readInteger(element: Der, maxBytes = 1032): bigint {
  expectTag(element, TAG.INTEGER);
  assertInteger(element);
  if (element.content.length > maxBytes) throw new DerError('INTEGER is too long');
  const value = bytesToBigInt(element.content);
  const negative = (element.content[0] ?? 0) >= 0x80;
  return negative ? value - (1n << BigInt(8 * element.content.length)) : value;
}

export function readSmallInteger(element: Der): number {
  return Number(readInteger(element, 4));
}

export function readEnumerated(element: Der): number {
  expectTag(element, TAG.ENUMERATED);
  assertInteger(element);
  if (element.content.length !== 1) throw new DerError('ENUMERATED is too long');
  return element.content[0] ?? 0;
}

export function readBitString(element: Der): { unused: number; bytes: Uint8Array } {
  expectTag(element, TAG.BIT_STRING);
  const unused = element.content[0];
  if (unused === undefined || unused > 7) throw new DerError('BIT STRING form');
  const bytes = element.content.subarray(1);
  const last = bytes[bytes.length - 1];
  if (last === undefined ? unused !== 0 : (last & ((1 << unused) - 1)) !== 0) {
    throw new DerError('BIT STRING has unused bits set');
  }
  return { unused, bytes };
}

/** A BIT STRING of whole octets (keys and signatures). */
export function readOctetBits(element: Der): Uint8Array {
  const { unused, bytes } = readBitString(element);
  if (unused !== 0) throw new DerError('BIT STRING is not whole octets');
  return bytes;
}

/** Positions of the bits that are set in a named-bit list, whose trailing zero bits DER removes. */
export function readNamedBits(element: Der): number[] {
  const { unused, bytes } = readBitString(element);
  const last = bytes[bytes.length - 1];
  if (last === undefined) return [];
  if ((last & (1 << unused)) === 0) throw new DerError('named bits are not trimmed');
  const set: number[] = [];
  for (let i = 0; i < bytes.length * 8 - unused; i++) {
    if (((bytes[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0) set.push(i);
  }
  return set;
}

export const readOctets = (element: Der): Uint8Array => expectTag(element, TAG.OCTET_STRING).content;

export function readNull(element: Der): void {
  expectTag(element, TAG.NULL);
  if (element.content.length !== 0) throw new DerError('NULL with content');
}

export function readOid(element: Der): string {
  expectTag(element, TAG.OID);
  const { content } = element;
  if (content.length === 0 || content.length > 40 || ((content[content.length - 1] ?? 0) & 0x80) !== 0) {
    throw new DerError('OBJECT IDENTIFIER form');
  }
  const arcs: bigint[] = [];
  let arc = 0n;
  let starts = true;
  for (const octet of content) {
    if (starts && octet === 0x80) throw new DerError('OBJECT IDENTIFIER is not minimal');
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    starts = (octet & 0x80) === 0;
    if (starts) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const first = arcs[0] ?? 0n;
  const root = first < 40n ? 0n : first < 80n ? 1n : 2n;
  return [root, first - root * 40n, ...arcs.slice(1)].join('.');
}

export function bytesToBigInt(bytes: Uint8Array): bigint {
  let hex = '';
  for (const octet of bytes) hex += octet.toString(16).padStart(2, '0');
  return hex === '' ? 0n : BigInt(`0x${hex}`);
}
