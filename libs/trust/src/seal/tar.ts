/**
 * The tar of an envelope, in one canonical form: POSIX ustar, regular files, mode 0644, owner and time zero, and a
 * pax record (`path`, `size`) exactly where ustar's own fields cannot hold them. Any tar program reads it. Our
 * reader accepts nothing but what our writer would have written for the same name and size, which refuses links,
 * devices, unknown pax fields, sparse files and every other surprise in one rule. The bidder controls this input.
 */
import { TrustError, concat, equalBytes, utf8 } from '../encoding/index.ts';
import { PathSet, checkMemberPath } from './member-path.ts';
import { paddedLength } from './padding.ts';

export const BLOCK_BYTES = 512;
const USTAR_NAME_BYTES = 100;
const USTAR_MAX_SIZE = 0o77777777777;
const MAX_PAX_BYTES = 2048;
export const MAX_MEMBERS = 10_001;

const roundUp = (n: number): number => Math.ceil(n / BLOCK_BYTES) * BLOCK_BYTES;
export const memberPadding = (size: number): number => roundUp(size) - size;

/** Header block (preceded by a pax member where one is needed) of a regular file. */
export function memberHeader(path: string, size: number): Uint8Array {
  checkMemberPath(path);
  const name = utf8.encode(path);
  const plainName = name.length <= USTAR_NAME_BYTES && name.every((byte) => byte < 0x80);
  if (plainName && size <= USTAR_MAX_SIZE) return block(name, size, '0');
  const pax = concat(
    ...(plainName ? [] : [paxRecord('path', path)]),
    ...(size <= USTAR_MAX_SIZE ? [] : [paxRecord('size', String(size))]),
  );
  const shownName = plainName ? name : utf8.encode('see-pax-path');
  const shownSize = size <= USTAR_MAX_SIZE ? size : 0;
  return concat(
    block(utf8.encode('PaxHeader'), pax.length, 'x'),
    pax,
    new Uint8Array(memberPadding(pax.length)),
    block(shownName, shownSize, '0'),
  );
}

function paxRecord(key: string, value: string): Uint8Array {
  const rest = utf8.encode(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return concat(utf8.encode(String(length)), rest);
}

function block(name: Uint8Array, size: number, type: '0' | 'x'): Uint8Array {
  const out = new Uint8Array(BLOCK_BYTES);
  const put = (at: number, text: string): void => {
    out.set(utf8.encode(text), at);
  };
  out.set(name);
  put(100, '0000644\0' + '0000000\0' + '0000000\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0`);
  put(148, ' '.repeat(8) + type);
  put(257, 'ustar\x0000');
  const sum = out.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return out;
}

/** Zeros that end the archive and pad the payload to its allowed size; `length` is the tar's so far. */
export function payloadTail(length: number): number {
  return paddedLength(length + 2 * BLOCK_BYTES) - length;
}

export type TarEvent =
  | { readonly kind: 'start'; readonly path: string; readonly size: number }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' };

type State = 'header' | 'pax' | 'data' | 'skip' | 'tail';

/**
 * Push parser: `push` yields events over views of the given bytes (valid as long as those are), `finish` demands that
 * the archive ended and that it was padded to exactly the canonical length. Throws TrustError SEAL.TAR*.
 */
export class TarReader {
  private state: State = 'header';
  private readonly held = new Uint8Array(BLOCK_BYTES);
  private heldLength = 0;
  private pax: { header: Uint8Array; body: Uint8Array[]; left: number } | null = null;
  private left = 0;
  private pad = 0;
  private total = 0;
  private tarLength = 0;
  private members = 0;
  private readonly paths = new PathSet();

  *push(bytes: Uint8Array): Generator<TarEvent> {
    let at = 0;
    this.total += bytes.length;
    while (at < bytes.length) {
      if (this.state === 'tail') {
        requireZero(bytes.subarray(at));
        return;
      }
      if (this.state === 'data') {
        const take = Math.min(this.left, bytes.length - at);
        yield { kind: 'data', bytes: bytes.subarray(at, at + take) };
        at += take;
        this.left -= take;
        if (this.left === 0) yield* this.endMember();
        continue;
      }
      if (this.state === 'skip') {
        const take = Math.min(this.pad, bytes.length - at);
        requireZero(bytes.subarray(at, at + take));
        at += take;
        this.pad -= take;
        if (this.pad === 0) this.state = 'header';
        continue;
      }
      const take = Math.min(BLOCK_BYTES - this.heldLength, bytes.length - at);
      this.held.set(bytes.subarray(at, at + take), this.heldLength);
      this.heldLength += take;
      at += take;
      if (this.heldLength === BLOCK_BYTES) {
        this.heldLength = 0;
        yield* this.takeBlock(this.held.slice());
      }
    }
  }

  finish(): void {
    if (this.state !== 'tail') throw new TrustError('SEAL.TAR', { reason: 'no end of archive' });
    if (this.total !== this.tarLength + payloadTail(this.tarLength)) {
      throw new TrustError('SEAL.TAR', { reason: 'padding is not the canonical length' });
    }
  }

  private *takeBlock(header: Uint8Array): Generator<TarEvent> {
    if (this.pax && this.pax.left > 0) {
      this.pax.body.push(header);
      this.pax.left -= BLOCK_BYTES;
      return;
    }
    if (header[0] === 0 && !this.pax) {
      requireZero(header);
      this.state = 'tail';
      return;
    }
    this.tarLength += BLOCK_BYTES;
    if (header[156] === 0x78 && !this.pax) {
      const size = readOctal(header);
      if (size > MAX_PAX_BYTES) throw new TrustError('SEAL.TAR', { reason: 'pax record too long' });
      this.tarLength += roundUp(size);
      this.pax = { header, body: [], left: roundUp(size) };
      return;
    }
    const { path, size } = this.readMember(header);
    this.members += 1;
    if (this.members > MAX_MEMBERS) throw new TrustError('SEAL.TAR', { reason: 'too many members' });
    this.paths.add(path);
    this.tarLength += roundUp(size);
    this.left = size;
    this.pad = memberPadding(size);
    this.state = 'data';
    yield { kind: 'start', path, size };
    if (size === 0) yield* this.endMember();
  }

  /** Name and size, from the pax member where there is one; then the canonical form must be these very bytes. */
  private readMember(header: Uint8Array): { path: string; size: number } {
    const pax = this.pax;
    const fields = pax ? readPax(concat(...pax.body).subarray(0, readOctal(pax.header))) : {};
    const path = fields.path ?? readName(header);
    const size = fields.size ?? readOctal(header);
    const actual = pax ? concat(pax.header, ...pax.body, header) : header;
    if (!equalBytes(memberHeader(path, size), actual)) {
      throw new TrustError('SEAL.TAR', { reason: 'not the canonical header', path: path.slice(0, 100) });
    }
    this.pax = null;
    return { path, size };
  }

  private *endMember(): Generator<TarEvent> {
    this.state = this.pad > 0 ? 'skip' : 'header';
    yield { kind: 'end' };
  }
}

function readName(header: Uint8Array): string {
  const end = header.subarray(0, USTAR_NAME_BYTES).indexOf(0);
  return decodeText(header.subarray(0, end === -1 ? USTAR_NAME_BYTES : end));
}

function readOctal(header: Uint8Array): number {
  const text = decodeText(header.subarray(124, 135));
  if (!/^[0-7]{11}$/.test(text)) throw new TrustError('SEAL.TAR', { reason: 'size is not octal' });
  return Number.parseInt(text, 8);
}

/** `path` and `size` only; the form of each record is checked by re-encoding in {@link TarReader}. */
function readPax(body: Uint8Array): { path?: string; size?: number } {
  const fields: { path?: string; size?: number } = {};
  for (const line of decodeText(body)
    .split('\n')
    .filter((text) => text !== '')) {
    const [, key, value] = /^\d+ (path|size)=(.*)$/su.exec(line) ?? [];
    if (key === 'path' && value !== undefined) fields.path = value;
    else if (key === 'size' && value !== undefined && /^[1-9]\d{0,15}$/.test(value))
      fields.size = Number(value);
    else throw new TrustError('SEAL.TAR', { reason: 'unknown pax field' });
  }
  return fields;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new TrustError('SEAL.TAR', { reason: 'not UTF-8' });
  }
}

/** Word by word: an envelope may end in many megabytes of padding. */
function requireZero(bytes: Uint8Array): void {
  const unaligned = (4 - (bytes.byteOffset % 4)) % 4;
  const head = bytes.length < 8 ? bytes.length : unaligned;
  const words =
    head === bytes.length
      ? new Uint32Array(0)
      : new Uint32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >> 2);
  let seen = 0;
  for (let i = 0; i < head; i += 1) seen |= bytes[i] ?? 0;
  for (let i = 0; i < words.length; i += 1) seen |= words[i] ?? 0;
  for (let i = head + words.length * 4; i < bytes.length; i += 1) seen |= bytes[i] ?? 0;
  if (seen !== 0) throw new TrustError('SEAL.TAR', { reason: 'padding is not zero' });
}
