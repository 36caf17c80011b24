import { ok, refuse, type Refusal, type Result } from '#kernel';
import {
  assertDer,
  DerError,
  members,
  readBoolean,
  readDer,
  readOid,
  readSmallInteger,
  TAG,
} from '../pki/der.ts';
import { booleanTrue, integer, oid, sequence, unsignedInteger } from '../pki/der-writer.ts';
import { ImprintError, readImprint, writeImprint } from './imprint.ts';

/** What a client asks of a timestamp authority (RFC 3161 section 2.4.1). */
export interface TimestampRequest {
  /** SHA-256, 32 bytes. */
  readonly hash: Uint8Array;
  /** Object identifier of the policy asked for; null for the authority's own. */
  readonly policy: string | null;
  /** Content octets of the nonce INTEGER, as sent; null for none. */
  readonly nonce: Uint8Array | null;
  readonly certificates: boolean;
}

export type TimestampRequestCode = 'TIMESTAMP.REQUEST_MALFORMED' | 'TIMESTAMP.HASH_UNSUPPORTED';

const MAX_BYTES = 4096;

/** Parses `application/timestamp-query`; anyone may send it. Extensions are refused (none are supported). */
export function parseTimestampRequest(
  der: Uint8Array,
): Result<TimestampRequest, Refusal<TimestampRequestCode>> {
  try {
    if (der.length > MAX_BYTES) throw new DerError('too long');
    return ok(readRequest(der.slice()));
  } catch (error) {
    if (error instanceof ImprintError) return refuse('TIMESTAMP.HASH_UNSUPPORTED', { needed: 'SHA-256' });
    if (error instanceof DerError) return refuse('TIMESTAMP.REQUEST_MALFORMED', { reason: error.message });
    throw error;
  }
}

function readRequest(der: Uint8Array): TimestampRequest {
  const whole = readDer(der, TAG.SEQUENCE);
  assertDer(whole);
  const reader = members(whole);
  if (readSmallInteger(reader.next()) !== 1) throw new DerError('version');
  const hash = readImprint(reader);
  const policy = reader.optional(TAG.OID);
  const nonce = reader.optional(TAG.INTEGER);
  const flag = reader.optional(TAG.BOOLEAN);
  reader.end();
  if (nonce && nonce.content.length > 32) throw new DerError('nonce is too long');
  const certificates = flag !== null && readBoolean(flag);
  if (flag !== null && !certificates) throw new DerError('a default value is encoded');
  return { hash, policy: policy && readOid(policy), nonce: nonce && nonce.content, certificates };
}

/** Encodes a query; the nonce is written as a positive INTEGER. */
export const writeTimestampRequest = (request: TimestampRequest): Uint8Array =>
  sequence(
    integer(1),
    writeImprint(request.hash),
    ...(request.policy === null ? [] : [oid(request.policy)]),
    ...(request.nonce === null ? [] : [unsignedInteger(request.nonce)]),
    ...(request.certificates ? [booleanTrue()] : []),
  );
