import { TrustError } from '../encoding/index.ts';
import { readOtherView, unreadableReport, verifyEvidence } from '../evidence/index.ts';
import type {
  BundleReader,
  OtherView,
  PinnedTrust,
  Problem,
  ShownReceipt,
  VerificationReport,
  VerifierTools,
} from '../evidence/index.ts';
import { ZipFormError } from './zip-form.ts';
import { ZipReader } from './zip-reader.ts';
import type { ByteSource } from './zip-reader.ts';

/**
 * Verifies an evidence file against what the reader has pinned. The file must have the canonical form, byte for byte;
 * a file that has not still gets every check that can be made, so that the report names the record too.
 * @throws what the source throws: where the file cannot be read, nothing can be told
 */
export async function verifyBundle(
  source: ByteSource,
  trust: PinnedTrust,
  tools: VerifierTools,
  receipts: readonly ShownReceipt[] = [],
  views: readonly OtherView[] = [],
): Promise<VerificationReport> {
  let zip: ZipReader;
  try {
    zip = await ZipReader.over(source);
  } catch (error) {
    if (error instanceof ZipFormError) return unreadableReport([formProblem(error)]);
    throw error;
  }
  return verifyEvidence(readerOf(zip), trust, tools, await formOf(zip), receipts, views);
}

/**
 * What another evidence file says of the log, to hold this one against it. Nothing of it is checked yet.
 * @throws TrustError EVIDENCE.* when it is no evidence file
 */
export async function viewOfBundle(name: string, source: ByteSource): Promise<OtherView> {
  return readOtherView(name, readerOf(await readable(name, () => ZipReader.over(source))));
}

async function formOf(zip: ZipReader): Promise<Problem[]> {
  const deviation = await zip.findDeviation();
  if (!deviation) return [];
  const { path, offset } = deviation;
  return [{ code: 'EVIDENCE.FORM', subject: path ?? 'zip directory', blame: 'bundle', facts: { offset } }];
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
  if (!zip.has(path)) throw new TrustError('EVIDENCE.MISSING', { path });
  const pieces = zip.read(path);
  for (;;) {
    const next = await readable(path, () => pieces.next());
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
