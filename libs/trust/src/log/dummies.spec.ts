import { createHash } from 'node:crypto';
import { dummyEntry, seedCommitment } from './dummies.ts';
import { blindedLeaf } from './leaf.ts';

const seed = new Uint8Array(32).fill(5);
const sha = (...parts: (string | Uint8Array)[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('a dummy follows from its seed and its place, byte by byte', () => {
  const place = Buffer.alloc(8);
  place.writeBigUInt64BE(2n ** 40n + 3n);
  expect(hex(dummyEntry(seed, 2 ** 40 + 3))).toBe(sha('dummy', seed, place));
  expect(dummyEntry(seed, 1)).not.toEqual(dummyEntry(seed, 2));
  expect(dummyEntry(seed, 1)).not.toEqual(dummyEntry(new Uint8Array(32), 1));
});

test('a commitment names one seed, and is no dummy', () => {
  expect(hex(seedCommitment(seed))).toBe(sha('glasshall/1/day-seed\0', seed));
});

test('a seed of another length is none, and no dummy has the form of a record’s leaf', () => {
  const size = expect.objectContaining({ code: 'LOG.HASH_SIZE' });
  expect(() => dummyEntry(seed.subarray(1), 0)).toThrow(size);
  expect(() => seedCommitment(seed.subarray(1))).toThrow(size);
  // "leaf" ‖ 64 bytes and "dummy" ‖ 40 bytes differ in beginning and length, so that no input is both.
  expect(blindedLeaf(seed, seed)).not.toEqual(dummyEntry(seed, 0));
});
