import { createHash } from 'node:crypto';
import { TrustError } from '../encoding/index.ts';
import { unreadableReport, verifyEvidence } from '../evidence/index.ts';
import type { BundleReader, PinnedTrust, Problem, RankBids, VerificationReport } from '../evidence/index.ts';
import { BundleReader as ZipReader, ZipFormError } from './canonical-zip.ts';
import type { ReceiptFile } from '../records/index.ts';
import { nodeAead } from './segment-cipher.ts';

/**
 * Verifies EVIDENCE.zip against what the reader has pinned. The file must have the canonical form, byte for byte; a
 * file that has not still gets every check that can be made, so that the report names the record too.
 * @throws the file system's error where there is no such file: nothing can be told then (exit 2)
 */
export async function verifyBundleFile(
  path: string,
  trust: PinnedTrust,
  rank: RankBids,
  receipts: readonly ReceiptFile[] = [],
): Promise<VerificationReport> {
  let zip: ZipReader;
  try {
    zip = await ZipReader.open(path);
  } catch (error) {
    if (error instanceof ZipFormError) return unreadableReport([formProblem(error)]);
    throw error;
  }
  try {
    const form = await formOf(zip);
    const tools = { newHash: () => createHash('sha256'), aead: nodeAead, rank };
    return await verifyEvidence(readerOf(zip), trust, tools, form, receipts);
  } finally {
    zip.close();
  }
}

async function formOf(zip: ZipReader): Promise<Problem[]> {
  try {
    const deviation = await zip.findDeviation();
    if (!deviation) return [];
    const { path, offset } = deviation;
    return [{ code: 'EVIDENCE.FORM', subject: path ?? 'zip directory', blame: 'bundle', facts: { offset } }];
  } catch (error) {
    if (error instanceof ZipFormError) return [formProblem(error)];
    throw error;
  }
}

const formProblem = ({ reason, path }: ZipFormError): Problem => ({
  code: 'EVIDENCE.FORM',
  subject: path ?? 'zip directory',
  blame: 'bundle',
  facts: { reason },
});

/** The verifier's view of the archive; a member that cannot be read is a finding about that member. */
function readerOf(zip: ZipReader): BundleReader {
  return {
    entries: zip.entries,
    bytes: async (path, max) => {
      if (!zip.has(path)) throw new TrustError('EVIDENCE.MISSING', { path });
      return readable(path, () => zip.bytes(path, max));
    },
    stream: (path) => streamOf(zip, path),
  };
}

async function* streamOf(zip: ZipReader, path: string): AsyncGenerator<Uint8Array> {
  const stream = await readable(path, () => zip.read(path));
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const next = await readable(path, () => iterator.next());
    if (next.done) return;
    yield next.value;
  }
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new TrustError('EVIDENCE.UNREADABLE', { path, cause: error instanceof Error ? error.name : '' });
  }
}
