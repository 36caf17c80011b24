import { randomInt } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  TrustError,
  b64u,
  canonicalBytes,
  checkArrival,
  checkReceipt,
  equalBytes,
  hashText,
  receiptFile,
  signBidMove,
} from '#trust';
import type { BidMove, EnvelopeName, PinnedTrust, ReceiptFile } from '#trust';
import { readSecrets, rootOfFile, sealedFileOf, seedOf, unlockPackage } from '#trust/node';
import type { PackageFolder } from '#trust/node';
import { CommandFailure } from './failure.ts';
import { readText, replaceFile } from './files.ts';
import type { TrustedCertificates } from './pinned.ts';
import { PlatformRefusal } from './platform/http.ts';
import type { Platform } from './platform/platform.ts';

export const PART_BYTES = 8 * 1024 * 1024;
const PARALLEL = 4;
const ROUNDS = 20;
const LOG_POLLS = 30;

export const receiptPathOf = (folder: string): string => join(folder, 'receipt.json');
export const certificatesPathOf = (folder: string): string => join(folder, 'certificates.pem');

export interface Submission {
  readonly platform: Platform;
  readonly trust: PinnedTrust;
  readonly certificates: TrustedCertificates;
  progress(line: string): void;
}

/** The bytes on disk are those that COMMIT names: found before anything is sent. */
export async function checkSealedFiles({ folder, commit }: PackageFolder): Promise<void> {
  for (const { e, root, length } of commit.envelopes) {
    const found = await rootOfFile(sealedFileOf(folder, e));
    if (found.length !== length || !equalBytes(found.root, b64u.decode(root))) {
      throw new TrustError('SEAL.ROOT', { e });
    }
  }
}

/**
 * Sends COMMIT, then every part that the platform says is missing, as often as it takes: asking for what is missing
 * is also how an interrupted submission goes on. Returns the receipts, checked and kept in the package.
 */
export async function submitPackage(found: PackageFolder, with_: Submission): Promise<ReceiptFile> {
  const { platform, progress } = with_;
  const { c } = found;
  const { arrival, token, uploadToken } = await sendCommit(found, with_);
  if (arrival.record.subject !== c)
    throw new TrustError('SEAL.RECEIPT', { reason: 'for another bid' }, 'platform');
  const first = { arrival, token, log: null, stored: null };
  await keepReceipt(found.folder, first, with_);
  if (!arrival.record.inTime) throw new CommandFailure('CLI.LATE', { arrivedAt: arrival.record.arrivedAt });
  progress(`receipt 1: arrived ${arrival.record.arrivedAt}`);
  for (let round = 0; ; round += 1) {
    const view = await platform.bid(c, uploadToken);
    if (view.receipt.stored || view.state === 'stored') break;
    if (view.state !== 'received' || round >= ROUNDS) {
      throw new CommandFailure('CLI.NOT_STORED', { state: view.state, missing: view.missing.length });
    }
    await sendParts(found, uploadToken, view.missing, with_);
    if (view.missing.length === 0) await sleep(200 + randomInt(300));
  }
  progress('every byte is stored: the bid is submitted');
  return awaitLog(found, uploadToken, with_);
}

async function sendCommit(found: PackageFolder, { platform, trust, certificates }: Submission) {
  try {
    const answer = await platform.submitCommit(found.lotKey.lot, found.commitBytes);
    checkArrival(answer.arrival, answer.token, trust, certificates.lookup);
    return answer;
  } catch (error) {
    // The refusal of a late bid carries a signed receipt too; it is evidence, so it is kept.
    if (error instanceof PlatformRefusal) await keepRefusal(found.folder, error.document);
    throw error;
  }
}

async function keepRefusal(folder: string, document: unknown): Promise<void> {
  await replaceFile(join(folder, 'refusal.json'), JSON.stringify(document ?? null));
}

async function keepReceipt(
  folder: string,
  receipt: ReceiptFile,
  { trust, certificates }: Submission,
): Promise<void> {
  checkReceipt(receipt, trust, certificates.lookup);
  await replaceFile(receiptPathOf(folder), canonicalBytes(receipt));
}

async function sendParts(
  found: PackageFolder,
  uploadToken: string,
  missing: readonly { e: EnvelopeName; n: number }[],
  { platform, progress }: Submission,
): Promise<void> {
  const queue = [...missing];
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      await platform.putPart(found.c, uploadToken, next, await readPart(found, next));
      done += 1;
      progress(`part ${next.e}/${String(next.n)} sent (${String(done)} of ${String(missing.length)})`);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

async function readPart(found: PackageFolder, { e, n }: { e: EnvelopeName; n: number }): Promise<Uint8Array> {
  const length = found.commit.envelopes.find((envelope) => envelope.e === e)?.length ?? 0;
  const size = Math.min(PART_BYTES, length - n * PART_BYTES);
  if (size <= 0) throw new CommandFailure('CLI.PART_UNKNOWN', { e, n });
  const buffer = new Uint8Array(size);
  const file = await open(sealedFileOf(found.folder, e), 'r');
  try {
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(buffer, at, size - at, n * PART_BYTES + at);
      if (bytesRead === 0) throw new TrustError('SEAL.TRUNCATED', { e });
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
  return buffer;
}

/** Receipt 2 comes with the log's next tick; without it the bid is submitted all the same. */
async function awaitLog(found: PackageFolder, uploadToken: string, with_: Submission): Promise<ReceiptFile> {
  for (let poll = 1; ; poll += 1) {
    const { receipt } = await with_.platform.bid(found.c, uploadToken);
    await keepReceipt(found.folder, receipt, with_);
    if ((receipt.log && receipt.stored) || poll >= LOG_POLLS) return receipt;
    await sleep(500);
  }
}

/** What this package's own folder says was moved before, so that sequences only grow along a chain of replacements. */
export async function sequenceOf(folder: string): Promise<number> {
  const text = await readText(join(folder, 'sequence')).catch(() => '0');
  return /^\d{1,4}$/.test(text) ? Number(text) : 0;
}

/**
 * Replaces (`to` is the new package, already stored) or withdraws `from`, signed by the old package's own `wk`. The
 * same move sent again gives the same receipt.
 */
export async function movePackage(
  from: PackageFolder,
  to: PackageFolder | null,
  with_: Submission,
): Promise<string> {
  const unlocked = unlockPackage(from, seedOf(await readSecrets(from.folder)));
  const record: BidMove = {
    type: 'move',
    lotKeyHash: from.commit.lotKeyHash,
    from: from.c,
    to: to?.c ?? null,
    sequence: (await sequenceOf(from.folder)) + 1,
  };
  const signedMove = signBidMove(unlocked.keys.wkSecret, record);
  const answer = await with_.platform.submitMove(from.lotKey.lot, canonicalBytes(signedMove));
  checkArrival(answer.arrival, answer.token, with_.trust, with_.certificates.lookup);
  const hash = hashText('move', record);
  if (answer.arrival.record.subject !== hash) {
    throw new TrustError('SEAL.RECEIPT', { reason: 'for another move' }, 'platform');
  }
  const receipt: ReceiptFile = { arrival: answer.arrival, token: answer.token, log: null, stored: null };
  await replaceFile(join(from.folder, 'move-receipt.json'), canonicalBytes(receiptFile.parse(receipt)));
  if (to) await replaceFile(join(to.folder, 'sequence'), String(record.sequence));
  if (!answer.arrival.record.inTime) {
    throw new CommandFailure('CLI.LATE', { arrivedAt: answer.arrival.record.arrivedAt });
  }
  return hash;
}
