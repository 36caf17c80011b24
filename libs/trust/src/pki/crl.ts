import { ok, refuse, type Instant, type Refusal, type Result } from '#kernel';
import { sameBytes, toHex } from './bytes.ts';
import type { Certificate } from './certificate.ts';
import {
  assertDer,
  context,
  DerError,
  members,
  readDer,
  readEnumerated,
  readInteger,
  readOctetBits,
  TAG,
  type Der,
  type DerReader,
} from './der.ts';
import { readName, type DistinguishedName } from './distinguished-name.ts';
import { readExtensions, type Extension } from './extensions.ts';
import { OID } from './oids.ts';
import { readPem, type PemCode } from './pem.ts';
import { readSignatureAlgorithm, verifyEncodedSignature, type SignatureAlgorithm } from './signature.ts';
import { readTime } from './time.ts';

/** A complete CRL, version 2, that parsed as strict DER (RFC 5280 section 5). */
export interface CertificateRevocationList {
  readonly der: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly thisUpdate: Instant;
  /** Null where absent: such a list is never current in this profile. */
  readonly nextUpdate: Instant | null;
  /** Serial number (content octets, hexadecimal) to the date of revocation. */
  readonly revoked: ReadonlyMap<string, Instant>;
  readonly authorityKeyId: string | null;
  /** Why the profile cannot use it although it parses (delta, indirect, partial, unknown critical); null if it can. */
  readonly unsupported: string | null;
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm | null;
  readonly signature: Uint8Array;
}

export type CrlCode = 'CRL.MALFORMED';

const MAX_BYTES = 64 * 1024 * 1024;

export function parseCrl(der: Uint8Array): Result<CertificateRevocationList, Refusal<CrlCode>> {
  try {
    if (der.length > MAX_BYTES) throw new DerError('CRL is too long');
    return ok(readCrl(der.slice()));
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return refuse('CRL.MALFORMED', { reason: error.message });
  }
}

/** Every `X509 CRL` block of a PEM text. */
export function parseCrlPem(text: string): Result<CertificateRevocationList[], Refusal<PemCode | CrlCode>> {
  const blocks = readPem(text, 'X509 CRL');
  if (!blocks.ok) return blocks;
  const lists: CertificateRevocationList[] = [];
  for (const block of blocks.value) {
    const list = parseCrl(block);
    if (!list.ok) return list;
    lists.push(list.value);
  }
  return ok(lists);
}

function readCrl(der: Uint8Array): CertificateRevocationList {
  const whole = readDer(der, TAG.SEQUENCE);
  assertDer(whole);
  const outer = members(whole);
  const tbs = outer.next(TAG.SEQUENCE);
  const algorithm = outer.next(TAG.SEQUENCE);
  const signature = readOctetBits(outer.next());
  outer.end();
  const { algorithm: inner, ...fields } = readTbs(members(tbs));
  if (!sameBytes(inner.bytes, algorithm.bytes)) throw new DerError('algorithms differ');
  return { der, ...fields, tbs: tbs.bytes, signatureAlgorithm: readSignatureAlgorithm(algorithm), signature };
}

function readTbs(reader: DerReader) {
  if (readInteger(reader.next(TAG.INTEGER)) !== 1n) throw new DerError('not version 2');
  const algorithm = reader.next(TAG.SEQUENCE);
  const issuer = readName(reader.next());
  const thisUpdate = readTime(reader.next());
  const next = reader.optional(TAG.UTC_TIME) ?? reader.optional(TAG.GENERALIZED_TIME);
  const entries = reader.optional(TAG.SEQUENCE);
  const extensions = readExtensions(readDer(reader.next(context(0, true)).content));
  reader.end();
  const { revoked, unsupported } = readEntries(entries);
  return {
    algorithm,
    issuer,
    thisUpdate,
    nextUpdate: next && readTime(next),
    revoked,
    authorityKeyId: readKeyId(extensions),
    unsupported: unsupported ?? listFault(extensions),
  };
}

/** The list itself must hold crlNumber, not critical, and no critical extension (RFC 5280 section 5.2). */
function listFault(extensions: readonly Extension[]): string | null {
  const critical = extensions.find((each) => each.critical);
  if (critical) return `critical extension ${critical.oid}`;
  const oids = new Set(extensions.map(({ oid }) => oid));
  if (oids.has(OID.deltaCrlIndicator)) return 'delta list';
  if (oids.has(OID.issuingDistributionPoint)) return 'partial list';
  // A freshest-CRL pointer says that this list alone may not tell the newest revocations.
  if (oids.has(OID.freshestCrl)) return 'delta lists are announced';
  const number = extensions.find(({ oid }) => oid === OID.crlNumber);
  if (!number || readInteger(readDer(number.value), 21) < 0n) return 'no crlNumber';
  return null;
}

function readKeyId(extensions: readonly Extension[]): string | null {
  const found = extensions.find(({ oid }) => oid === OID.authorityKeyIdentifier);
  const keyId = found && members(readDer(found.value, TAG.SEQUENCE)).optional(context(0, false));
  return keyId ? toHex(keyId.content) : null;
}

function readEntries(element: Der | null) {
  const revoked = new Map<string, Instant>();
  let unsupported: string | null = null;
  // An empty list is encoded by leaving the field out (RFC 5280 section 5.1.2.6).
  const entries = element ? members(element).rest() : [];
  if (element && entries.length === 0) throw new DerError('empty revokedCertificates');
  for (const entry of entries) {
    const reader = members(readDer(entry.bytes, TAG.SEQUENCE));
    const serial = toHex(reader.next(TAG.INTEGER).content);
    const date = readTime(reader.next());
    const extensions = reader.optional(TAG.SEQUENCE);
    reader.end();
    unsupported ??= extensions && entryFault(readExtensions(extensions));
    const earlier = revoked.get(serial);
    revoked.set(serial, earlier === undefined || date < earlier ? date : earlier);
  }
  return { revoked, unsupported };
}

function entryFault(extensions: readonly Extension[]): string | null {
  for (const { oid, critical, value } of extensions) {
    if (critical) return `critical entry extension ${oid}`;
    if (oid === OID.certificateIssuer) return 'indirect list';
    // removeFromCRL belongs to delta lists only.
    if (oid === OID.reasonCode && readEnumerated(readDer(value)) === 8) return 'delta entry';
  }
  return null;
}

/** True when the issuer's key made this list, and it was allowed to (keyUsage cRLSign). */
export function isCrlOf(list: CertificateRevocationList, issuer: Certificate): boolean {
  return (
    list.signatureAlgorithm !== null &&
    issuer.extensions.keyUsage?.has('cRLSign') === true &&
    verifyEncodedSignature(issuer.publicKey, list.signatureAlgorithm, list.tbs, list.signature)
  );
}
