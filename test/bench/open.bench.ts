/** Opening one bid from disk to disk, and twenty bids by a quorum. */
import { createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  b64u,
  bidLabel,
  canonicalBytes,
  combineShares,
  envelopeContext,
  envelopeKey,
  keyOfSecretPoint,
  openShare,
  stageOfEnvelope,
  systemRandom,
  trusteeKeysOf,
  verifyShares,
} from '#trust';
import type { Commit, Dealing, EnvelopeName, Share, ShareClaim, ShareContext } from '#trust';
import {
  FolderSink,
  openPackageContent,
  openPackageStatement,
  openEnvelopeFile,
  readPackage,
  readSecrets,
  sealPackage,
  sealedFileOf,
  seedOf,
  unlockPackage,
} from '#trust/node';
import type { SealedPackage } from '#trust/node';
import { makeLot, sheetOf } from '../support/lot-fixture.ts';
import type { LotFixture } from '../support/lot-fixture.ts';
import { compare, makeFile, megabytes, peakMemory, round2, withFolder } from './bulk.ts';
import type { Emit } from './main.ts';

/** SHA-256 of the ciphertext, AES-256-GCM (the tag is not asked for), SHA-256 of the plaintext. */
function baseline(path: string): void {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(1024 * 1024);
  const cipher = createDecipheriv('aes-256-gcm', randomBytes(32), randomBytes(12));
  const plain = createHash('sha256');
  const sealed = createHash('sha256');
  for (let n = readSync(file, buffer); n > 0; n = readSync(file, buffer)) {
    sealed.update(buffer.subarray(0, n));
    plain.update(cipher.update(buffer.subarray(0, n)));
  }
  closeSync(file);
  plain.digest();
  sealed.digest();
}

async function sealBid(lot: LotFixture, folder: string, number: number, mb: number): Promise<SealedPackage> {
  const signer = await lot.bidder(number);
  const input = join(folder, `bid-${String(number)}.bin`);
  makeFile(input, mb);
  return sealPackage({
    lotKey: lot.lotKey,
    documents: lot.documents,
    envelopes: {
      E0: [{ path: 'opening-sheet.json', from: { bytes: canonicalBytes(sheetOf(signer)) } }],
      E1: [{ path: 'bid.bin', from: { file: input } }],
    },
    signer,
    supersedes: null,
    outDir: join(folder, `package-${String(number)}`),
  });
}

export async function run(emit: Emit): Promise<void> {
  const lot = await makeLot();
  await withFolder((folder) => one(lot, folder, emit));
  await withFolder((folder) => twenty(lot, folder, emit));
}

async function one(lot: LotFixture, folder: string, emit: Emit): Promise<void> {
  const sealed = await sealBid(lot, folder, 1, megabytes);
  const unlocked = unlockPackage(await readPackage(sealed.folder), seedOf(await readSecrets(sealed.folder)));
  const statement = await openPackageStatement(unlocked);
  const folderOf = (round: number): string => join(folder, `opened-${String(round)}`);
  const open = async (round: number): Promise<void> => {
    await openPackageContent(unlocked, statement, 'E1', new FolderSink(folderOf(round)));
  };
  const cleanUp = (round: number): void => {
    rmSync(folderOf(round), { recursive: true });
  };
  const name = `open.${String(megabytes)}MB`;
  const memory = await peakMemory(() => open(-1));
  cleanUp(-1);
  emit({ name: `${name}.memory`, value: round2(memory), unit: 'MB above idle', baseline: null, ratio: null });
  const times = await compare(
    open,
    () => {
      baseline(join(folder, 'bid-1.bin'));
    },
    cleanUp,
  );
  emit({
    name,
    value: round2(megabytes / times.value),
    unit: 'MB/s',
    baseline: round2(megabytes / times.baseline),
    ratio: round2(times.baseline / times.value),
  });
}

const SEATS = [1, 3, 5];

/** Three trustees' shares are checked and combined for 20 bids of 20 MB, and every envelope is opened to disk. */
async function twenty(lot: LotFixture, folder: string, emit: Emit): Promise<void> {
  const bids: SealedPackage[] = [];
  for (let number = 1; number <= 20; number += 1) bids.push(await sealBid(lot, folder, number, 20));
  const released = bids.map((bid) => ({
    bid,
    shares: bid.commit.dealings.map((dealing) => sharesOf(lot, bid, dealing)),
  }));
  const from = performance.now();
  const y = trusteeKeysOf(lot.lotKey);
  const claims: ShareClaim[] = released.flatMap(({ bid, shares }) =>
    bid.commit.dealings.flatMap((dealing, d) =>
      SEATS.map((i, s) => ({
        share: shares[d]?.[s] as Share,
        dealing,
        y: y[i - 1] as (typeof y)[number],
        context: contextOf(lot, bid, dealing, i),
      })),
    ),
  );
  if (verifyShares(claims).length > 0) throw new Error('a share is false');
  for (const { bid, shares } of released) await openAll(lot, folder, bid, shares);
  const value = (performance.now() - from) / 1000;
  emit({ name: 'open.20x20MB', value: round2(value), unit: 's', baseline: 10, ratio: round2(10 / value) });
}

const contextOf = (lot: LotFixture, bid: SealedPackage, dealing: Dealing, i: number): ShareContext => ({
  type: 'bid',
  lotKeyHash: b64u.decode(lot.lotKeyHash),
  c: b64u.decode(bid.c),
  stage: dealing.stage,
  audience: dealing.audience,
  i,
});

const sharesOf = (lot: LotFixture, bid: SealedPackage, dealing: Dealing): Share[] =>
  SEATS.map((i) =>
    openShare({
      x: lot.secrets[i - 1] ?? 0n,
      dealing,
      context: contextOf(lot, bid, dealing, i),
      random: systemRandom,
    }),
  );

async function openAll(
  lot: LotFixture,
  folder: string,
  { commit, folder: source, c }: SealedPackage,
  shares: readonly Share[][],
): Promise<void> {
  for (const { e, root, length } of commit.envelopes) {
    const { key, context } = cipherByQuorum(lot, commit, e, shares);
    await openEnvelopeFile({
      e,
      key,
      context,
      source: { file: sealedFileOf(source, e) },
      root: b64u.decode(root),
      length,
      sink: new FolderSink(join(folder, `opened-${c}-${e}`)),
    });
  }
}

function cipherByQuorum(lot: LotFixture, commit: Commit, e: EnvelopeName, shares: readonly Share[][]) {
  const rule = stageOfEnvelope(lot.lotKey, e);
  const d = commit.dealings.findIndex(
    ({ stage, audience }) => stage === rule.stage && audience === rule.audience,
  );
  const label = bidLabel(commit, rule.stage, rule.audience);
  const pieces = (shares[d] ?? []).map(({ D }, s) => ({ i: SEATS[s] ?? 0, D }));
  const k = keyOfSecretPoint(combineShares(pieces, lot.lotKey.k), label);
  return { key: envelopeKey(k, e), context: envelopeContext(label, e) };
}
