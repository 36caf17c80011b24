import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { verifyBundle } from '../bundle-file/index.ts';
import type { PinnedTrust, RankBids, ShownReceipt, VerificationReport } from '../evidence/index.ts';
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
): Promise<VerificationReport> {
  const handle = await open(path, 'r');
  try {
    const tools = { newHash: () => createHash('sha256'), aead: nodeAead, rank };
    return await verifyBundle(await sourceOf(handle), trust, tools, receipts);
  } finally {
    await handle.close();
  }
}
