import {
  TrustError,
  b64u,
  canonicalBytes,
  equalBytes,
  parseRecord,
  systemRandom,
} from '../encoding/index.ts';
import { verifyCms } from '../pki/index.ts';
import { bidStatement } from '../records/index.ts';
import type { BidStatement, EnvelopeName } from '../records/index.ts';
import { checkOpenedManifest, checkStatement } from '../seal/bid-statement.ts';
import { deriveBidKeys } from '../seal/seed.ts';
import type { BidKeys } from '../seal/seed.ts';
import { bidLabel, checkDealings, commitBody, trusteeKeysOf } from '../threshold/index.ts';
import type { PreparedDealing } from '../threshold/index.ts';
import { cipherOf, dealingsOf } from './bid-ciphers.ts';
import { MemorySink } from './member-sink.ts';
import type { MemberSink } from './member-sink.ts';
import { openSealedEnvelope } from './open-envelope.ts';
import type { OpenedEnvelope } from './open-envelope.ts';
import type { PackageRecords } from './package-secrets.ts';
import type { OpeningTools, SealedBytes } from './ports.ts';

/** A package's records with its seed at hand: road A. */
export interface UnlockedRecords extends PackageRecords {
  readonly keys: BidKeys;
  readonly dealings: readonly PreparedDealing[];
}

/** Where the sealed envelopes of a package are, and with what they are opened. */
export interface PackageOpener {
  readonly tools: OpeningTools;
  sealed(e: EnvelopeName): SealedBytes;
}

/**
 * Derives the package's keys from its seed and demands that they give exactly the dealings of COMMIT.
 * Throws SEAL.WRONG_SEED where the seed is another package's.
 */
export function unlockRecords<T extends PackageRecords>(records: T, seed: Uint8Array): T & UnlockedRecords {
  const { commit, lotKey } = records;
  const keys = deriveBidKeys(seed, b64u.decode(commit.bidNonce), lotKey.suite);
  const dealings = dealingsOf(lotKey, commit, keys, commit.withdraw);
  const publicPart = (each: { C: readonly string[]; E: readonly string[] }) => [each.C, each.E];
  const same = equalBytes(
    canonicalBytes(dealings.map(publicPart)),
    canonicalBytes(commit.dealings.map(publicPart)),
  );
  if (!same) throw new TrustError('SEAL.WRONG_SEED');
  return { ...records, keys, dealings };
}

/** Road B, without the trustees: a dealing that passes opens to one key with any k of them. Throws SEAL.DEALING. */
export function checkPackageDealings({ commit, lotKey }: PackageRecords): void {
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

async function openOne(
  { tools, sealed }: PackageOpener,
  unlocked: UnlockedRecords,
  e: EnvelopeName,
  sink: MemberSink,
  onProgress?: (done: number) => void,
): Promise<OpenedEnvelope> {
  const reference = unlocked.commit.envelopes.find((envelope) => envelope.e === e);
  if (!reference) throw new TrustError('SEAL.COMMIT', { reason: 'no such envelope', e });
  return openSealedEnvelope(tools, {
    e,
    ...cipherOf(unlocked.lotKey, unlocked.dealings, e),
    source: sealed(e),
    root: b64u.decode(reference.root),
    length: reference.length,
    sink,
    ...(onProgress ? { onProgress } : {}),
  });
}

/** Opens `I`: the statement, its signature checked; whom the certificate belongs to is not judged here. */
export async function openStatement(opener: PackageOpener, unlocked: UnlockedRecords): Promise<BidStatement> {
  const sink = new MemorySink();
  await openOne(opener, unlocked, 'I', sink);
  const bytes = sink.files.get('identity.json') ?? new Uint8Array(0);
  const statement = parseRecord(bidStatement, bytes);
  checkStatement(statement, unlocked.commit);
  const cms = verifyCms(sink.files.get('identity.p7s') ?? new Uint8Array(0), bytes);
  if (!cms.ok) throw new TrustError('SEAL.STATEMENT', { cause: cms.error.code });
  return statement;
}

/** Opens one of the other envelopes; its manifest must be the one that the statement names. */
export async function openContent(
  opener: PackageOpener,
  unlocked: UnlockedRecords,
  { statement, e, sink, onProgress }: ContentToOpen,
): Promise<OpenedEnvelope> {
  const opened = await openOne(opener, unlocked, e, sink, onProgress);
  checkOpenedManifest(statement, e, opened.manifestSha256);
  return opened;
}

export interface ContentToOpen {
  readonly statement: BidStatement;
  readonly e: EnvelopeName;
  readonly sink: MemberSink;
  /** Told the ciphertext's bytes done so far. */
  readonly onProgress?: (done: number) => void;
}
