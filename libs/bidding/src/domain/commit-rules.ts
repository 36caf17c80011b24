import { ok, refuse } from '#kernel';
import type { Result } from '#kernel';
import {
  ciphertextLength,
  envelopesOf,
  MAX_IDENTITY_BYTES,
  paddedLength,
  plaintextLength,
  stagesOf,
  TrustError,
} from '#trust';
import type { Commit, LotKey, StageRule } from '#trust';
import type { BiddingRefusal } from './refusals.ts';

/** What a commitment is held against: the lot's key record, fixed before the first bid. */
export interface LotTerms {
  readonly lotKeyHash: string;
  readonly lotKey: LotKey;
}

/** Copied or moved to another lot: the lot's key record is named in every label, so it could never open here. */
function namesThisLot(commit: Commit, lot: LotTerms): Result<void, BiddingRefusal> {
  return commit.lotKeyHash === lot.lotKeyHash
    ? ok(undefined)
    : refuse('BIDDING.WRONG_LOT', { expected: lot.lotKeyHash, actual: commit.lotKeyHash });
}

/** Exactly one dealing per (stage, audience), in LOTKEY's order, with k commitments and n of the rest. */
function hasTheDealings(commit: Commit, stages: readonly StageRule[], lotKey: LotKey): boolean {
  const { n, k } = lotKey;
  return (
    commit.dealings.length === stages.length &&
    commit.dealings.every((dealing, at) => {
      const rule = stages[at];
      return (
        dealing.stage === rule?.stage &&
        dealing.audience === rule.audience &&
        dealing.C.length === k &&
        [dealing.E, dealing.a1, dealing.a2, dealing.r].every((list) => list.length === n)
      );
    })
  );
}

/** Exactly the envelopes of those stages, in their order (20号令26: nothing comes in unencrypted or beside them). */
const hasTheEnvelopes = (commit: Commit, stages: readonly StageRule[]): boolean =>
  commit.envelopes.map(({ e }) => e).join() === envelopesOf(stages).join();

/** A ciphertext of a padded payload: {4,5,6,7}·2^j·16 KiB and the chunks' overhead; no other length can open. */
export function isPlausibleLength(length: number): boolean {
  try {
    const plain = plaintextLength(length);
    return plain > 0 && paddedLength(plain) === plain;
  } catch (error) {
    if (error instanceof TrustError) return false;
    throw error;
  }
}

function hasPlausibleLengths(commit: Commit, maxBidBytes: number): Result<void, BiddingRefusal> {
  const odd = commit.envelopes.find(({ length }) => !isPlausibleLength(length));
  if (odd) return refuse('BIDDING.IMPLAUSIBLE_LENGTH', { envelope: odd.e, length: odd.length });
  const identity = commit.envelopes.find(({ e }) => e === 'I');
  // Every reader of stage 0 opens every `I`: a huge one would make all of them work.
  const most = ciphertextLength(MAX_IDENTITY_BYTES);
  if (identity && identity.length > most)
    return refuse('BIDDING.IMPLAUSIBLE_LENGTH', { envelope: 'I', limit: most, actual: identity.length });
  const total = commit.envelopes.reduce((sum, { length }) => sum + length, 0);
  return total <= maxBidBytes
    ? ok(undefined)
    : refuse('BIDDING.IMPLAUSIBLE_LENGTH', { limit: maxBidBytes, actual: total });
}

/**
 * The cheap checks of a commitment, before its proofs: that it is for this lot and of the shape that LOTKEY fixes.
 * Everything here is readable from the record alone.
 */
export function checkCommit(
  commit: Commit,
  lot: LotTerms,
  maxBidBytes: number,
): Result<void, BiddingRefusal> {
  const here = namesThisLot(commit, lot);
  if (!here.ok) return here;
  const { suite } = lot.lotKey;
  if (commit.suite !== suite) return refuse('BIDDING.WRONG_SUITE', { expected: suite });
  const stages = stagesOf(lot.lotKey, commit.withdraw);
  if (!hasTheDealings(commit, stages, lot.lotKey))
    return refuse('BIDDING.WRONG_STRUCTURE', { part: 'dealings', expected: describe(stages) });
  if (!hasTheEnvelopes(commit, stages))
    return refuse('BIDDING.WRONG_STRUCTURE', { part: 'envelopes', expected: describe(stages) });
  return hasPlausibleLengths(commit, maxBidBytes);
}

const describe = (stages: readonly StageRule[]): string =>
  stages.map(({ stage, audience, envelopes }) => `${stage}/${audience}: ${envelopes.join('+')}`).join(', ');

/** What no other commitment of the platform may ever have carried: a copied part shows at once. */
export interface UniqueValue {
  readonly kind: 'bidNonce' | 'wk' | 'C0' | 'root';
  readonly value: string;
}

export const uniqueValues = (commit: Commit): UniqueValue[] => [
  { kind: 'bidNonce', value: commit.bidNonce },
  { kind: 'wk', value: commit.wk },
  ...commit.dealings.map(({ C }): UniqueValue => ({ kind: 'C0', value: C[0] ?? '' })),
  ...commit.envelopes.map(({ root }): UniqueValue => ({ kind: 'root', value: root })),
];
