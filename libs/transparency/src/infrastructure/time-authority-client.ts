import { randomBytes } from 'node:crypto';
import {
  checkpointImprint,
  MAX_DER_BYTES,
  readTimestampResponse,
  verifyOutsideTime,
  writeTimestampRequest,
} from '#trust';
import type { OutsideTimeCode, TimestampResponseCode, VerifiedTimestamp } from '#trust';
import type { OutsideAuthority } from '../application/outside-time-settings.ts';

/** What a record can bear: one that is longer would make the evidence unreadable. Tokens with a chain are 3 to 8 KiB. */
const MAX_ANSWER_BYTES = MAX_DER_BYTES;
/** Of what gets no answer; an answer that does not hold is not asked for twice. */
const ATTEMPTS = 2;

type TimeAuthorityCode =
  | 'TIMESTAMP.UNREACHABLE'
  | 'TIMESTAMP.ANSWER_TOO_LONG'
  /** The token holds and was kept, but its time is over two seconds outside of the question. */
  | 'TIMESTAMP.CLOCKS_APART'
  | 'LOG.CHECKPOINT'
  | TimestampResponseCode
  | OutsideTimeCode;

/** Why an authority gave no token that holds: it is not asked again before its next turn. */
export class TimeAuthorityError extends Error {
  constructor(
    readonly authority: string,
    readonly code: TimeAuthorityCode,
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(`the time-stamp authority ${authority}: ${code}`);
    this.name = 'TimeAuthorityError';
  }
}

export interface OutsideToken extends VerifiedTimestamp {
  readonly token: Uint8Array;
}

/**
 * Asks for a token over a checkpoint and verifies it against what is pinned of the authority, with a fresh nonce. The
 * answer may come from anyone on the line. @throws TimeAuthorityError
 */
export async function askTimeAuthority(
  authority: OutsideAuthority,
  checkpoint: string,
  timeoutMs: number,
): Promise<OutsideToken> {
  const { name } = authority;
  const nonce = new Uint8Array(randomBytes(16));
  // Positive, and of one length: its octets come back as they were sent.
  nonce[0] = ((nonce[0] ?? 0) & 0x3f) | 0x40;
  const hash = checkpointImprint(checkpoint);
  const query = writeTimestampRequest({ hash, policy: authority.policy, nonce, certificates: true });
  const answer = await exchange(authority, query, timeoutMs);
  const read = readTimestampResponse(answer);
  if (!read.ok) throw new TimeAuthorityError(name, read.error.code, read.error.facts);
  const verified = verifyOutsideTime(read.value, checkpoint, { ...authority, nonce });
  if (!verified.ok) throw new TimeAuthorityError(name, verified.error.code, verified.error.facts);
  return { ...verified.value, token: read.value };
}

async function exchange(
  authority: OutsideAuthority,
  query: Uint8Array,
  timeoutMs: number,
): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await post(authority, query, timeoutMs);
    } catch (error) {
      if (error instanceof TimeAuthorityError) throw error;
      if (attempt < ATTEMPTS) continue;
      throw new TimeAuthorityError(authority.name, 'TIMESTAMP.UNREACHABLE', { cause: reasonOf(error) });
    }
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

async function post(
  { name, url }: OutsideAuthority,
  query: Uint8Array,
  timeoutMs: number,
): Promise<Uint8Array> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
    body: Buffer.from(query),
    // To go where an answer points would ask whom nobody has named.
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new TimeAuthorityError(name, 'TIMESTAMP.UNREACHABLE', { status: response.status });
  }
  return await readAll(name, response);
}

async function readAll(name: string, { body }: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    const bytes = part as Uint8Array;
    length += bytes.length;
    // Leaving the loop cancels the rest.
    if (length > MAX_ANSWER_BYTES) throw new TimeAuthorityError(name, 'TIMESTAMP.ANSWER_TOO_LONG');
    parts.push(bytes);
  }
  return new Uint8Array(Buffer.concat(parts));
}
