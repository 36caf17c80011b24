import '../verify/no-eval.ts';
import type { LotKey, ReceiptFile } from '#trust';
import { keepRecovered } from './package-store.ts';
import type { PackageNote } from './package-store.ts';
import { submissionFor } from './submission.ts';

export interface RecoverTask {
  readonly organisation: string;
  readonly about: Pick<PackageNote, 'lot' | 'lotName' | 'projectName'>;
  readonly words: string;
  readonly receipt: ReceiptFile;
  readonly roots: string;
}

/**
 * Takes a submitted bid over into this browser, by its recovery code and its receipt. What was sealed stays where it was:
 * this is a package to replace, withdraw and prove, not to open.
 * @throws ClientFailure, TrustError
 */
export async function recoverHere({
  organisation,
  about,
  words,
  receipt,
  roots,
}: RecoverTask): Promise<void> {
  const [{ ClientFailure, recoverBid }, { b64u, canonicalBytes, readPackageRecords }] = await Promise.all([
    import('#client'),
    import('#trust'),
  ]);
  const { submission, chains, lotKey } = await submissionFor(about.lot, roots, () => undefined);
  if (!lotKey) throw new ClientFailure('CLIENT.LOT_NOT_READY', { lot: about.lot });
  const found = await recoverBid(about.lot, words, receipt, submission);
  const lotKeyBytes = canonicalBytes(lotKey satisfies LotKey);
  readPackageRecords(found.commitBytes, lotKeyBytes);
  const secrets = {
    type: 'package',
    version: 1,
    lot: about.lot,
    c: found.c,
    seed: b64u.encode(found.seed),
    supersedes: null,
    files: [],
  };
  const sealedAt = Date.parse(found.receipt.arrival.record.arrivedAt);
  const note = { ...about, sealedAt, files: [], tested: true, kept: true, replaces: null };
  await keepRecovered(organisation, note, {
    'private.json': canonicalBytes(secrets),
    'lotkey.json': lotKeyBytes,
    'certificates.pem': chains.join(''),
    sequence: String(found.sequence),
    'receipt.json': canonicalBytes(found.receipt),
    'commit.json': found.commitBytes,
  });
}
