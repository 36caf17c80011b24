import { createHash } from 'node:crypto';
import { ok, refuse } from '#kernel';
import type { Result } from '#kernel';
import { arrivalReceipt, commit, hashText, parseRecord, signed, signedMove, TrustError } from '#trust';
import type { ArrivalReceipt, Commit, Signed, SignedMove } from '#trust';
import type { BiddingRefusal } from '../domain/refusals.ts';

/** Whoever sends it controls every byte. */
function read<T>(parse: () => T): Result<T, BiddingRefusal> {
  try {
    return ok(parse());
  } catch (error) {
    if (error instanceof TrustError)
      return refuse('BIDDING.MALFORMED', { reason: error.code, ...error.facts });
    throw error;
  }
}

export const readCommit = (raw: Uint8Array): Result<Commit, BiddingRefusal> =>
  read(() => parseRecord(commit, raw));

export const readMove = (raw: Uint8Array): Result<SignedMove, BiddingRefusal> =>
  read(() => parseRecord(signedMove, raw));

export const readArrival = (raw: Uint8Array): Result<Signed<ArrivalReceipt>, BiddingRefusal> =>
  read(() => parseRecord(signed(arrivalReceipt), raw));

/** A record says its suite inside its canonical bytes, and none of these two has a field of free text. */
const hashOf = (raw: Uint8Array): 'sha256' | 'sm3' =>
  Buffer.from(raw).includes('"suite":"SM"') ? 'sm3' : 'sha256';

const overBytes = (type: string, raw: Uint8Array): string =>
  createHash(hashOf(raw)).update(`glasshall/1\0${type}\0`).update(raw).digest('base64url');

/** c: canonical bytes are their own JCS, so this is H("commit", COMMIT); of any other bytes it is just a name. */
export const subjectOfCommit = (raw: Uint8Array): string => overBytes('commit', raw);

/** H("move", BidMove), without the signature around it. */
export function subjectOfMove(raw: Uint8Array): string {
  const move = readMove(raw);
  return move.ok ? hashText('move', move.value.record) : overBytes('move', raw);
}
