import { ok, refuse, type Instant, type Refusal, type Result } from '#kernel';
import { sameBytes } from './bytes.ts';
import { parseCertificate, type Certificate } from './certificate.ts';
import {
  assertDer,
  context,
  DerError,
  members,
  readDer,
  readEnumerated,
  readOctetBits,
  readOctets,
  readOid,
  TAG,
  type Der,
  type DerReader,
} from './der.ts';
import { readName, type DistinguishedName } from './distinguished-name.ts';
import { readExtensions, type Extension } from './extensions.ts';
import { readCertId, type CertId } from './ocsp-request.ts';
import { OID } from './oids.ts';
import { readSignatureAlgorithm, type SignatureAlgorithm } from './signature.ts';
import { readWholeSeconds } from './time.ts';

/** What the responder says of one certificate at a time. */
export interface SingleStatus {
  readonly id: CertId;
  readonly status: 'good' | 'revoked' | 'unknown';
  /** Of a revocation; null otherwise. */
  readonly revokedAt: Instant | null;
  readonly thisUpdate: Instant;
  /** Null where absent: such an answer is never current in this profile. */
  readonly nextUpdate: Instant | null;
}

/** A basic OCSP response that parsed as strict DER (RFC 6960 section 4.2). Parsed says nothing about authentic. */
export interface OcspResponse {
  readonly der: Uint8Array;
  readonly responder:
    | { readonly by: 'name'; readonly name: DistinguishedName }
    | { readonly by: 'key'; readonly hash: Uint8Array };
  readonly producedAt: Instant;
  readonly statuses: readonly SingleStatus[];
  /** The nonce that came back; null for none. */
  readonly nonce: Uint8Array | null;
  readonly certificates: readonly Certificate[];
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm | null;
  readonly signature: Uint8Array;
}

/** `OCSP.NOT_SUCCESSFUL`: the responder answered with an error; its `status` says which (RFC 6960 section 4.2.1). */
export type OcspCode = 'OCSP.MALFORMED' | 'OCSP.NOT_SUCCESSFUL' | 'OCSP.NONCE_DIFFERS';

const MAX_BYTES = 64 * 1024;
const MAX_STATUSES = 64;
const MAX_CERTIFICATES = 4;

class NotSuccessfulError extends Error {
  constructor(readonly status: number) {
    super('the responder refused');
  }
}

/**
 * Parses `application/ocsp-response`; the bytes may come from anyone. Who has just asked gives the `nonce` that was sent
 * and takes no answer without it (an old one could be replayed); a stapled response has none to compare.
 */
export function parseOcspResponse(
  der: Uint8Array,
  nonce: Uint8Array | null = null,
): Result<OcspResponse, Refusal<OcspCode>> {
  try {
    if (der.length > MAX_BYTES) throw new DerError('response is too long');
    const response = readResponse(der.slice());
    const answered = nonce === null || (response.nonce !== null && sameBytes(response.nonce, nonce));
    return answered ? ok(response) : refuse('OCSP.NONCE_DIFFERS');
  } catch (error) {
    if (error instanceof NotSuccessfulError) return refuse('OCSP.NOT_SUCCESSFUL', { status: error.status });
    if (error instanceof DerError) return refuse('OCSP.MALFORMED', { reason: error.message });
    throw error;
  }
}

function readResponse(der: Uint8Array): OcspResponse {
  const whole = readDer(der, TAG.SEQUENCE);
  assertDer(whole);
  const outer = members(whole);
  const status = readEnumerated(outer.next());
  const bytes = outer.optional(context(0, true));
  outer.end();
  if (status !== 0 && bytes === null) throw new NotSuccessfulError(status);
  if (status !== 0 || bytes === null) throw new DerError('status and answer contradict each other');
  const typed = members(readDer(bytes.content, TAG.SEQUENCE));
  if (readOid(typed.next()) !== OID.ocspBasic) throw new DerError('not a basic response');
  const basic = readDer(readOctets(typed.next()), TAG.SEQUENCE);
  typed.end();
  assertDer(basic);
  return { der, ...readBasic(members(basic)) };
}

function readBasic(reader: DerReader) {
  const tbs = reader.next(TAG.SEQUENCE);
  const signatureAlgorithm = readSignatureAlgorithm(reader.next(TAG.SEQUENCE));
  const signature = readOctetBits(reader.next());
  const certificates = readCertificates(reader.optional(context(0, true)));
  reader.end();
  return { ...readData(members(tbs)), certificates, tbs: tbs.bytes, signatureAlgorithm, signature };
}

function readCertificates(element: Der | null): Certificate[] {
  const parts = element ? members(readDer(element.content, TAG.SEQUENCE)).rest() : [];
  if (parts.length > MAX_CERTIFICATES) throw new DerError('too many certificates');
  // One outside the profile cannot be the responder's; the answer may still be the issuer's own.
  return parts.flatMap(({ bytes }) => {
    const parsed = parseCertificate(bytes);
    return parsed.ok ? [parsed.value] : [];
  });
}

/** ResponseData; its version is 1, which DER leaves out. */
function readData(reader: DerReader) {
  const responder = readResponder(reader.next());
  const producedAt = readWholeSeconds(reader.next());
  const singles = members(reader.next(TAG.SEQUENCE)).rest();
  const extensions = readKnown(reader.optional(context(1, true)), [OID.ocspNonce]);
  reader.end();
  if (singles.length === 0 || singles.length > MAX_STATUSES) throw new DerError('number of answers');
  const nonce = extensions.find(({ oid }) => oid === OID.ocspNonce);
  return {
    responder,
    producedAt,
    statuses: singles.map(readSingle),
    nonce: nonce ? readOctets(readDer(nonce.value)) : null,
  };
}

function readResponder(element: Der): OcspResponse['responder'] {
  if (element.tag === context(1, true)) return { by: 'name', name: readName(readDer(element.content)) };
  if (element.tag !== context(2, true)) throw new DerError('responder');
  return { by: 'key', hash: readOctets(readDer(element.content)) };
}

/** Extensions of which none outside `known` may be critical: what is not understood could change the meaning. */
function readKnown(element: Der | null, known: readonly string[] = []): readonly Extension[] {
  const extensions = element ? readExtensions(readDer(element.content)) : [];
  const strange = extensions.find(({ oid, critical }) => critical && !known.includes(oid));
  if (strange) throw new DerError(`critical extension ${strange.oid}`);
  return extensions;
}

function readSingle(single: Der): SingleStatus {
  const reader = members(readDer(single.bytes, TAG.SEQUENCE));
  const id = readCertId(reader.next());
  const state = readStatus(reader.next());
  const thisUpdate = readWholeSeconds(reader.next());
  const next = reader.optional(context(0, true));
  readKnown(reader.optional(context(1, true)));
  reader.end();
  return { id, ...state, thisUpdate, nextUpdate: next && readWholeSeconds(readDer(next.content)) };
}

function readStatus(element: Der): Pick<SingleStatus, 'status' | 'revokedAt'> {
  if (element.tag === context(1, true)) {
    const reader = members(element);
    const revokedAt = readWholeSeconds(reader.next());
    const reason = reader.optional(context(0, true));
    reader.end();
    // A hold (6) refuses as any other reason; no reason has the number 7 (RFC 5280 section 5.3.1), and removeFromCRL (8)
    // belongs to delta lists.
    if (reason && [7, 8].includes(readEnumerated(readDer(reason.content)))) throw new DerError('reason');
    return { status: 'revoked', revokedAt };
  }
  const status = element.tag === context(0, false) ? 'good' : 'unknown';
  if (status === 'unknown' && element.tag !== context(2, false)) throw new DerError('certificate status');
  if (element.content.length > 0) throw new DerError('status with content');
  return { status, revokedAt: null };
}
