import { concat, rootOfLeaves } from '#trust';

const HASH = 32;

const split = (leaves: Uint8Array): Uint8Array[] =>
  Array.from({ length: leaves.length / HASH }, (_, i) => leaves.subarray(i * HASH, (i + 1) * HASH));

/** `root_e` from the leaf hashes that were stored with each part, in order: no byte of the envelope is read again. */
export const rootOfParts = (leavesOfParts: readonly Uint8Array[]): Uint8Array =>
  rootOfLeaves(split(concat(...leavesOfParts)));
