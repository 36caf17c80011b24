import { DerError, expectTag, members, readOid, TAG, type Der } from './der.ts';
import { compareBytes } from './bytes.ts';
import { OID } from './oids.ts';

export interface NameAttribute {
  readonly type: string;
  readonly value: string;
}

/** A parsed X.501 name: relative names in order, each a set of attributes. */
export interface DistinguishedName {
  readonly der: Uint8Array;
  readonly relativeNames: readonly (readonly NameAttribute[])[];
  /** One text per relative name, equal for names that RFC 5280 section 7.1 calls equal. */
  readonly comparable: readonly string[];
}

const MAX_RELATIVE_NAMES = 32;
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

/** Reads the string types that names may use; the CA that issued the certificate chose these bytes. */
export function readText(element: Der): string {
  switch (element.tag) {
    case TAG.UTF8_STRING:
      return decode('utf-8', element.content);
    case TAG.PRINTABLE_STRING: {
      const text = ascii(element.content);
      if (!PRINTABLE.test(text)) throw new DerError('PrintableString has other characters');
      return text;
    }
    case TAG.NUMERIC_STRING: {
      const text = ascii(element.content);
      if (!/^[0-9 ]*$/.test(text)) throw new DerError('NumericString has other characters');
      return text;
    }
    case TAG.IA5_STRING:
    case TAG.VISIBLE_STRING:
    case TAG.TELETEX_STRING:
      return ascii(element.content);
    case TAG.BMP_STRING:
      return bmp(element.content);
    default:
      throw new DerError('not a text type');
  }
}

function decode(label: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new DerError('text is not valid');
  }
}

export function ascii(bytes: Uint8Array): string {
  if (bytes.some((octet) => octet > 0x7f)) throw new DerError('text is not ASCII');
  return String.fromCharCode(...bytes);
}

function bmp(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0) throw new DerError('BMPString has half a character');
  let text = '';
  for (let i = 0; i < bytes.length; i += 2) {
    text += String.fromCharCode(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0));
  }
  if (/[\ud800-\udfff]/.test(text)) throw new DerError('BMPString has surrogates');
  return text;
}

export function readName(element: Der): DistinguishedName {
  expectTag(element, TAG.SEQUENCE);
  const relativeNames = members(element).rest().map(readRelativeName);
  if (relativeNames.length > MAX_RELATIVE_NAMES) throw new DerError('name is too long');
  return { der: element.bytes, relativeNames, comparable: relativeNames.map(comparableText) };
}

function readRelativeName(element: Der): NameAttribute[] {
  expectTag(element, TAG.SET);
  const parts = members(element).rest();
  if (parts.length === 0) throw new DerError('relative name is empty');
  assertSetOrder(parts);
  return parts.map((part) => {
    const reader = members(expectTag(part, TAG.SEQUENCE));
    const type = readOid(reader.next());
    const value = readText(reader.next());
    reader.end();
    if (value === '') throw new DerError('name attribute is empty');
    return { type, value };
  });
}

/** SET OF members come sorted and without repetition. */
export function assertSetOrder(parts: readonly Der[]): void {
  for (let i = 1; i < parts.length; i++) {
    const [before, after] = [parts[i - 1], parts[i]];
    if (before && after && compareBytes(before.bytes, after.bytes) >= 0) throw new DerError('SET OF order');
  }
}

/** Case and inner white space do not distinguish names (RFC 5280 section 7.1, RFC 4518). */
const comparableText = (attributes: readonly NameAttribute[]): string =>
  JSON.stringify(
    attributes
      .map(({ type, value }) => [type, value.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/gu, ' ')])
      .toSorted(([a = '', b = ''], [c = '', d = '']) => (a === c ? (b < d ? -1 : 1) : a < c ? -1 : 1)),
  );

export const sameName = (a: DistinguishedName, b: DistinguishedName): boolean =>
  a.comparable.length === b.comparable.length && a.comparable.every((part, i) => part === b.comparable[i]);

/** True when `base` is a prefix of `name`: the subtree rule of directoryName constraints. */
export const isWithin = (name: DistinguishedName, base: DistinguishedName): boolean =>
  base.comparable.length <= name.comparable.length &&
  base.comparable.every((p, i) => p === name.comparable[i]);

/** The attribute's only value; null when it is absent or stands there more than once. */
export function attribute(name: DistinguishedName, type: string): string | null {
  const found = name.relativeNames.flat().filter((each) => each.type === type);
  return found.length === 1 ? (found[0]?.value ?? null) : null;
}

const SHORT = new Map<string, string>([
  [OID.commonName, 'CN'],
  [OID.organisation, 'O'],
  [OID.organisationalUnit, 'OU'],
  [OID.country, 'C'],
  [OID.organisationIdentifier, 'organizationIdentifier'],
  [OID.serialNumber, 'serialNumber'],
  [OID.userId, 'UID'],
]);

/** For people and logs; never parsed back. */
export const nameText = (name: DistinguishedName): string =>
  name.relativeNames
    .map((parts) => parts.map(({ type, value }) => `${SHORT.get(type) ?? type}=${value}`).join('+'))
    .join(', ');
