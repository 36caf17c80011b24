/** The values that records are made of. */
import { z } from 'zod';

const BASE64URL = /^[A-Za-z0-9_-]*$/;

/** Exactly `n` bytes as base64url; the last character's unused bits must be zero (one form per value). */
export const bytesOf = (n: number) =>
  z
    .string()
    .length(Math.ceil((n * 4) / 3))
    .regex(BASE64URL)
    .refine((text) => unusedBitsAreZero(text), 'not canonical base64url');

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function unusedBitsAreZero(text: string): boolean {
  const rest = text.length % 4;
  if (rest === 0) return true;
  if (rest === 1) return false;
  const last = ALPHABET.indexOf(text.charAt(text.length - 1));
  return rest === 2 ? (last & 0x0f) === 0 : (last & 0x03) === 0;
}

/** Any bytes up to `max`. */
export const bytesUpTo = (max: number) =>
  z
    .string()
    .max(Math.ceil((max * 4) / 3))
    .regex(BASE64URL)
    .refine((text) => unusedBitsAreZero(text), 'not canonical base64url');

export const hash32 = bytesOf(32);
/** A compressed point of the suite's group. */
export const point = bytesOf(33);
/** A scalar modulo the group's order, big-endian. */
export const scalar = bytesOf(32);
export const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const instantText = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
export const yuan = z.string().regex(/^(0|[1-9]\d{0,14})\.\d{2}$/);
export const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
export const shortText = z.string().min(1).max(300);
/** 统一社会信用代码, GB 32100-2015: 18 characters without I, O, S, V, Z. */
export const creditCode = z.string().regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/);
export const MAX_DER_BYTES = 16 * 1024;
/** A certificate or token in DER. */
export const der = bytesUpTo(MAX_DER_BYTES);

export const suite = z.enum(['P256', 'SM']);
/** Fixed in a lot's first notice and its LOTKEY (PROTOCOL section 2). */
export type SuiteId = z.infer<typeof suite>;
/** `suite` in the records that had no such field while P256 was the only one: there it is left out. */
export const lotSuite = z.literal('SM').optional();

/** Name of an outside time-stamp authority: lower case, digits and hyphens. */
export const authorityName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,29}$/);
/** Object identifier in dotted decimals: the policy under which an authority stamps. */
export const objectIdentifier = z
  .string()
  .regex(/^[0-2](\.(0|[1-9]\d*))+$/)
  .max(80);
