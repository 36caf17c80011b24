/**
 * A bid without a bidder's machine: real dealings and proofs, real roots, and random bytes where the ciphertext would
 * be (the intake cannot tell, and must not). For tests and benchmarks of the intake.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  b64u,
  bidLabel,
  canonicalBytes,
  ciphertextLength,
  commitBody,
  deriveBidKeys,
  envelopesOf,
  hashText,
  LeafHasher,
  prepareDealing,
  proveDealing,
  rootOfLeaves,
  signBidMove,
  stagesOf,
  systemRandom,
  trusteeKeysOf,
  wkOf,
} from '#trust';
import type { BidMove, Commit, EnvelopeName, LotKey, SignedMove } from '#trust';

/** Payload sizes are {4,5,6,7}·2^j·16 KiB. */
export const PAYLOAD_64_KIB = 64 * 1024;
export const PART = 8 * 1024 * 1024;

export interface SealedBid {
  readonly commit: Commit;
  /** Canonical COMMIT. */
  readonly raw: Uint8Array;
  readonly c: string;
  readonly wkSecret: Uint8Array;
  readonly bytes: ReadonlyMap<EnvelopeName, Buffer>;
  /** Bytes of part `n` (from 0). */
  part(e: EnvelopeName, n: number): Buffer;
  move(to: string | null, sequence?: number): SignedMove;
}

export interface BidOptions {
  /** Payload length of each envelope; 64 KiB where not given. */
  readonly payload?: Partial<Record<EnvelopeName, number>>;
  readonly withdraw?: 'all';
  /** Changes COMMIT before its proofs are made. */
  readonly change?: (commit: Omit<Commit, 'dealings'>) => Omit<Commit, 'dealings'>;
}

export function rootOf(bytes: Uint8Array): string {
  const hasher = new LeafHasher(() => createHash('sha256'));
  hasher.update(bytes);
  return b64u.encode(rootOfLeaves(hasher.finish()));
}

export function makeBid(lotKey: LotKey, options: BidOptions = {}): SealedBid {
  const stages = stagesOf(lotKey, options.withdraw);
  const bytes = new Map(
    envelopesOf(stages).map((e) => [
      e,
      randomBytes(ciphertextLength(options.payload?.[e] ?? PAYLOAD_64_KIB)),
    ]),
  );
  const nonce = systemRandom(32);
  const keys = deriveBidKeys(systemRandom(32), nonce);
  const plain = {
    type: 'commit' as const,
    lotKeyHash: hashText('lotkey', lotKey),
    suite: 'P256' as const,
    bidNonce: b64u.encode(nonce),
    envelopes: [...bytes].map(([e, body]) => ({ e, root: rootOf(body), length: body.length })),
    wk: wkOf(keys.wkSecret),
    ...(options.withdraw ? { withdraw: options.withdraw } : {}),
  };
  const terms = options.change?.(plain) ?? plain;
  const trusteeKeys = trusteeKeysOf(lotKey);
  const dealings = stages.map(({ stage, audience }) =>
    prepareDealing({
      type: 'bid',
      label: bidLabel(terms, stage, audience),
      stage,
      audience,
      seedKey: keys.dealingSeed(stage, audience),
      trusteeKeys,
      k: lotKey.k,
    }),
  );
  const unproven = dealings.map(({ stage, audience, C, E }) => ({ stage, audience, C, E }));
  const body = commitBody({ ...terms, dealings: unproven });
  const commit: Commit = {
    ...terms,
    dealings: dealings.map((dealing) => proveDealing(dealing, body, systemRandom)),
  };
  const c = hashText('commit', commit);
  return {
    commit,
    raw: canonicalBytes(commit),
    c,
    wkSecret: keys.wkSecret,
    bytes,
    part: (e, n) => bytes.get(e)?.subarray(n * PART, (n + 1) * PART) ?? Buffer.alloc(0),
    move: (to, sequence = 1) => {
      const record: BidMove = { type: 'move', lotKeyHash: commit.lotKeyHash, from: c, to, sequence };
      return signBidMove(keys.wkSecret, record);
    },
  };
}
