import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { verifyBundle, viewOfBundle } from '../bundle-file/index.ts';
import { viewOfCheckpoint } from '../evidence/index.ts';
import type {
  OtherView,
  PinnedTrust,
  RankBids,
  ShownReceipt,
  VerificationReport,
} from '../evidence/index.ts';
import { sourceOf } from './canonical-zip.ts';
import { nodeAead } from './segment-cipher.ts';

/**
 * Verifies EVIDENCE.zip against what the reader has pinned: {@link verifyBundle} with Node's hash and cipher.
 * @throws the file system's error where there is no such file: nothing can be told then (exit 2)
 */
export async function verifyBundleFile(
  path: string,
  trust: PinnedTrust,
  rank: RankBids,
  receipts: readonly ShownReceipt[] = [],
  views: readonly OtherView[] = [],
): Promise<VerificationReport> {
  const handle = await open(path, 'r');
  try {
    const tools = { newHash: () => createHash('sha256'), aead: nodeAead, rank };
    return await verifyBundle(await sourceOf(handle), trust, tools, receipts, views);
  } finally {
    await handle.close();
  }
}

/** A signed note is a fraction of this. */
const MAX_NOTE_BYTES = 64 * 1024;

/**
 * Reads what somebody else was shown of the log: another evidence file, or a checkpoint as a witness serves it.
 * @throws TrustError EVIDENCE.*; the file system's error where there is no such file
 */
export async function readViewFile(path: string): Promise<OtherView> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_NOTE_BYTES), 0, MAX_NOTE_BYTES, 0);
    // An archive begins with `PK`; an origin line that does is followed by a size, not by a zero byte.
    const isArchive = buffer.subarray(0, 2).toString() === 'PK' && buffer.subarray(0, bytesRead).includes(0);
    if (isArchive) return await viewOfBundle(path, await sourceOf(handle));
    return viewOfCheckpoint(path, buffer.subarray(0, bytesRead).toString('utf8'));
  } finally {
    await handle.close();
  }
}
