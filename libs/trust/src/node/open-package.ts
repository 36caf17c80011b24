import { TrustError, canonicalBytes, equalBytes, b64u, systemRandom } from '../encoding/index.ts';
import type { EnvelopeName } from '../records/index.ts';
import { checkOpenedManifest, checkStatement } from '../seal/bid-statement.ts';
import { deriveBidKeys } from '../seal/seed.ts';
import type { BidKeys } from '../seal/seed.ts';
import { bidStatement } from '../records/index.ts';
import type { BidStatement } from '../records/index.ts';
import { parseRecord } from '../encoding/index.ts';
import { verifyCms } from '../pki/index.ts';
import { bidLabel, checkDealings, commitBody, trusteeKeysOf } from '../threshold/index.ts';
import type { PreparedDealing } from '../threshold/index.ts';
import { MemorySink } from './member-sink.ts';
import type { MemberSink } from './member-sink.ts';
import { openEnvelopeFile } from './open-envelope-file.ts';
import type { OpenedEnvelope } from './open-envelope-file.ts';
import { sealedFileOf } from './package-folder.ts';
import type { PackageFolder } from './package-folder.ts';
import { cipherOf, dealingsOf } from './seal-package.ts';

/** A package with its seed at hand: road A. */
export interface UnlockedPackage extends PackageFolder {
  readonly keys: BidKeys;
  readonly dealings: readonly PreparedDealing[];
}

/**
 * Derives the package's keys from its seed and demands that they give exactly the dealings of COMMIT.
 * Throws SEAL.WRONG_SEED where the seed is another package's.
 */
export function unlockPackage(folder: PackageFolder, seed: Uint8Array): UnlockedPackage {
  const { commit, lotKey } = folder;
  const keys = deriveBidKeys(seed, b64u.decode(commit.bidNonce));
  const dealings = dealingsOf(lotKey, commit, keys, commit.withdraw);
  const publicPart = (each: { C: readonly string[]; E: readonly string[] }) => [each.C, each.E];
  const same = equalBytes(
    canonicalBytes(dealings.map(publicPart)),
    canonicalBytes(commit.dealings.map(publicPart)),
  );
  if (!same) throw new TrustError('SEAL.WRONG_SEED');
  return { ...folder, keys, dealings };
}

/** Road B, without the trustees: a dealing that passes opens to one key with any k of them. Throws SEAL.DEALING. */
export function checkPackageDealings({ commit, lotKey }: PackageFolder): void {
  const trusteeKeys = trusteeKeysOf(lotKey);
  const body = commitBody(commit);
  const bad = checkDealings(
    commit.dealings.map((dealing) => ({
      dealing,
      type: 'bid' as const,
      label: bidLabel(commit, dealing.stage, dealing.audience),
      body,
      trusteeKeys,
      k: lotKey.k,
    })),
    systemRandom,
  );
  if (bad.length > 0) throw new TrustError('SEAL.DEALING', { dealing: bad[0] ?? 0 });
}

export async function openPackageEnvelope(
  unlocked: UnlockedPackage,
  e: EnvelopeName,
  sink: MemberSink,
): Promise<OpenedEnvelope> {
  const reference = unlocked.commit.envelopes.find((envelope) => envelope.e === e);
  if (!reference) throw new TrustError('SEAL.COMMIT', { reason: 'no such envelope', e });
  return openEnvelopeFile({
    e,
    ...cipherOf(unlocked.lotKey, unlocked.dealings, e),
    source: { file: sealedFileOf(unlocked.folder, e) },
    root: b64u.decode(reference.root),
    length: reference.length,
    sink,
  });
}

/** Opens `I`: the statement, its signature checked; whom the certificate belongs to is not judged here. */
export async function openPackageStatement(unlocked: UnlockedPackage): Promise<BidStatement> {
  const sink = new MemorySink();
  await openPackageEnvelope(unlocked, 'I', sink);
  const bytes = sink.files.get('identity.json') ?? new Uint8Array(0);
  const statement = parseRecord(bidStatement, bytes);
  checkStatement(statement, unlocked.commit);
  const cms = verifyCms(sink.files.get('identity.p7s') ?? new Uint8Array(0), bytes);
  if (!cms.ok) throw new TrustError('SEAL.STATEMENT', { cause: cms.error.code });
  return statement;
}

/** Opens one of the other envelopes; its manifest must be the one that the statement names. */
export async function openPackageContent(
  unlocked: UnlockedPackage,
  statement: BidStatement,
  e: EnvelopeName,
  sink: MemberSink,
): Promise<OpenedEnvelope> {
  const opened = await openPackageEnvelope(unlocked, e, sink);
  checkOpenedManifest(statement, e, opened.manifestSha256);
  return opened;
}
