import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { utf8 } from '../encoding/bytes.ts';
import { CompactTree } from './compact-tree.ts';
import { blindedLeaf } from './leaf.ts';
import {
  EMPTY_ROOT,
  consistencyProof,
  inclusionProof,
  leafHash,
  merkleRoot,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';
import type { Hash } from './merkle.ts';

const leaves = Array.from({ length: 64 }, (_, i) => leafHash(Uint8Array.of(i)));
const tree = (size: number): Hash[] => leaves.slice(0, size);
const roots = Array.from({ length: 65 }, (_, size) => merkleRoot(tree(size)));
const root = (size: number): Hash => roots[size] as Hash;
const refusal = (code: string) => expect.objectContaining({ code });
const toHex = (hash: Hash): string => Buffer.from(hash).toString('hex');

const flip = (hash: Hash, bit: number): Hash =>
  hash.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

// ---- vectors: github.com/transparency-dev/merkle, testdata ------------------

interface Vector {
  readonly file: string;
  readonly wantErr: boolean;
  readonly leafIdx: string;
  readonly treeSize: string;
  readonly size1: string;
  readonly size2: string;
  readonly root: string;
  readonly root1: string;
  readonly root2: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
}

/** Sizes in the vectors go past 2^53: they are taken as text before JSON.parse can round them. */
function vectors(folder: 'inclusion' | 'consistency'): Vector[] {
  const base = new URL(`../../../../test/vectors/merkle/${folder}/`, import.meta.url);
  return readdirSync(base, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const json = readFileSync(new URL(file, base), 'utf8').replaceAll(/: (\d+)/g, ': "$1"');
      return { ...(JSON.parse(json) as Vector), file };
    });
}
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

test('inclusion agrees with every vector', () => {
  const all = vectors('inclusion');
  expect([all.length, all.filter(({ wantErr }) => !wantErr).length]).toEqual([98, 6]);
  expect(all.some(({ leafIdx }) => BigInt(leafIdx) > BigInt(Number.MAX_SAFE_INTEGER))).toBe(true);
  for (const { file, wantErr, ...v } of all) {
    const holds = verifyInclusion({
      index: BigInt(v.leafIdx),
      size: BigInt(v.treeSize),
      leaf: bytes(v.leafHash),
      root: bytes(v.root),
      proof: (v.proof ?? []).map(bytes),
    });
    expect([file, holds]).toEqual([file, !wantErr]);
  }
});

test('consistency agrees with every vector', () => {
  const all = vectors('consistency');
  expect([all.length, all.filter(({ wantErr }) => !wantErr).length]).toEqual([98, 6]);
  for (const { file, wantErr, ...v } of all) {
    const holds = verifyConsistency({
      size1: BigInt(v.size1),
      size2: BigInt(v.size2),
      root1: bytes(v.root1),
      root2: bytes(v.root2),
      proof: (v.proof ?? []).map(bytes),
    });
    expect([file, holds]).toEqual([file, !wantErr]);
  }
});

test('roots are those of the RFC 6962 reference tree', () => {
  // Leaves and roots of the Certificate Transparency test suite (merkletree tests of CT and trillian).
  const data = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ];
  const hashes = data.map((text) => leafHash(new Uint8Array(Buffer.from(text, 'hex'))));
  expect([1, 2, 3, 5, 8].map((size) => toHex(merkleRoot(hashes.slice(0, size))))).toEqual([
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ]);
  expect(toHex(EMPTY_ROOT)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(merkleRoot([])).toEqual(EMPTY_ROOT);
});

// ---- properties, every size up to 64 ---------------------------------------

test('every leaf of every tree is proved, at its own index of its own size only', () => {
  for (let size = 1; size <= 64; size++) {
    for (let index = 0; index < size; index++) {
      const claim = {
        index,
        size,
        leaf: leaves[index] as Hash,
        proof: inclusionProof(tree(size), index),
        root: root(size),
      };
      expect(verifyInclusion(claim)).toBe(true);
      for (const other of [index - 1, index + 1, size])
        expect(verifyInclusion({ ...claim, index: other })).toBe(false);
      expect(verifyInclusion({ ...claim, root: root(size - 1) })).toBe(false);
      expect(verifyInclusion({ ...claim, proof: [...claim.proof, root(1)] })).toBe(false);
      expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(size === 1);
    }
  }
});

test('every tree is consistent with every later one, and with no other', () => {
  for (let size2 = 1; size2 <= 64; size2++) {
    for (let size1 = 1; size1 <= size2; size1++) {
      const claim = {
        size1,
        size2,
        root1: root(size1),
        root2: root(size2),
        proof: consistencyProof(tree(size2), size1),
      };
      expect(verifyConsistency(claim)).toBe(true);
      expect(verifyConsistency({ ...claim, size1: size1 - 1 })).toBe(false);
      expect(verifyConsistency({ ...claim, root1: root(size1 - 1) })).toBe(false);
      expect(verifyConsistency({ ...claim, root2: root(size2 - 1) })).toBe(false);
      expect(verifyConsistency({ ...claim, proof: [...claim.proof, root(1)] })).toBe(false);
      if (claim.proof.length > 0)
        expect(verifyConsistency({ ...claim, proof: claim.proof.slice(0, -1) })).toBe(false);
    }
  }
});

test('any flipped bit of a proof, a leaf or a root is refused', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 64 }), fc.nat(), fc.nat(), fc.nat(255), (size, a, b, bit) => {
      const index = a % size;
      const path = inclusionProof(tree(size), index);
      const at = b % path.length;
      const claim = { index, size, leaf: leaves[index] as Hash, proof: path, root: root(size) };
      expect(
        verifyInclusion({ ...claim, proof: path.map((hash, i) => (i === at ? flip(hash, bit) : hash)) }),
      ).toBe(false);
      expect(verifyInclusion({ ...claim, leaf: flip(claim.leaf, bit) })).toBe(false);
      expect(verifyInclusion({ ...claim, root: flip(claim.root, bit) })).toBe(false);

      const size1 = 1 + (a % (size - 1));
      const proof = consistencyProof(tree(size), size1);
      const step = { size1, size2: size, root1: root(size1), root2: root(size), proof };
      const where = b % proof.length;
      expect(
        verifyConsistency({ ...step, proof: proof.map((hash, i) => (i === where ? flip(hash, bit) : hash)) }),
      ).toBe(false);
      expect(verifyConsistency({ ...step, root1: flip(step.root1, bit) })).toBe(false);
      expect(verifyConsistency({ ...step, root2: flip(step.root2, bit) })).toBe(false);
    }),
  );
});

test('the empty tree is consistent with nothing, not even with itself', () => {
  for (const size2 of [0, 1, 5]) {
    expect(verifyConsistency({ size1: 0, size2, root1: EMPTY_ROOT, root2: root(size2), proof: [] })).toBe(
      false,
    );
    expect(() => consistencyProof(tree(size2), 0)).toThrow(refusal('LOG.RANGE'));
  }
});

test('hashes of another size than 32 bytes prove nothing', () => {
  expect(
    verifyInclusion({ index: 0, size: 1, leaf: new Uint8Array(0), proof: [], root: new Uint8Array(0) }),
  ).toBe(false);
  expect(
    verifyConsistency({
      size1: 1,
      size2: 2,
      root1: root(1),
      root2: nodeHash(root(1), new Uint8Array(31)),
      proof: [new Uint8Array(31)],
    }),
  ).toBe(false);
});

test('there is no proof for what is not there', () => {
  expect(() => inclusionProof(tree(4), 4)).toThrow(refusal('LOG.RANGE'));
  expect(() => inclusionProof(tree(4), -1)).toThrow(refusal('LOG.RANGE'));
  expect(() => inclusionProof([], 0)).toThrow(refusal('LOG.RANGE'));
  expect(() => consistencyProof(tree(4), 5)).toThrow(refusal('LOG.RANGE'));
  expect(() => inclusionProof(tree(4), NaN)).toThrow(refusal('LOG.RANGE'));
});

// ---- compact tree and leaves -----------------------------------------------

test('a compact tree has the root of every size, also when it is continued from its nodes', () => {
  let continued = new CompactTree();
  for (let size = 0; size <= 64; size++) {
    expect(continued.size).toBe(size);
    expect(continued.root()).toEqual(root(size));
    continued = new CompactTree(continued.size, continued.nodes);
    if (size < 64) continued.append(leaves[size] as Hash);
  }
  expect(() => new CompactTree(5, [root(4)])).toThrow(refusal('LOG.RANGE'));
});

test('what a compact tree shows of itself cannot be used to change it', () => {
  const compact = new CompactTree();
  compact.append(root(1));
  (compact.nodes as Hash[]).pop();
  expect(compact.root()).toEqual(root(1));
});

test('a leaf and a node never collide, and a blinded leaf hides its record', () => {
  expect(nodeHash(root(1), root(2))).not.toEqual(leafHash(Buffer.concat([root(1), root(2)])));
  const blind = new Uint8Array(32).fill(7);
  expect(blindedLeaf(root(1), blind)).toHaveLength(32);
  expect(blindedLeaf(root(1), blind)).not.toEqual(blindedLeaf(root(2), blind));
  expect(blindedLeaf(root(1), blind)).not.toEqual(blindedLeaf(root(1), root(1)));
  expect(() => blindedLeaf(utf8.encode('short'), blind)).toThrow(refusal('LOG.HASH_SIZE'));
  expect(() => blindedLeaf(blind, utf8.encode('short'))).toThrow(refusal('LOG.HASH_SIZE'));
});
