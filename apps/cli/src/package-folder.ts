import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { moveBid } from '#client';
import type { BidPackage, Submission, SubmissionStep } from '#client';
import { TrustError, b64u, canonicalBytes, equalBytes } from '#trust';
import type { EnvelopeName } from '#trust';
import { readSecrets, rootOfFile, sealedFileOf, seedOf, unlockPackage } from '#trust/node';
import type { PackageFolder } from '#trust/node';
import { CommandFailure } from './failure.ts';
import { readReceipt, readText, replaceFile } from './files.ts';

export const receiptPathOf = (folder: string): string => join(folder, 'receipt.json');
export const certificatesPathOf = (folder: string): string => join(folder, 'certificates.pem');

/** The bytes on disk are those that COMMIT names: found before anything is sent. */
export async function checkSealedFiles({ folder, commit }: PackageFolder): Promise<void> {
  for (const { e, root, length } of commit.envelopes) {
    const found = await rootOfFile(sealedFileOf(folder, e));
    if (found.length !== length || !equalBytes(found.root, b64u.decode(root))) {
      throw new TrustError('SEAL.ROOT', { e });
    }
  }
}

/** A package folder, as the submission reads it and keeps its receipts in it. */
export const packageIn = (bid: PackageFolder): BidPackage => {
  const { folder } = bid;
  return {
    bid,
    read: (e, from, length) => readSealed(folder, e, from, length),
    receipt: () => readReceipt(receiptPathOf(folder)).catch(nullIfNone),
    keepReceipt: (receipt) => replaceFile(receiptPathOf(folder), canonicalBytes(receipt)),
    keepRefusal: (document) => replaceFile(join(folder, 'refusal.json'), JSON.stringify(document ?? null)),
    keepMoveReceipt: (receipt) => replaceFile(join(folder, 'move-receipt.json'), canonicalBytes(receipt)),
    sequence: () => sequenceOf(folder),
    keepSequence: (sequence) => replaceFile(join(folder, 'sequence'), String(sequence)),
  };
};

/** No file, or no receipt in it. One that cannot be read just now is not taken for none: it would be written over. */
function nullIfNone(error: unknown): null {
  if (error instanceof CommandFailure || error instanceof TrustError) return null;
  throw error;
}

async function readSealed(
  folder: string,
  e: EnvelopeName,
  from: number,
  length: number,
): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  const file = await open(sealedFileOf(folder, e), 'r');
  try {
    for (let at = 0; at < length;) {
      const { bytesRead } = await file.read(buffer, at, length - at, from + at);
      if (bytesRead === 0) throw new TrustError('SEAL.TRUNCATED', { e });
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
  return buffer;
}

/** What this package's own folder says was moved before, so that sequences only grow along a chain of replacements. */
async function sequenceOf(folder: string): Promise<number> {
  const text = await readText(join(folder, 'sequence')).catch(() => '0');
  return /^\d{1,4}$/.test(text) ? Number(text) : 0;
}

/** Replaces or withdraws `from`, by the key that its own folder keeps. */
export async function movePackage(
  from: PackageFolder,
  to: PackageFolder | null,
  with_: Submission,
): Promise<string> {
  const { wkSecret } = unlockPackage(from, seedOf(await readSecrets(from.folder))).keys;
  return moveBid(packageIn(from), wkSecret, to && packageIn(to), with_);
}

/** One line for people. */
export function lineOf(step: SubmissionStep): string {
  switch (step.step) {
    case 'arrived':
      return `receipt 1: arrived ${step.arrivedAt}`;
    case 'part':
      return `part ${step.e}/${String(step.n)} sent (${String(step.done)} of ${String(step.of)})`;
    case 'stored':
      return 'every byte is stored: the bid is submitted';
  }
}
