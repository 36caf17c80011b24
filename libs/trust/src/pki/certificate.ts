import { sha256 } from '@noble/hashes/sha2.js';
import { ok, refuse, type Instant, type Refusal, type Result } from '#kernel';
import { sameBytes, toBase64Url, toHex } from './bytes.ts';
import {
  assertDer,
  context,
  DerError,
  members,
  readDer,
  readInteger,
  readOctetBits,
  TAG,
  type Der,
} from './der.ts';
import { attribute, readName, type DistinguishedName } from './distinguished-name.ts';
import { readCertificateExtensions, readExtensions, type CertificateExtensions } from './extensions.ts';
import { OID } from './oids.ts';
import { readPublicKey, UnsupportedKeyError, type PublicKey } from './public-key.ts';
import { readSignatureAlgorithm, type SignatureAlgorithm } from './signature.ts';
import { readTime } from './time.ts';

export type CertificateCode = 'CERT.MALFORMED' | 'CERT.UNSUPPORTED_KEY' | 'CERT.UNSUPPORTED_ALGORITHM';

/**
 * Whom a certificate names, in this profile: organisation O, 统一社会信用代码 in organizationIdentifier
 * (2.5.4.97; a subject serialNumber of the same form is read too), person CN, and uid as a hash of the
 * person's identity number. Each is null where the subject does not have it exactly once.
 */
export interface Holder {
  readonly organisation: string | null;
  readonly creditCode: string | null;
  readonly person: string | null;
  readonly personIdHash: string | null;
}

/** An X.509 v3 certificate that parsed as strict DER. Parsed says nothing about trusted: see validateChain. */
export interface Certificate {
  readonly der: Uint8Array;
  /** SHA-256 of `der`, base64url. */
  readonly fingerprint: string;
  /** Content octets of the serial number, hexadecimal. */
  readonly serial: string;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  readonly holder: Holder;
  readonly notBefore: Instant;
  /** The last second in which it is valid (RFC 5280 section 4.1.2.5: both ends belong to the period). */
  readonly notAfter: Instant;
  readonly publicKey: PublicKey;
  readonly extensions: CertificateExtensions;
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
}

/** Certificates in the wild are 1 to 3 KiB; anything far above is an attempt to make us work. */
const MAX_BYTES = 64 * 1024;
const CREDIT_CODE = /^[0-9A-HJ-NPQRTUWXY]{18}$/;

class UnsupportedAlgorithmError extends DerError {}

/** Parses one certificate; the bytes may come from anyone. Refuses BER, v1 and v2, unknown keys and algorithms. */
export function parseCertificate(der: Uint8Array): Result<Certificate, Refusal<CertificateCode>> {
  try {
    if (der.length > MAX_BYTES) throw new DerError('certificate is too long');
    return ok(readCertificate(der.slice()));
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    const code =
      error instanceof UnsupportedKeyError
        ? 'CERT.UNSUPPORTED_KEY'
        : error instanceof UnsupportedAlgorithmError
          ? 'CERT.UNSUPPORTED_ALGORITHM'
          : 'CERT.MALFORMED';
    return refuse(code, { reason: error.message });
  }
}

function readCertificate(der: Uint8Array): Certificate {
  const whole = readDer(der, TAG.SEQUENCE);
  assertDer(whole);
  const outer = members(whole);
  const tbs = outer.next(TAG.SEQUENCE);
  const algorithm = outer.next(TAG.SEQUENCE);
  const signature = readOctetBits(outer.next());
  outer.end();
  const fields = readTbs(tbs);
  if (!sameBytes(fields.algorithm.bytes, algorithm.bytes)) throw new DerError('algorithms differ');
  const signatureAlgorithm = readSignatureAlgorithm(algorithm);
  if (!signatureAlgorithm) throw new UnsupportedAlgorithmError('signature algorithm is not supported');
  const { algorithm: _, ...rest } = fields;
  return {
    der,
    fingerprint: toBase64Url(sha256(der)),
    ...rest,
    holder: readHolder(rest.subject),
    tbs: tbs.bytes,
    signatureAlgorithm,
    signature,
  };
}

function readTbs(tbs: Der) {
  const reader = members(tbs);
  const version = reader.next(context(0, true));
  if (readInteger(readDer(version.content)) !== 2n) throw new DerError('not version 3');
  const serial = reader.next(TAG.INTEGER);
  const algorithm = reader.next(TAG.SEQUENCE);
  const issuer = readName(reader.next());
  const validity = reader.sequence();
  const notBefore = readTime(validity.next());
  const notAfter = readTime(validity.next());
  validity.end();
  const subject = readName(reader.next());
  const publicKey = readPublicKey(reader.next());
  // Unique identifiers ([1], [2]) are outside the profile (RFC 5280 section 4.1.2.8: not to be generated).
  const extensions = readExtensions(readDer(reader.next(context(3, true)).content));
  reader.end();
  return {
    serial: toHex(serial.content),
    algorithm,
    issuer,
    notBefore,
    notAfter,
    subject,
    publicKey,
    extensions: readCertificateExtensions(extensions),
  };
}

function readHolder(subject: DistinguishedName): Holder {
  const code = attribute(subject, OID.organisationIdentifier) ?? attribute(subject, OID.serialNumber);
  return {
    organisation: attribute(subject, OID.organisation),
    creditCode: code !== null && CREDIT_CODE.test(code) ? code : null,
    person: attribute(subject, OID.commonName),
    personIdHash: attribute(subject, OID.userId),
  };
}
