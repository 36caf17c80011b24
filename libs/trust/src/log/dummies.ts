/**
 * Leaves that stand for no record (PROTOCOL section 10): as many leaves enter the log on every tick, so that nobody can
 * count bids. Each follows from a seed that was committed to before it was used: once the seed is shown, what is not a
 * dummy is known, and nothing that a receipt stands for can be called one.
 */
import { concat, uint, utf8 } from '../encoding/bytes.ts';
import { sha256 } from '../encoding/hash.ts';
import { TrustError } from '../encoding/trust-error.ts';
import type { Hash } from './merkle.ts';

const DUMMY = utf8.encode('dummy');
const COMMITMENT = utf8.encode('glasshall/1/day-seed\0');

function assertSeed(seed: Uint8Array): void {
  if (seed.length !== 32) throw new TrustError('LOG.HASH_SIZE');
}

/**
 * The entry at `index` of a tree: SHA-256("dummy" ‖ seed ‖ index as 8 bytes, big-endian), 32 bytes like
 * `blindedLeaf`'s and with another beginning, so that none is both.
 * @throws TrustError LOG.HASH_SIZE unless the seed has 32 bytes
 */
export function dummyEntry(seed: Uint8Array, index: number): Uint8Array {
  assertSeed(seed);
  return sha256(concat(DUMMY, seed, uint(index, 8)));
}

/** SHA-256("glasshall/1/day-seed\0" ‖ seed): what a `day-seed` record says before the seed is used. */
export function seedCommitment(seed: Uint8Array): Hash {
  assertSeed(seed);
  return sha256(concat(COMMITMENT, seed));
}
