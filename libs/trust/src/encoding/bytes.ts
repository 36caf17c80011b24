/** Bytes and their one text form. No Buffer, no atob: the same code runs in Node, a browser and a worker. */
import { TrustError } from './trust-error.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** base64url without padding (RFC 4648 section 5). */
function encodeBase64Url(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0x3fff;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += ALPHABET.charAt((held >> bits) & 63);
    }
  }
  return bits === 0 ? text : text + ALPHABET.charAt((held << (6 - bits)) & 63);
}

/**
 * The bytes of an unpadded base64url text. Only the canonical form is taken (RFC 4648 section 3.5: unused bits are
 * zero), so that a value has one spelling.
 * @throws TrustError ENCODING.BASE64URL
 */
function decodeBase64Url(text: string): Uint8Array {
  const refuse = (): never => {
    throw new TrustError('ENCODING.BASE64URL', { length: text.length });
  };
  if (text.length % 4 === 1) refuse();
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = VALUES[text.charCodeAt(i)] ?? -1;
    if (value < 0) refuse();
    held = ((held << 6) | value) & 0x3fff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0) refuse();
  return bytes;
}

/** Standard base64 with padding (RFC 4648 section 4), canonical form only: for signed notes. */
export const b64 = {
  encode: (bytes: Uint8Array): string => {
    const text = encodeBase64Url(bytes).replaceAll('-', '+').replaceAll('_', '/');
    return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
  },
  /** @throws TrustError ENCODING.BASE64URL */
  decode: (text: string): Uint8Array => {
    const bytes = decodeBase64Url(
      text
        .replace(/={1,2}$/, '')
        .replaceAll('+', '-')
        .replaceAll('/', '_'),
    );
    if (b64.encode(bytes) !== text) throw new TrustError('ENCODING.BASE64URL', { length: text.length });
    return bytes;
  },
} as const;

/** Lower-case hexadecimal. */
export const hex = {
  encode: (bytes: Uint8Array): string =>
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
} as const;

export const b64u = { encode: encodeBase64Url, decode: decodeBase64Url } as const;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const utf8 = {
  encode: (text: string): Uint8Array => encoder.encode(text),
  /** Strict: ill-formed UTF-8 is refused, a byte order mark is kept as the character that it is. */
  decode: (bytes: Uint8Array): string => {
    try {
      return decoder.decode(bytes);
    } catch {
      throw new TrustError('ENCODING.UTF8', { length: bytes.length });
    }
  },
} as const;

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Compares without an early exit: the time does not say where two secrets of one length first differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (const [i, byte] of a.entries()) difference |= byte ^ (b[i] as number);
  return difference === 0;
}

/** An unsigned integer as `length` bytes, big-endian. */
export function uint(value: number | bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let rest = BigInt(value);
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** Reads big-endian bytes as an unsigned integer. */
export function readUint(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** `n` fresh bytes from a cryptographic source. Passed in wherever randomness is drawn, so that it is visible. */
export type Random = (n: number) => Uint8Array;

/** The platform's cryptographic source (Web Crypto); at most 65,536 bytes a call. */
export const systemRandom: Random = (n) => globalThis.crypto.getRandomValues(new Uint8Array(n));
