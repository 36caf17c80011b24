export * from './thread.ts';
export { nodeAead } from './segment-cipher.ts';
export { engineFor } from './segment-engine.ts';
export type { SegmentEngine } from './segment-engine.ts';
export { FolderSink, MemorySink } from './member-sink.ts';
export type { MemberSink } from './member-sink.ts';
export { openEnvelopeFile } from './open-envelope-file.ts';
export type { EnvelopeToOpen, OpenedEnvelope } from './open-envelope-file.ts';
export { rootOfFile, rootOfSource } from './sealed-source.ts';
export type { SealedSource } from './sealed-source.ts';
export { sealEnvelopeFile } from './seal-envelope-file.ts';
export type { EnvelopeToSeal, SealFile, SealedEnvelope } from './seal-envelope-file.ts';
export * from './canonical-zip.ts';
export {
  checkPackageDealings,
  openPackageContent,
  openPackageStatement,
  unlockPackage,
} from './open-package.ts';
export type { UnlockedPackage } from './open-package.ts';
export { readPackage, readSecrets, sealedFileOf, seedOf, spoilPackage } from './package-folder.ts';
export type { PackageFolder, PackageSecrets } from './package-folder.ts';
export { SHEET_NAME, sealPackage } from './seal-package.ts';
export type { PackageToSeal, SealedPackage } from './seal-package.ts';
export { selfTest, selfTestHere } from './self-test.ts';
export type { SelfTestReport } from './self-test.ts';
export { verifyBundleFile } from './verify-bundle.ts';
