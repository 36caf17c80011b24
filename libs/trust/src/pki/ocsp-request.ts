import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { fromHex, sameBytes, toHex } from './bytes.ts';
import type { Certificate } from './certificate.ts';
import { DerError, members, readDer, readOctetBits, readOctets, readOid, TAG, type Der } from './der.ts';
import { element, nullValue, octetString, oid, sequence, tagged } from './der-writer.ts';
import { OID } from './oids.ts';
import type { PublicKey } from './public-key.ts';

/** What a responder is asked about: one certificate of one issuer (RFC 6960 section 4.1.1). */
export interface CertId {
  readonly hash: 'sha1' | 'sha256';
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Content octets of the serial number, hexadecimal. */
  readonly serial: string;
}

/**
 * SHA-1 serves only to find the issuer: whether a response counts is decided by a signature with SHA-256 under that
 * issuer. Most responders know no other (RFC 5019 section 2.1.1).
 */
const HASHES = { sha1, sha256 } as const;

/** The key's BIT STRING without tag, length and count of unused bits (RFC 6960 section 4.1.1). */
export const keyHash = ({ spki }: PublicKey, hash: CertId['hash']): Uint8Array => {
  const reader = members(readDer(spki, TAG.SEQUENCE));
  reader.next();
  return HASHES[hash](readOctetBits(reader.next()));
};

export const isIdOf = (id: CertId, certificate: Certificate, issuer: Certificate): boolean =>
  id.serial === certificate.serial &&
  sameBytes(id.issuerNameHash, HASHES[id.hash](certificate.issuer.der)) &&
  sameBytes(id.issuerKeyHash, keyHash(issuer.publicKey, id.hash));

export function readCertId(id: Der): CertId {
  const reader = members(readDer(id.bytes, TAG.SEQUENCE));
  const algorithm = reader.sequence();
  const name = readOid(algorithm.next());
  const hash = name === OID.sha1 ? 'sha1' : name === OID.sha256 ? 'sha256' : null;
  const parameters = algorithm.optional(TAG.NULL);
  algorithm.end();
  if (hash === null || (parameters && parameters.content.length > 0)) throw new DerError('CertID hash');
  const [issuerNameHash, issuerKeyHash] = [readOctets(reader.next()), readOctets(reader.next())];
  const serial = toHex(reader.next(TAG.INTEGER).content);
  reader.end();
  return { hash, issuerNameHash, issuerKeyHash, serial };
}

export const writeCertId = (
  certificate: Certificate,
  issuer: Certificate,
  hash: CertId['hash'],
): Uint8Array =>
  sequence(
    sequence(oid(OID[hash]), nullValue()),
    octetString(HASHES[hash](certificate.issuer.der)),
    octetString(keyHash(issuer.publicKey, hash)),
    element(TAG.INTEGER, fromHex(certificate.serial)),
  );

/**
 * `application/ocsp-request` (RFC 6960 section 4.1) about one certificate, unsigned. `nonce` has 1 to 32 octets
 * (RFC 9654); a responder that pre-signs its answers leaves it out, and then the answer's dates must serve.
 */
export function writeOcspRequest(
  certificate: Certificate,
  issuer: Certificate,
  {
    nonce = null,
    hash = 'sha1',
  }: { readonly nonce?: Uint8Array | null; readonly hash?: CertId['hash'] } = {},
): Uint8Array {
  if (nonce && (nonce.length < 1 || nonce.length > 32)) throw new RangeError('a nonce has 1 to 32 octets');
  const request = sequence(writeCertId(certificate, issuer, hash));
  const extensions = nonce
    ? [tagged(2, sequence(sequence(oid(OID.ocspNonce), octetString(octetString(nonce)))))]
    : [];
  return sequence(sequence(sequence(request), ...extensions));
}
