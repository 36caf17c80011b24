import { sha1 } from '@noble/hashes/legacy.js';
import type { Instant } from '#kernel';
import { signatureAlgorithmOf, signEncoded } from './algorithm-writer.ts';
import type { Certificate } from './certificate.ts';
import { extension } from './crafted-certificate.fixture.ts';
import {
  bitString,
  element,
  enumerated,
  octetString,
  oid,
  sequence,
  tagged,
  taggedPrimitive,
} from './der-writer.ts';
import { keyHash, writeCertId, type CertId } from './ocsp-request.ts';
import { OID } from './oids.ts';
import type { Signer } from './signer.ts';

/** Test material: an OCSP responder whose every part can be made to deviate. */
export interface OcspCraft {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly responder: Signer;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant | null;
  readonly producedAt?: Instant;
  readonly status?: Uint8Array;
  readonly hash?: CertId['hash'];
  readonly nonce?: Uint8Array;
  /** Responder's identifier; default by key. */
  readonly id?: Uint8Array;
  /** Default: the responder's own. */
  readonly certificates?: readonly Uint8Array[];
  /** In place of the one answer. */
  readonly singles?: readonly Uint8Array[];
  readonly responseExtensions?: readonly Uint8Array[];
  readonly singleExtensions?: readonly Uint8Array[];
}

const seconds = (at: Instant): Uint8Array =>
  element(
    0x18,
    new TextEncoder().encode(`${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`),
  );

export const GOOD = taggedPrimitive(0, new Uint8Array());
export const UNKNOWN = taggedPrimitive(2, new Uint8Array());
export const revokedAt = (at: Instant, reason?: number): Uint8Array =>
  tagged(1, seconds(at), ...(reason === undefined ? [] : [tagged(0, enumerated(reason))]));

export const byName = ({ certificate }: Signer): Uint8Array => tagged(1, certificate.subject.der);
const byKey = ({ certificate }: Signer): Uint8Array =>
  tagged(2, octetString(keyHash(certificate.publicKey, 'sha1')));
export const byNobody = (): Uint8Array => tagged(2, octetString(sha1(new Uint8Array(1))));

export const singleOf = (craft: OcspCraft): Uint8Array =>
  sequence(
    writeCertId(craft.certificate, craft.issuer, craft.hash ?? 'sha1'),
    craft.status ?? GOOD,
    seconds(craft.thisUpdate),
    ...(craft.nextUpdate === null ? [] : [tagged(0, seconds(craft.nextUpdate))]),
    ...(craft.singleExtensions ? [tagged(1, sequence(...craft.singleExtensions))] : []),
  );

export async function craftOcsp(craft: OcspCraft): Promise<Uint8Array> {
  const { responder, nonce } = craft;
  const extensions = [
    ...(nonce ? [extension(OID.ocspNonce, false, octetString(nonce))] : []),
    ...(craft.responseExtensions ?? []),
  ];
  const tbs = sequence(
    craft.id ?? byKey(responder),
    seconds(craft.producedAt ?? craft.thisUpdate),
    sequence(...(craft.singles ?? [singleOf(craft)])),
    ...(extensions.length > 0 ? [tagged(1, sequence(...extensions))] : []),
  );
  const certificates = craft.certificates ?? [responder.certificate.der];
  const basic = sequence(
    tbs,
    signatureAlgorithmOf(responder.certificate.publicKey),
    bitString(await signEncoded(responder, tbs)),
    ...(certificates.length > 0 ? [tagged(0, sequence(...certificates))] : []),
  );
  return successful(basic);
}

export const successful = (basic: Uint8Array): Uint8Array =>
  sequence(enumerated(0), tagged(0, sequence(oid(OID.ocspBasic), octetString(basic))));
