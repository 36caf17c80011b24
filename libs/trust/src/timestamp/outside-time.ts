import { sha256 } from '@noble/hashes/sha2.js';
import type { Instant, Refusal, Result } from '#kernel';
import { refuse } from '#kernel';
import { TrustError, utf8 } from '../encoding/index.ts';
import { checkpointText, parseCheckpoint } from '../log/checkpoint.ts';
import type { Certificate } from '../pki/certificate.ts';
import { verifyTimestampToken, type TimestampCode, type VerifiedTimestamp } from './token.ts';

export type OutsideTimeCode = TimestampCode | 'TIMESTAMP.POLICY_DIFFERS';

/**
 * What an outside authority stamps of a checkpoint: SHA-256 of its three lines, without signatures, as witnesses add
 * theirs later. `note` is the signed note. @throws TrustError LOG.CHECKPOINT
 */
export function checkpointImprint(note: string): Uint8Array {
  const body = note.slice(0, note.indexOf('\n\n') + 1);
  return sha256(utf8.encode(checkpointText(parseCheckpoint(body))));
}

export interface OutsideTimeQuestion {
  readonly roots: readonly Certificate[];
  /** Object identifier that the token must bear; null for any. */
  readonly policy: string | null;
  /** What was sent; null for a token that is only read. */
  readonly nonce?: Uint8Array | null;
}

/** A token of a pinned authority over a checkpoint; both come from whoever hands them over. */
export function verifyOutsideTime(
  token: Uint8Array,
  note: string,
  { roots, policy, nonce = null }: OutsideTimeQuestion,
): Result<VerifiedTimestamp, Refusal<OutsideTimeCode | 'LOG.CHECKPOINT'>> {
  const imprint = imprintOf(note);
  if (imprint === null) return refuse('LOG.CHECKPOINT');
  const verified = verifyTimestampToken(token, imprint, { roots, nonce });
  if (verified.ok && policy !== null && verified.value.policy !== policy)
    return refuse('TIMESTAMP.POLICY_DIFFERS', { policy: verified.value.policy });
  return verified;
}

function imprintOf(note: string): Uint8Array | null {
  try {
    return checkpointImprint(note);
  } catch (error) {
    if (error instanceof TrustError) return null;
    throw error;
  }
}

/** By how many milliseconds an authority's time lies outside of the span in which it was asked; 0 for within. */
export const clocksApart = (
  time: Instant,
  { askedAt, answeredAt }: { readonly askedAt: Instant; readonly answeredAt: Instant },
): number => Math.max(askedAt - time, time - answeredAt, 0);
