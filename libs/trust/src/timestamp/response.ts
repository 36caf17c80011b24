import { ok, refuse, type Refusal, type Result } from '#kernel';
import { assertDer, DerError, members, readDer, readSmallInteger, TAG } from '../pki/der.ts';
import { integer, namedBits, sequence, utf8String } from '../pki/der-writer.ts';

/** PKIFailureInfo bits that a timestamp authority may answer (RFC 3161 section 2.4.2). */
export const TIMESTAMP_FAILURES = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  timeNotAvailable: 14,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
  systemFailure: 25,
} as const;
export type TimestampFailure = keyof typeof TIMESTAMP_FAILURES;

/** `application/timestamp-reply` with a token. */
export const writeTimestampResponse = (token: Uint8Array): Uint8Array =>
  sequence(sequence(integer(0)), token);

/** `application/timestamp-reply` that refuses; `text` is shown to people. */
export const writeTimestampRefusal = (failure: TimestampFailure, text: string): Uint8Array =>
  sequence(sequence(integer(2), sequence(utf8String(text)), namedBits([TIMESTAMP_FAILURES[failure]])));

export type TimestampResponseCode = 'TIMESTAMP.RESPONSE_MALFORMED' | 'TIMESTAMP.NOT_GRANTED';

/** The token in an authority's reply; its content is verifyTimestampToken's business. */
export function readTimestampResponse(der: Uint8Array): Result<Uint8Array, Refusal<TimestampResponseCode>> {
  try {
    const whole = readDer(der.slice(), TAG.SEQUENCE);
    assertDer(whole);
    const reader = members(whole);
    const status = readSmallInteger(reader.sequence().next());
    // 0 granted, 1 granted with changes; any other status comes without a token.
    if (status !== 0 && status !== 1) return refuse('TIMESTAMP.NOT_GRANTED', { status });
    const token = reader.next(TAG.SEQUENCE).bytes;
    reader.end();
    return ok(token);
  } catch (error) {
    if (error instanceof DerError) return refuse('TIMESTAMP.RESPONSE_MALFORMED', { reason: error.message });
    throw error;
  }
}
