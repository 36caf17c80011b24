/**
 * The Merkle tree of RFC 6962 section 2.1 over SHA-256. Lists hold leaf hashes, sizes of trees in memory are
 * numbers; the verifying side takes bigint too, for a tree may have up to 2^64 leaves.
 */
import { equalBytes } from '../encoding/bytes.ts';
import { sha256 } from '../encoding/hash.ts';
import { TrustError } from '../encoding/trust-error.ts';

/** 32 bytes. */
export type Hash = Uint8Array;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** SHA-256(0x00 ‖ data). */
export const leafHash = (data: Uint8Array): Hash => sha256(LEAF, data);
/** SHA-256(0x01 ‖ left ‖ right); the prefix keeps a node from being shown as a leaf. */
export const nodeHash = (left: Hash, right: Hash): Hash => sha256(NODE, left, right);
/** MTH of the empty list: SHA-256 of nothing. */
export const EMPTY_ROOT: Hash = sha256();

/** Leaves from `from` up to, not including, `until`. */
export interface Range {
  readonly from: number;
  readonly until: number;
}

/** A complete subtree: the hash over leaves index·2^level … (index+1)·2^level − 1. */
export interface NodeId {
  readonly level: number;
  readonly index: number;
}

/** The largest power of two below n, n > 1: where RFC 6962 splits a list. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** The siblings on the way from a leaf to the root, lowest first: PATH(m, D[n]) of RFC 6962 section 2.1.1. */
export function inclusionRanges(index: number, size: number): Range[] {
  if (!(index >= 0 && index < size)) throw new TrustError('LOG.RANGE', { index, size });
  const ranges: Range[] = [];
  let [from, until] = [0, size];
  while (until - from > 1) {
    const middle = from + split(until - from);
    const inLeft = index < middle;
    ranges.push(inLeft ? { from: middle, until } : { from, until: middle });
    [from, until] = inLeft ? [from, middle] : [middle, until];
  }
  return ranges.reverse();
}

/** PROOF(m, D[n]) of RFC 6962 section 2.1.2, 0 < m <= n: empty when m = n. */
export function consistencyRanges(size1: number, size2: number): Range[] {
  if (!(size1 >= 1 && size1 <= size2)) throw new TrustError('LOG.RANGE', { size1, size2 });
  const ranges: Range[] = [];
  let [from, until] = [0, size2];
  while (until !== size1) {
    const middle = from + split(until - from);
    const inLeft = size1 <= middle;
    ranges.push(inLeft ? { from: middle, until } : { from, until: middle });
    [from, until] = inLeft ? [from, middle] : [middle, until];
  }
  // The old tree is a whole subtree of the new one: the verifier knows its hash, it is root1.
  if (from !== 0) ranges.push({ from, until });
  return ranges.reverse();
}

/** A range of {@link inclusionRanges}, {@link consistencyRanges} or a whole tree as complete subtrees, left to right. */
export function rangeNodes({ from, until }: Range): NodeId[] {
  const nodes: NodeId[] = [];
  for (let at = from; at < until;) {
    let level = 0;
    while (2 ** (level + 1) <= until - at) level++;
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

/** The hash over adjoining complete subtrees, which shrink to the right: an unbalanced tree is hashed from there. */
export const foldNodes = (hashes: readonly Hash[]): Hash =>
  hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => nodeHash(left, right));

/** MTH(D[n]) of RFC 6962 section 2.1, from leaf hashes. */
export function merkleRoot(leafHashes: readonly Hash[]): Hash {
  if (leafHashes.length === 0) return EMPTY_ROOT;
  let row = leafHashes;
  while (row.length > 1) {
    const above: Hash[] = [];
    for (let i = 0; i < row.length; i += 2) {
      const [left, right] = [row[i] as Hash, row[i + 1]];
      above.push(right === undefined ? left : nodeHash(left, right));
    }
    row = above;
  }
  return row[0] as Hash;
}

const hashesOf = (leafHashes: readonly Hash[], ranges: readonly Range[]): Hash[] =>
  ranges.map(({ from, until }) => merkleRoot(leafHashes.slice(from, until)));

/** @throws TrustError LOG.RANGE when there is no such leaf */
export const inclusionProof = (leafHashes: readonly Hash[], index: number): Hash[] =>
  hashesOf(leafHashes, inclusionRanges(index, leafHashes.length));

/** That the tree of the first `size1` leaves is the beginning of this one. @throws TrustError LOG.RANGE */
export const consistencyProof = (leafHashes: readonly Hash[], size1: number): Hash[] =>
  hashesOf(leafHashes, consistencyRanges(size1, leafHashes.length));

const wellFormed = (...hashes: readonly Hash[]): boolean => hashes.every((hash) => hash.length === 32);

export interface InclusionClaim {
  readonly index: number | bigint;
  readonly size: number | bigint;
  readonly leaf: Hash;
  readonly proof: readonly Hash[];
  readonly root: Hash;
}

/** True iff `leaf` is at `index` of the tree with `root` (RFC 9162 section 2.1.3.2). Never throws. */
export function verifyInclusion({ index, size, leaf, proof, root }: InclusionClaim): boolean {
  if (index < 0 || index >= size || !wellFormed(leaf, root, ...proof)) return false;
  let [fn, sn] = [BigInt(index), BigInt(size) - 1n];
  let hash = leaf;
  for (const sibling of proof) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      hash = nodeHash(sibling, hash);
      while ((fn & 1n) === 0n && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && equalBytes(hash, root);
}

export interface ConsistencyClaim {
  readonly size1: number | bigint;
  readonly size2: number | bigint;
  readonly root1: Hash;
  readonly root2: Hash;
  readonly proof: readonly Hash[];
}

/**
 * True iff the tree of size1 is the beginning of the tree of size2 (RFC 9162 section 2.1.4.2). Never throws.
 *
 * Size 0 is refused, whatever the roots: suites differ here, RFC 6962 defines proofs for 0 < m only, and "consistent
 * with nothing" is a statement that says nothing yet would read as a check passed. Who has no earlier tree has
 * nothing to compare and says so itself.
 */
export function verifyConsistency({ size1, size2, root1, root2, proof }: ConsistencyClaim): boolean {
  if (size1 < 1 || size1 > size2) return false;
  if (BigInt(size1) === BigInt(size2)) return proof.length === 0 && equalBytes(root1, root2);
  if (!wellFormed(root1, root2, ...proof)) return false;
  let [fn, sn] = [BigInt(size1) - 1n, BigInt(size2) - 1n];
  while ((fn & 1n) === 1n) [fn, sn] = [fn >> 1n, sn >> 1n];
  // fn = 0: size1 is a power of two, the old tree is a node of the new one, and the proof leaves it out.
  const [first, ...rest] = fn === 0n ? [root1, ...proof] : proof;
  if (first === undefined) return false;
  let [old, new_] = [first, first];
  for (const sibling of rest) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      old = nodeHash(sibling, old);
      new_ = nodeHash(sibling, new_);
      while ((fn & 1n) === 0n && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else {
      new_ = nodeHash(new_, sibling);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && equalBytes(old, root1) && equalBytes(new_, root2);
}
