export {
  EMPTY_ROOT,
  consistencyProof,
  foldNodes,
  inclusionProof,
  leafHash,
  merkleRoot,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';
export type { ConsistencyClaim, Hash, InclusionClaim } from './merkle.ts';
export { CompactTree } from './compact-tree.ts';
export { dummyEntry, seedCommitment } from './dummies.ts';
export { blindedLeaf } from './leaf.ts';
export * from './tiles.ts';
export * from './note.ts';
export * from './checkpoint.ts';
export * from './cosignature.ts';
export * from './add-checkpoint.ts';
export * from './judge-checkpoint.ts';
