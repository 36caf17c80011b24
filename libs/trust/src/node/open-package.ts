import { openContent, openStatement, unlockRecords } from '../package/open-bid.ts';
import type { PackageOpener, UnlockedRecords } from '../package/open-bid.ts';
import type { MemberSink } from '../package/member-sink.ts';
import type { OpenedEnvelope } from '../package/open-envelope.ts';
import type { BidStatement, EnvelopeName } from '../records/index.ts';
import { nodeOpening } from './node-tools.ts';
import { sealedFileOf } from './package-folder.ts';
import type { PackageFolder } from './package-folder.ts';
import { sealedBytes } from './sealed-source.ts';

/** A package with its seed at hand: road A. */
export type UnlockedPackage = PackageFolder & UnlockedRecords;

/** Throws SEAL.WRONG_SEED where the seed is another package's. */
export const unlockPackage = (folder: PackageFolder, seed: Uint8Array): UnlockedPackage =>
  unlockRecords(folder, seed);

export const openerOf = (folder: string): PackageOpener => ({
  tools: nodeOpening,
  sealed: (e) => sealedBytes({ file: sealedFileOf(folder, e) }),
});

export const openPackageStatement = (unlocked: UnlockedPackage): Promise<BidStatement> =>
  openStatement(openerOf(unlocked.folder), unlocked);

/** Opens one of the other envelopes; its manifest must be the one that the statement names. */
export const openPackageContent = (
  unlocked: UnlockedPackage,
  statement: BidStatement,
  e: EnvelopeName,
  sink: MemberSink,
): Promise<OpenedEnvelope> => openContent(openerOf(unlocked.folder), unlocked, { statement, e, sink });
