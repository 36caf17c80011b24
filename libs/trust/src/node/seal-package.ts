import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { faultPoint } from '#kernel';
import {
  TrustError,
  b64u,
  canonicalBytes,
  hashText,
  parseRecord,
  systemRandom,
  utf8,
} from '../encoding/index.ts';
import { signCms, toPem } from '../pki/index.ts';
import type { Signer } from '../pki/index.ts';
import { SUITE, openingSheet } from '../records/index.ts';
import type { BidStatement, Commit, DocumentRef, EnvelopeName, LotKey, Manifest } from '../records/index.ts';
import { wkOf } from '../seal/bid-move.ts';
import { bidStatementOf } from '../seal/bid-statement.ts';
import { envelopesOf, stageOfEnvelope, stagesOf } from '../seal/commit-shape.ts';
import { envelopeContext, envelopeKey } from '../seal/envelope.ts';
import { MANIFEST_NAME } from '../seal/manifest.ts';
import { PathSet } from '../seal/member-path.ts';
import { deriveBidKeys } from '../seal/seed.ts';
import type { BidKeys } from '../seal/seed.ts';
import { bidLabel, commitBody, prepareDealing, proveDealing, trusteeKeysOf } from '../threshold/index.ts';
import type { PreparedDealing } from '../threshold/index.ts';
import { sealedFileOf } from './package-folder.ts';
import type { PackageSecrets } from './package-folder.ts';
import { sealEnvelopeFile } from './seal-envelope-file.ts';
import type { SealFile, SealedEnvelope } from './seal-envelope-file.ts';
import { InlineLeaves, ThreadLeaves } from './leaf-sink.ts';
import type { LeafSink } from './leaf-sink.ts';
import { THREAD_FROM_BYTES, engineFor } from './segment-engine.ts';
import type { SegmentEngine } from './segment-engine.ts';
import { syncFolder, writeNewFile } from './write-all.ts';

export const SHEET_NAME = 'opening-sheet.json';
const TOOL_VERSION = '0.1.0';

export interface PackageToSeal {
  /** A LOTKEY that the caller has checked against its own pinned roots. */
  readonly lotKey: LotKey;
  /** Of the notice version that is bid on. */
  readonly documents: readonly DocumentRef[];
  /** Every envelope of the lot but `I`; E0 holds opening-sheet.json. Ignored for `withdraw: all`. */
  readonly envelopes: Partial<Record<EnvelopeName, readonly SealFile[]>>;
  readonly signer: Signer;
  /** The commitment that this package replaces. */
  readonly supersedes: string | null;
  readonly withdraw?: 'all';
  /** Must not exist; appears whole or not at all. */
  readonly outDir: string;
  /** 32 fresh bytes; given only where the caller drew them elsewhere. One seed seals once. */
  readonly seed?: Uint8Array;
}

export interface SealedPackage {
  readonly c: string;
  readonly commit: Commit;
  readonly folder: string;
}

/** The package while it is made. */
interface Sealing {
  readonly input: PackageToSeal;
  readonly folder: string;
  readonly seed: Uint8Array;
  readonly keys: BidKeys;
  readonly terms: { lotKeyHash: string; bidNonce: string };
  readonly dealings: readonly PreparedDealing[];
  readonly documents: string;
  readonly tool: Manifest['tool'];
  readonly bidder: BidStatement['bidder'];
}

/**
 * Seals a whole bid from disk to disk (PROTOCOL section 5). Crash-safe: everything is written and synced in a
 * partial folder beside `outDir`, which is renamed last. Throws TrustError SEAL.*.
 */
export async function sealPackage(input: PackageToSeal): Promise<SealedPackage> {
  const folder = resolve(input.outDir);
  if (await stat(folder).catch(() => null)) throw new TrustError('SEAL.EXISTS', { folder });
  const bytes = await inputBytes(input);
  const partial = `${folder}.partial-${randomBytes(6).toString('hex')}`;
  await mkdir(partial, { recursive: true, mode: 0o700 });
  // First of all, so that the thread starts up while the dealings are made.
  const engine = engineFor(bytes);
  const leaves = bytes < THREAD_FROM_BYTES ? new InlineLeaves() : new ThreadLeaves();
  try {
    const sealing = await begin(input, partial);
    const commit = await sealInto({ engine, leaves }, sealing);
    await syncFolder(partial);
    await faultPoint('seal.package.synced');
    await rename(partial, folder);
    await syncFolder(dirname(folder));
    await faultPoint('seal.package.renamed');
    return { c: hashText('commit', commit), commit, folder };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  } finally {
    await engine.close();
    await leaves.close();
  }
}

async function begin(input: PackageToSeal, folder: string): Promise<Sealing> {
  const { organisation, creditCode } = input.signer.certificate.holder;
  if (!organisation || !creditCode)
    throw new TrustError('SEAL.CERTIFICATE', { reason: 'names no organisation' });
  const bidder = { name: organisation, creditCode };
  checkNames(input);
  if (!input.withdraw) await checkSheet(input, bidder);
  const seed = input.seed ?? systemRandom(32);
  const nonce = systemRandom(32);
  const keys = deriveBidKeys(seed, nonce);
  const terms = { lotKeyHash: hashText('lotkey', input.lotKey), bidNonce: b64u.encode(nonce) };
  return {
    input,
    folder,
    seed,
    keys,
    terms,
    dealings: dealingsOf(input.lotKey, terms, keys, input.withdraw),
    documents: hashText('documents', input.documents),
    tool: { name: 'glasshall', version: TOOL_VERSION, machine: machineFingerprint() },
    bidder,
  };
}

/** One dealing per (stage, audience); the same seed and nonce give the same dealings again, which is road A. */
export function dealingsOf(
  lotKey: LotKey,
  terms: { lotKeyHash: string; bidNonce: string },
  keys: BidKeys,
  withdraw?: 'all',
): PreparedDealing[] {
  const trusteeKeys = trusteeKeysOf(lotKey);
  return stagesOf(lotKey, withdraw).map(({ stage, audience }) =>
    prepareDealing({
      type: 'bid',
      label: bidLabel(terms, stage, audience),
      stage,
      audience,
      seedKey: keys.dealingSeed(stage, audience),
      trusteeKeys,
      k: lotKey.k,
    }),
  );
}

/** The input key and context of envelope `e` under its dealing. */
export function cipherOf(
  lotKey: LotKey,
  dealings: readonly PreparedDealing[],
  e: EnvelopeName,
): { key: Uint8Array; context: Uint8Array } {
  const rule = stageOfEnvelope(lotKey, e);
  const dealing = dealings.find(({ stage, audience }) => stage === rule.stage && audience === rule.audience);
  if (!dealing) throw new TrustError('SEAL.COMMIT', { reason: 'no dealing for the envelope', e });
  return { key: envelopeKey(dealing.K(), e), context: envelopeContext(dealing.label, e) };
}

/** The threads that the sealing runs on. */
interface Threads {
  readonly engine: SegmentEngine;
  readonly leaves: LeafSink;
}

async function sealInto(threads: Threads, sealing: Sealing): Promise<Commit> {
  const { input, keys, terms, dealings, folder, seed } = sealing;
  const names = envelopesOf(stagesOf(input.lotKey, input.withdraw));
  const others: SealedEnvelope[] = [];
  for (const e of names.filter((name) => name !== 'I')) {
    others.push(await sealOne(threads, sealing, e, input.envelopes[e] ?? []));
  }
  const identity = await sealOne(threads, sealing, 'I', await identityFiles(sealing, others));
  const all = [identity, ...others];
  const unproven = {
    type: 'commit' as const,
    ...terms,
    suite: SUITE as typeof SUITE,
    dealings,
    envelopes: names.map((e) => referTo(all, e)),
    wk: wkOf(keys.wkSecret),
    ...(input.withdraw ? { withdraw: input.withdraw } : {}),
  };
  const body = commitBody(unproven);
  const commit: Commit = {
    ...unproven,
    dealings: dealings.map((dealing) => proveDealing(dealing, body, systemRandom)),
  };
  await writeParts(folder, commit, input, secretsOf(input, commit, seed, all));
  return commit;
}

async function sealOne(
  { engine, leaves }: Threads,
  { input, dealings, folder, documents, tool }: Sealing,
  e: EnvelopeName,
  files: readonly SealFile[],
): Promise<SealedEnvelope> {
  const target = sealedFileOf(folder, e);
  const envelope = { e, ...cipherOf(input.lotKey, dealings, e), files, documents, tool, target };
  return sealEnvelopeFile(engine, envelope, leaves);
}

function referTo(all: readonly SealedEnvelope[], e: EnvelopeName): Commit['envelopes'][number] {
  const sealed = all.find((each) => each.e === e);
  if (!sealed) throw new TrustError('SEAL.COMMIT', { reason: 'envelope missing', e });
  return { e, root: b64u.encode(sealed.root), length: sealed.length };
}

async function identityFiles(sealing: Sealing, others: readonly SealedEnvelope[]): Promise<SealFile[]> {
  const { input, keys, terms, dealings, documents, bidder } = sealing;
  const statement = bidStatementOf({
    commit: {
      ...terms,
      suite: SUITE,
      wk: wkOf(keys.wkSecret),
      dealings,
      ...(input.withdraw ? { withdraw: input.withdraw } : {}),
    },
    documents,
    supersedes: input.supersedes,
    bidder,
    manifests: others.map(({ e, manifestSha256 }) => ({ e, sha256: b64u.encode(manifestSha256) })),
  });
  const bytes = canonicalBytes(statement);
  const { signer } = input;
  return [
    { path: 'identity.json', from: { bytes } },
    { path: 'identity.p7s', from: { bytes: await signCms(bytes, signer) } },
    { path: 'chain.pem', from: { bytes: utf8.encode(toPem([signer.certificate, ...signer.chain])) } },
  ];
}

async function writeParts(folder: string, commit: Commit, input: PackageToSeal, secrets: PackageSecrets) {
  await writeNewFile(join(folder, 'private.json'), canonicalBytes(secrets), 0o600);
  await faultPoint('seal.private.fsynced');
  await writeNewFile(join(folder, 'lotkey.json'), canonicalBytes(input.lotKey));
  await writeNewFile(join(folder, 'commit.json'), canonicalBytes(commit));
  await faultPoint('seal.commit.fsynced');
}

function secretsOf(
  input: PackageToSeal,
  commit: Commit,
  seed: Uint8Array,
  sealed: readonly SealedEnvelope[],
): PackageSecrets {
  const originalOf = (e: EnvelopeName, path: string): string | null => {
    const from = input.envelopes[e]?.find((file) => file.path === path)?.from;
    return from && 'file' in from ? resolve(from.file) : null;
  };
  return {
    type: 'package',
    version: 1,
    lot: input.lotKey.lot,
    c: hashText('commit', commit),
    seed: b64u.encode(seed),
    supersedes: input.supersedes,
    files: sealed.flatMap(({ e, manifest }) =>
      manifest.files.map((file) => ({ e, ...file, original: originalOf(e, file.path) })),
    ),
  };
}

/** Before any costly work: every name is portable and unique, and the manifest's own name stays free. */
function checkNames({ envelopes }: PackageToSeal): void {
  for (const files of Object.values(envelopes)) {
    const paths = new PathSet();
    for (const { path } of files) paths.add(path);
    paths.add(MANIFEST_NAME);
  }
}

/** E0 must hold a sheet that can be read out, in the signer's name: found now, not at the opening. */
async function checkSheet({ envelopes }: PackageToSeal, bidder: BidStatement['bidder']): Promise<void> {
  const from = envelopes.E0?.find(({ path }) => path === SHEET_NAME)?.from;
  if (!from) throw new TrustError('SEAL.SHEET', { missing: SHEET_NAME });
  const bytes = 'bytes' in from ? from.bytes : new Uint8Array(await readFile(from.file));
  const sheet = parseRecord(openingSheet, bytes);
  if (sheet.bidder.creditCode !== bidder.creditCode || sheet.bidder.name !== bidder.name) {
    throw new TrustError('SEAL.SHEET', { reason: 'names another bidder than the certificate' });
  }
}

async function inputBytes({ envelopes }: PackageToSeal): Promise<number> {
  let sum = 0;
  for (const { path, from } of Object.values(envelopes).flat()) {
    const size = 'bytes' in from ? from.bytes.length : (await stat(from.file).catch(() => null))?.size;
    if (size === undefined) throw new TrustError('SEAL.NOT_A_FILE', { path: path.slice(0, 100) });
    sum += size;
  }
  return sum;
}

/** One machine, one value; it says nothing else about the machine. The law lets authorities compare it (条例40). */
function machineFingerprint(): string {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal }) => !internal)
    .map(({ mac }) => mac);
  const text = [hostname(), ...[...new Set(addresses)].sort()].join('\n');
  return createHash('sha256').update(`glasshall/1/machine\n${text}`).digest('base64url');
}
