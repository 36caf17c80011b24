import { compareBytes, concat, fromHex } from './bytes.ts';
import { TAG } from './der.ts';
import type { Instant } from '#kernel';

/** Writers of DER. Each returns one whole element; a constructed one takes its members' bytes. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts);
  return concat(new Uint8Array([tag]), length(content.length), content);
}

function length(n: number): Uint8Array {
  if (n < 0x80) return new Uint8Array([n]);
  const octets: number[] = [];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return new Uint8Array([0x80 | octets.length, ...octets]);
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => element(TAG.SEQUENCE, ...parts);

/** SET OF: DER sorts the members by their encodings (X.690 section 11.6). */
export const setOf = (...parts: readonly Uint8Array[]): Uint8Array =>
  element(TAG.SET, ...parts.toSorted(compareBytes));

/** `[number]` constructed: explicit tagging, or implicit tagging of a constructed type. */
export const tagged = (number: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  element(0xa0 | number, ...parts);

/** `[number]` primitive: implicit tagging of a primitive type. */
export const taggedPrimitive = (number: number, content: Uint8Array): Uint8Array =>
  element(0x80 | number, content);

export function integer(value: bigint | number): Uint8Array {
  const n = BigInt(value);
  if (n < 0n) throw new RangeError('negative integers are never written');
  const hex = n.toString(16);
  const bytes = fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
  return unsignedInteger(bytes);
}

/** A non-negative INTEGER from big-endian bytes. */
export function unsignedInteger(bytes: Uint8Array): Uint8Array {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from++;
  const body = bytes.subarray(from);
  return element(TAG.INTEGER, (body[0] ?? 0) >= 0x80 ? new Uint8Array([0]) : new Uint8Array(), body);
}

export function oid(dotted: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  const octets: number[] = [];
  for (const arc of [first * 40n + second, ...rest]) {
    const group: number[] = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) group.unshift(Number(left & 0x7fn) | 0x80);
    octets.push(...group);
  }
  return element(TAG.OID, new Uint8Array(octets));
}

export const octetString = (...parts: readonly Uint8Array[]): Uint8Array =>
  element(TAG.OCTET_STRING, ...parts);
export const bitString = (bytes: Uint8Array, unused = 0): Uint8Array =>
  element(TAG.BIT_STRING, new Uint8Array([unused]), bytes);
export const nullValue = (): Uint8Array => element(TAG.NULL);
export const booleanTrue = (): Uint8Array => element(TAG.BOOLEAN, new Uint8Array([0xff]));
export const enumerated = (value: number): Uint8Array => element(TAG.ENUMERATED, new Uint8Array([value]));
export const utf8String = (text: string): Uint8Array =>
  element(TAG.UTF8_STRING, new TextEncoder().encode(text));
export const printableString = (text: string): Uint8Array =>
  element(TAG.PRINTABLE_STRING, new TextEncoder().encode(text));

/** Named bits: trailing zero bits are removed. */
export function namedBits(positions: readonly number[]): Uint8Array {
  const top = Math.max(-1, ...positions);
  const bytes = new Uint8Array(Math.ceil((top + 1) / 8));
  for (const at of positions) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (0x80 >> (at & 7));
  return bitString(bytes, top < 0 ? 0 : 7 - (top & 7));
}

/** Time of a certificate or CRL (RFC 5280 section 4.1.2.5): UTCTime up to 2049, GeneralizedTime after; whole seconds. */
export function time(at: Instant): Uint8Array {
  const text = compactTime(at);
  const year = Number(text.slice(0, 4));
  if (year >= 1950 && year < 2050)
    return element(TAG.UTC_TIME, new TextEncoder().encode(`${text.slice(2)}Z`));
  return element(TAG.GENERALIZED_TIME, new TextEncoder().encode(`${text}Z`));
}

/** GeneralizedTime of a timestamp (RFC 3161 section 2.4.2): milliseconds without trailing zeros. */
export function generalizedTime(at: Instant): Uint8Array {
  const ms = (((at % 1000) + 1000) % 1000).toString().padStart(3, '0').replace(/0+$/, '');
  const text = `${compactTime(at)}${ms === '' ? '' : `.${ms}`}Z`;
  return element(TAG.GENERALIZED_TIME, new TextEncoder().encode(text));
}

const compactTime = (at: Instant): string => new Date(at).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '');
