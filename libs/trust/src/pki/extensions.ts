import { toHex } from './bytes.ts';
import {
  context,
  DerError,
  DerReader,
  assertDer,
  members,
  readBoolean,
  readDer,
  readNamedBits,
  readOctets,
  readOid,
  readSmallInteger,
  TAG,
  type Der,
} from './der.ts';
import {
  readAlternativeNames,
  readNameConstraints,
  type GeneralName,
  type NameConstraints,
} from './general-name.ts';
import { OID } from './oids.ts';

export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** What the profile reads from a certificate's extensions; null where the extension is absent. */
export interface CertificateExtensions {
  readonly all: readonly Extension[];
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | null } | null;
  readonly keyUsage: ReadonlySet<KeyUsage> | null;
  readonly extendedKeyUsage: readonly string[] | null;
  readonly subjectKeyId: string | null;
  readonly authorityKeyId: { readonly keyId: string | null; readonly serial: string | null } | null;
  readonly alternativeNames: readonly GeneralName[] | null;
  readonly nameConstraints: NameConstraints | null;
}

/** Reads `Extensions`; an object identifier that stands there twice is refused (RFC 5280 section 4.2). */
export function readExtensions(element: Der): Extension[] {
  const extensions = members(readDer(element.bytes, TAG.SEQUENCE)).rest().map(readExtension);
  if (extensions.length === 0) throw new DerError('extensions are empty');
  if (new Set(extensions.map(({ oid }) => oid)).size !== extensions.length) {
    throw new DerError('an extension stands twice');
  }
  return extensions;
}

function readExtension(element: Der): Extension {
  const reader = members(readDer(element.bytes, TAG.SEQUENCE));
  const oid = readOid(reader.next());
  const flag = reader.optional(TAG.BOOLEAN);
  const critical = flag !== null && readBoolean(flag);
  if (flag !== null && !critical) throw new DerError('a default value is encoded');
  const value = readOctets(reader.next());
  reader.end();
  return { oid, critical, value };
}

export function readCertificateExtensions(all: readonly Extension[]): CertificateExtensions {
  const read = <T>(oid: string, parse: (value: Uint8Array) => T): T | null => {
    const found = all.find((each) => each.oid === oid);
    return found ? parse(found.value) : null;
  };
  // Extension values outside this list are opaque, unless critical (then the validator refuses them).
  for (const each of all) if (each.oid.startsWith('2.5.29.')) assertDer(readDer(each.value));
  return {
    all,
    basicConstraints: read(OID.basicConstraints, readBasicConstraints),
    keyUsage: read(OID.keyUsage, readKeyUsage),
    extendedKeyUsage: read(OID.extendedKeyUsage, readExtendedKeyUsage),
    subjectKeyId: read(OID.subjectKeyIdentifier, readSubjectKeyId),
    authorityKeyId: read(OID.authorityKeyIdentifier, readAuthorityKeyId),
    alternativeNames: read(OID.subjectAltName, readAlternativeNames),
    nameConstraints: read(OID.nameConstraints, readNameConstraints),
  };
}

function readBasicConstraints(value: Uint8Array): { ca: boolean; pathLength: number | null } {
  const reader = members(readDer(value, TAG.SEQUENCE));
  const flag = reader.optional(TAG.BOOLEAN);
  const ca = flag !== null && readBoolean(flag);
  if (flag !== null && !ca) throw new DerError('a default value is encoded');
  const length = reader.optional(TAG.INTEGER);
  reader.end();
  if (length === null) return { ca, pathLength: null };
  const pathLength = readSmallInteger(length);
  if (pathLength < 0 || !ca) throw new DerError('pathLenConstraint');
  return { ca, pathLength };
}

function readKeyUsage(value: Uint8Array): ReadonlySet<KeyUsage> {
  const bits = readNamedBits(readDer(value));
  const usages = bits.map((bit) => KEY_USAGES[bit]).filter((usage) => usage !== undefined);
  if (usages.length === 0 || usages.length !== bits.length) throw new DerError('keyUsage bits');
  return new Set(usages);
}

function readExtendedKeyUsage(value: Uint8Array): string[] {
  const oids = members(readDer(value, TAG.SEQUENCE)).rest().map(readOid);
  if (oids.length === 0) throw new DerError('extKeyUsage is empty');
  return oids;
}

function readSubjectKeyId(value: Uint8Array): string {
  const keyId = readOctets(readDer(value));
  if (keyId.length === 0) throw new DerError('subjectKeyIdentifier is empty');
  return toHex(keyId);
}

function readAuthorityKeyId(value: Uint8Array): { keyId: string | null; serial: string | null } {
  const reader: DerReader = members(readDer(value, TAG.SEQUENCE));
  const keyId = reader.optional(context(0, false));
  const issuer = reader.optional(context(1, true));
  const serial = reader.optional(context(2, false));
  reader.end();
  if ((issuer === null) !== (serial === null)) throw new DerError('authorityKeyIdentifier');
  return { keyId: keyId && toHex(keyId.content), serial: serial && toHex(serial.content) };
}
