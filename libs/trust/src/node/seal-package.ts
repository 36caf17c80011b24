import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { faultPoint } from '#kernel';
import { TrustError, canonicalBytes } from '../encoding/index.ts';
import { sealBid } from '../package/seal-bid.ts';
import type { BidToSeal, PackageMaker, SealedBid } from '../package/seal-bid.ts';
import type { Commit, EnvelopeName, LotKey } from '../records/index.ts';
import { InlineLeaves, ThreadLeaves } from './leaf-sink.ts';
import { nodeContentHash } from './node-tools.ts';
import { OriginalFile, fileToSeal } from './original-file.ts';
import type { SealFile } from './original-file.ts';
import { sealedFileOf } from './package-folder.ts';
import { createSealedFile } from './seal-envelope-file.ts';
import { THREAD_FROM_BYTES, engineFor } from './segment-engine.ts';
import { syncFolder, writeNewFile } from './write-all.ts';

export interface PackageToSeal extends Omit<BidToSeal, 'envelopes' | 'machine'> {
  /** Every envelope of the lot but `I`; E0 holds opening-sheet.json. Ignored for `withdraw: all`. */
  readonly envelopes: Partial<Record<EnvelopeName, readonly SealFile[]>>;
  /** Must not exist; appears whole or not at all. */
  readonly outDir: string;
}

export interface SealedPackage {
  readonly c: string;
  readonly commit: Commit;
  readonly folder: string;
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
    const tools = { engine, leaves, contentHash: nodeContentHash };
    const sealed = await sealBid(tools, bidOf(input), makerIn(partial));
    await writeParts(partial, input.lotKey, sealed);
    await syncFolder(partial);
    await faultPoint('seal.package.synced');
    await rename(partial, folder);
    await syncFolder(dirname(folder));
    await faultPoint('seal.package.renamed');
    return { c: sealed.c, commit: sealed.commit, folder };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  } finally {
    await engine.close();
    await leaves.close();
  }
}

function bidOf(input: PackageToSeal): BidToSeal {
  const listed = Object.entries(input.envelopes) as [EnvelopeName, readonly SealFile[]][];
  const envelopes = Object.fromEntries(listed.map(([e, files]) => [e, files.map(fileToSeal)]));
  return { ...input, envelopes, machine: machineFingerprint() };
}

const makerIn = (folder: string): PackageMaker => ({
  createEnvelope: (e) => createSealedFile(sealedFileOf(folder, e)),
  placeOf: ({ from }) => (from instanceof OriginalFile ? resolve(from.file) : null),
});

async function writeParts(folder: string, lotKey: LotKey, { commit, secrets }: SealedBid): Promise<void> {
  await writeNewFile(join(folder, 'private.json'), canonicalBytes(secrets), 0o600);
  await faultPoint('seal.private.fsynced');
  await writeNewFile(join(folder, 'lotkey.json'), canonicalBytes(lotKey));
  await writeNewFile(join(folder, 'commit.json'), canonicalBytes(commit));
  await faultPoint('seal.commit.fsynced');
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
