import { sha256 } from '@noble/hashes/sha2.js';
import { sameBytes, toHex, fromHex } from './bytes.ts';
import type { Certificate } from './certificate.ts';
import { context, DerError, expectTag, members, readDer, readOctets, readOid, TAG, type Der } from './der.ts';
import { element, octetString, oid, sequence, setOf, tagged } from './der-writer.ts';
import { readName, sameName } from './distinguished-name.ts';
import { OID } from './oids.ts';
import { isSha256 } from './signature.ts';

/** The three signed attributes of this profile; `digest` is the signer's hash of the content. */
export function signedAttributes(type: string, digest: Uint8Array, certificate: Certificate): Uint8Array[] {
  const attribute = (name: string, value: Uint8Array) => sequence(oid(name), setOf(value));
  return [
    attribute(OID.contentType, oid(type)),
    attribute(OID.messageDigest, octetString(digest)),
    attribute(OID.signingCertificateV2, sequence(sequence(certificateId(certificate)))),
  ];
}

/** ESSCertIDv2 (RFC 5035 section 4): SHA-256 is its default algorithm, so DER leaves it out. */
const certificateId = ({ der, issuer, serial }: Certificate): Uint8Array =>
  sequence(
    octetString(sha256(der)),
    sequence(sequence(tagged(4, issuer.der)), element(TAG.INTEGER, fromHex(serial))),
  );

/** Type and values of each attribute; a type that stands twice is refused (RFC 5652 section 5.3). */
export function readAttributes(set: Der): Map<string, Der[]> {
  const found = new Map<string, Der[]>();
  for (const each of members(set).rest()) {
    const reader = members(expectTag(each, TAG.SEQUENCE));
    const type = readOid(reader.next());
    const values = members(reader.next(TAG.SET)).rest();
    reader.end();
    if (found.has(type) || values.length === 0) throw new DerError('attribute stands twice or is empty');
    found.set(type, values);
  }
  return found;
}

export function onlyValue(attributes: ReadonlyMap<string, Der[]>, type: string): Der | null {
  const values = attributes.get(type);
  return values?.length === 1 ? (values[0] ?? null) : null;
}

/**
 * True when the first ESSCertIDv2 is this certificate, by hash and, where given, by issuer and serial number. It
 * binds the signature to one certificate, so that another one for the same key cannot be put in its place.
 */
export function namesCertificate(value: Der, certificate: Certificate): boolean {
  const reader = members(expectTag(value, TAG.SEQUENCE));
  const ids = reader.sequence();
  if (reader.more) reader.next(TAG.SEQUENCE);
  reader.end();
  const first = ids.sequence();
  const algorithm = first.optional(TAG.SEQUENCE);
  if (algorithm && !isSha256(algorithm)) return false;
  const hash = readOctets(first.next());
  const issuerSerial = first.optional(TAG.SEQUENCE);
  first.end();
  if (!sameBytes(hash, sha256(certificate.der))) return false;
  return issuerSerial === null || namesIssuer(issuerSerial, certificate);
}

function namesIssuer(issuerSerial: Der, certificate: Certificate): boolean {
  const reader = members(issuerSerial);
  const names = members(reader.next(TAG.SEQUENCE)).rest();
  const serial = toHex(reader.next(TAG.INTEGER).content);
  reader.end();
  const [name] = names;
  if (names.length !== 1 || name?.tag !== context(4, true)) return false;
  return serial === certificate.serial && sameName(readName(readDer(name.content)), certificate.issuer);
}
