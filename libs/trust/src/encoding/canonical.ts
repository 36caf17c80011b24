/**
 * The one byte form of a record: JCS (RFC 8785) JSON of strings, booleans, null and integers below 2^53.
 * Source: docs/PROTOCOL.md section 3.
 */
import canonicalize from 'canonicalize';
import type { z } from 'zod';
import { equalBytes, utf8 } from './bytes.ts';
import { TrustError } from './trust-error.ts';

export const MAX_RECORD_BYTES = 64 * 1024;
/** For lists of a whole lot: CLOSE, shares, opening record, evaluation report. */
export const MAX_LIST_BYTES = 4 * 1024 * 1024;
export const MAX_DEPTH = 8;

/**
 * Walks what JCS will write and refuses what a record may not hold: floats, -0, integers from 2^53 on, undefined,
 * functions, class instances, and nesting deeper than {@link MAX_DEPTH}. An absent optional field is no field.
 */
function assertRepresentable(value: unknown, depth: number): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return;
    throw new TrustError('RECORD.NOT_REPRESENTABLE', { kind: 'number' });
  }
  if (typeof value !== 'object') throw new TrustError('RECORD.NOT_REPRESENTABLE', { kind: typeof value });
  if (depth >= MAX_DEPTH) throw new TrustError('RECORD.TOO_DEEP', { limit: MAX_DEPTH });
  if (Array.isArray(value)) {
    for (const member of value as unknown[]) assertRepresentable(member, depth + 1);
    return;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    throw new TrustError('RECORD.NOT_REPRESENTABLE', { kind: 'instance' });
  }
  for (const member of Object.values(value)) assertRepresentable(member, depth + 1);
}

/**
 * JCS (RFC 8785) of a record, as UTF-8.
 * @throws TrustError RECORD.NOT_REPRESENTABLE | RECORD.TOO_DEEP
 */
export function canonicalBytes(record: unknown): Uint8Array {
  assertRepresentable(record, 0);
  try {
    return utf8.encode(canonicalize(record) as string);
  } catch {
    // All that is left after the walk: a lone surrogate, which UTF-8 cannot hold.
    throw new TrustError('RECORD.NOT_REPRESENTABLE', { kind: 'surrogate' });
  }
}

/** Depth of brackets outside strings, before JSON.parse sees the text: a hostile depth costs no stack. */
function assertShallow(bytes: Uint8Array): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (inString) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > MAX_DEPTH) throw new TrustError('RECORD.TOO_DEEP', { limit: MAX_DEPTH });
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown;
  } catch {
    throw new TrustError('RECORD.NOT_CANONICAL', { reason: 'not JSON' });
  }
}

/**
 * Reads a record that someone else wrote. The bytes must be exactly the canonical form of what they say: that one
 * rule refuses duplicate fields, white space, floats, other orders and other escapes. Then the schema is applied;
 * it is strict, so unknown fields are refused, and it may not change the value.
 * @throws TrustError RECORD.TOO_LARGE | RECORD.TOO_DEEP | RECORD.NOT_REPRESENTABLE | RECORD.NOT_CANONICAL | RECORD.SCHEMA
 */
export function parseRecord<T>(schema: z.ZodType<T>, bytes: Uint8Array, maxBytes = MAX_RECORD_BYTES): T {
  if (bytes.length > maxBytes)
    throw new TrustError('RECORD.TOO_LARGE', { limit: maxBytes, actual: bytes.length });
  assertShallow(bytes);
  const value = parseJson(bytes);
  if (!equalBytes(canonicalBytes(value), bytes))
    throw new TrustError('RECORD.NOT_CANONICAL', { reason: 'form' });
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, code }] = parsed.error.issues as [z.core.$ZodIssue];
  throw new TrustError('RECORD.SCHEMA', { path: path.join('.'), issue: code });
}
