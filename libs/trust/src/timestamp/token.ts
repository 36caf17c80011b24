import { ok, refuse, type Instant, type Refusal, type Result } from '#kernel';
import { sameBytes, toHex } from '../pki/bytes.ts';
import type { Certificate } from '../pki/certificate.ts';
import { verifyEmbedded, writeSignedData, type CmsCode } from '../pki/cms.ts';
import type { CertificateRevocationList } from '../pki/crl.ts';
import {
  assertDer,
  context,
  DerError,
  expectTag,
  members,
  readBoolean,
  readDer,
  readOid,
  readSmallInteger,
  TAG,
  type Der,
} from '../pki/der.ts';
import {
  element,
  generalizedTime,
  integer,
  oid,
  sequence,
  taggedPrimitive,
  unsignedInteger,
} from '../pki/der-writer.ts';
import { randomSerial } from '../pki/issue.ts';
import { OID } from '../pki/oids.ts';
import type { ChainCode } from '../pki/path-result.ts';
import type { Signer } from '../pki/signer.ts';
import { readTimestampTime } from '../pki/time.ts';
import { validateChain } from '../pki/validate-chain.ts';
import { readImprint, writeImprint } from './imprint.ts';

export type TimestampCode =
  | 'TIMESTAMP.MALFORMED'
  | 'TIMESTAMP.HASH_DIFFERS'
  | 'TIMESTAMP.NONCE_DIFFERS'
  | 'TIMESTAMP.NOT_AN_AUTHORITY'
  | CmsCode
  | ChainCode;

export interface TimestampTokenFields {
  /** SHA-256 of what is stamped, 32 bytes. */
  readonly hash: Uint8Array;
  readonly time: Instant;
  /** Object identifier under which the authority promises. */
  readonly policy: string;
  /** As the client sent it (content octets of the INTEGER), null for none. */
  readonly nonce?: Uint8Array | null;
  /** Whether the certificates travel inside. Default true, so that a token is verified without asking anyone. */
  readonly certificates?: boolean;
}

/**
 * A timestamp token (RFC 3161 section 2.4.2) with a random 127-bit serial number: consecutive numbers would show
 * how many bids have come in. `signer` needs a certificate whose only purpose is timeStamping, critical.
 */
export function createTimestampToken(fields: TimestampTokenFields, signer: Signer): Promise<Uint8Array> {
  const { nonce } = fields;
  const info = sequence(
    integer(1),
    oid(fields.policy),
    writeImprint(fields.hash),
    unsignedInteger(randomSerial()),
    generalizedTime(fields.time),
    // Accuracy: one millisecond, the clock's step.
    sequence(taggedPrimitive(0, new Uint8Array([1]))),
    ...(nonce ? [element(TAG.INTEGER, nonce)] : []),
  );
  return writeSignedData(info, signer, {
    type: OID.tstInfo,
    embed: true,
    certificates: fields.certificates ?? true,
  });
}

export interface VerifiedTimestamp {
  readonly time: Instant;
  /** Content octets of the serial number, hexadecimal. */
  readonly serial: string;
  readonly policy: string;
  readonly certificate: Certificate;
}

export interface TimestampQuestion {
  /** The authority's pinned roots. */
  readonly roots: readonly Certificate[];
  /** The instant for which the authority's certificate is judged. Default: the token's own time. */
  readonly at?: Instant;
  readonly crls?: readonly CertificateRevocationList[];
  readonly crlsAt?: Instant;
  /** Further certificates of the authority, for tokens that carry none. */
  readonly known?: readonly Certificate[];
  /** The nonce that was sent (content octets); null or absent when none was. */
  readonly nonce?: Uint8Array | null;
}

/** Checks a token over `hash` (SHA-256, 32 bytes); the token's bytes may come from anyone. */
export function verifyTimestampToken(
  token: Uint8Array,
  hash: Uint8Array,
  question: TimestampQuestion,
): Result<VerifiedTimestamp, Refusal<TimestampCode>> {
  const known = question.known ?? [];
  const signed = verifyEmbedded(token, OID.tstInfo, known);
  if (!signed.ok) return signed;
  const info = parseTstInfo(signed.value.content);
  if (!info.ok) return info;
  if (!sameBytes(info.value.hash, hash)) return refuse('TIMESTAMP.HASH_DIFFERS');
  if (question.nonce && !(info.value.nonce && sameBytes(info.value.nonce, question.nonce))) {
    return refuse('TIMESTAMP.NONCE_DIFFERS');
  }
  const { certificate, chain } = signed.value;
  if (!isTimestampAuthority(certificate)) {
    return refuse('TIMESTAMP.NOT_AN_AUTHORITY', { certificate: certificate.fingerprint });
  }
  const { time, serial, policy } = info.value;
  const path = validateChain({
    leaf: certificate,
    intermediates: [...chain, ...known],
    roots: question.roots,
    at: question.at ?? time,
    eku: OID.timeStamping,
    ...(question.crls ? { crls: question.crls } : {}),
    ...(question.crlsAt === undefined ? {} : { crlsAt: question.crlsAt }),
  });
  return path.ok ? ok({ time, serial, policy, certificate }) : path;
}

/** timeStamping must be the only purpose and critical (RFC 3161 section 2.3). */
function isTimestampAuthority({ extensions }: Certificate): boolean {
  const usages = extensions.extendedKeyUsage;
  const critical = extensions.all.some((each) => each.oid === OID.extendedKeyUsage && each.critical);
  return critical && usages?.length === 1 && usages[0] === OID.timeStamping;
}

interface TstInfo {
  readonly policy: string;
  readonly hash: Uint8Array;
  readonly serial: string;
  readonly time: Instant;
  readonly nonce: Uint8Array | null;
}

function parseTstInfo(der: Uint8Array): Result<TstInfo, Refusal<'TIMESTAMP.MALFORMED'>> {
  try {
    return ok(readTstInfo(der));
  } catch (error) {
    if (error instanceof DerError) return refuse('TIMESTAMP.MALFORMED', { reason: error.message });
    throw error;
  }
}

function readTstInfo(der: Uint8Array): TstInfo {
  const whole = readDer(der, TAG.SEQUENCE);
  assertDer(whole);
  const reader = members(whole);
  if (readSmallInteger(reader.next()) !== 1) throw new DerError('version');
  const policy = readOid(reader.next());
  const hash = readImprint(reader);
  const serial = toHex(reader.next(TAG.INTEGER).content);
  const time = readTimestampTime(reader.next());
  const accuracy = reader.optional(TAG.SEQUENCE);
  if (accuracy) assertAccuracy(accuracy);
  const ordering = reader.optional(TAG.BOOLEAN);
  if (ordering && !readBoolean(ordering)) throw new DerError('a default value is encoded');
  const nonce = reader.optional(TAG.INTEGER);
  // The authority's name is a hint ([0] tsa); extensions ([1]) are outside the profile.
  reader.optional(context(0, true));
  reader.end();
  return { policy, hash, serial, time, nonce: nonce && nonce.content };
}

function assertAccuracy(accuracy: Der): void {
  const reader = members(accuracy);
  const seconds = reader.optional(TAG.INTEGER);
  if (seconds) readSmallInteger(expectTag(seconds, TAG.INTEGER));
  for (const number of [0, 1]) {
    const part = reader.optional(context(number, false));
    if (part && (part.content.length === 0 || part.content.length > 2)) throw new DerError('accuracy');
  }
  reader.end();
}
