import { sha256 } from '@noble/hashes/sha2.js';
import type { Instant } from '#kernel';
import { signatureAlgorithmOf, signEncoded } from './algorithm-writer.ts';
import { fromHex } from './bytes.ts';
import type { Certificate } from './certificate.ts';
import {
  bitString,
  booleanTrue,
  element,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
  tagged,
  taggedPrimitive,
  time,
  unsignedInteger,
} from './der-writer.ts';
import { TAG } from './der.ts';
import { KEY_USAGES, type KeyUsage } from './extensions.ts';
import { OID } from './oids.ts';
import type { PublicKey } from './public-key.ts';
import type { Signer } from './signer.ts';

/** 127 random bits, never zero at the front: unguessable, positive and of one length (RFC 5280 section 4.1.2.2). */
export function randomSerial(): Uint8Array {
  const serial = globalThis.crypto.getRandomValues(new Uint8Array(16));
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

/** Leftmost 160 bits of SHA-256 over the SubjectPublicKeyInfo (RFC 7093 section 2, method 4). */
export const keyIdentifier = (key: PublicKey): Uint8Array => sha256(key.spki).slice(0, 20);

const extension = (type: string, critical: boolean, value: Uint8Array): Uint8Array =>
  sequence(oid(type), ...(critical ? [booleanTrue()] : []), octetString(value));

const keyUsageExtension = (usages: readonly KeyUsage[]): Uint8Array =>
  extension(OID.keyUsage, true, namedBits(usages.map((usage) => KEY_USAGES.indexOf(usage))));

const authorityKeyExtension = (keyId: Uint8Array): Uint8Array =>
  extension(OID.authorityKeyIdentifier, false, sequence(taggedPrimitive(0, keyId)));

export interface CertificateFields {
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  readonly publicKey: PublicKey;
  readonly authorityKeyId: Uint8Array;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** Present for an authority; `pathLength` null for no limit. */
  readonly authority?: { readonly pathLength: number | null };
  readonly eku?: readonly string[];
}

/** The extensions of an authority or of an end entity, those and no others. */
function extensionsOf(fields: CertificateFields): Uint8Array[] {
  const list = [
    extension(OID.subjectKeyIdentifier, false, octetString(keyIdentifier(fields.publicKey))),
    authorityKeyExtension(fields.authorityKeyId),
  ];
  if (fields.authority) {
    const { pathLength } = fields.authority;
    const limit = pathLength === null ? [] : [integer(pathLength)];
    list.push(extension(OID.basicConstraints, true, sequence(booleanTrue(), ...limit)));
    list.push(keyUsageExtension(['keyCertSign', 'cRLSign']));
  } else {
    list.push(keyUsageExtension(['digitalSignature', 'nonRepudiation']));
  }
  if (fields.eku && fields.eku.length > 0) {
    // A timestamp authority's certificate has this purpose alone, marked critical (RFC 3161 section 2.3).
    const critical = fields.eku.length === 1 && fields.eku[0] === OID.timeStamping;
    list.push(extension(OID.extendedKeyUsage, critical, sequence(...fields.eku.map(oid))));
  }
  return list;
}

/** DER of a certificate signed by `signer`'s key; for a self-signed one, `signer` needs no certificate yet. */
export async function writeCertificate(
  fields: CertificateFields,
  signerKey: PublicKey,
  sign: (tbs: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const algorithm = signatureAlgorithmOf(signerKey);
  const tbs = sequence(
    tagged(0, integer(2)),
    unsignedInteger(randomSerial()),
    algorithm,
    fields.issuer,
    sequence(time(fields.notBefore), time(fields.notAfter)),
    fields.subject,
    fields.publicKey.spki,
    tagged(3, sequence(...extensionsOf(fields))),
  );
  return sequence(tbs, algorithm, bitString(await sign(tbs)));
}

export interface RevokedEntry {
  readonly certificate: Certificate;
  readonly revokedAt: Instant;
}

export interface CrlFields {
  readonly number: number;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant;
  readonly revoked: readonly RevokedEntry[];
}

/** DER of a complete CRL, version 2 (RFC 5280 section 5). */
export async function writeCrl(fields: CrlFields, signer: Signer): Promise<Uint8Array> {
  const { certificate } = signer;
  const algorithm = signatureAlgorithmOf(certificate.publicKey);
  const entries = fields.revoked.map(({ certificate: each, revokedAt }) =>
    sequence(element(TAG.INTEGER, fromHex(each.serial)), time(revokedAt)),
  );
  const tbs = sequence(
    integer(1),
    algorithm,
    certificate.subject.der,
    time(fields.thisUpdate),
    time(fields.nextUpdate),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    tagged(
      0,
      sequence(
        authorityKeyExtension(fromHex(certificate.extensions.subjectKeyId ?? '')),
        extension(OID.crlNumber, false, integer(fields.number)),
      ),
    ),
  );
  return sequence(tbs, algorithm, bitString(await signEncoded(signer, tbs)));
}
