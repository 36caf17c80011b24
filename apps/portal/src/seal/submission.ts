import '../verify/no-eval.ts';
import type { LotFile, Submission, SubmissionStep } from '#client';
import type { LotKey, ReceiptFile } from '#trust';
import { currentSession } from '../session/session-store.ts';
import { forgetBidDraft } from './bid-draft.ts';
import { ownNow } from './own-clock.ts';
import { bidPackageOf, keepCertificates, seedOfPackage } from './package-store.ts';
import type { StoredPackage } from './package-store.ts';

const load = () => Promise.all([import('#client'), import('#trust')]);

/** Few tries: who waits before a page is told soon that there is no connection, and the page asks again by itself. */
const TRIES = 3;

async function platformOf() {
  const [{ Platform }] = await load();
  const platform = new Platform(window.location.origin, TRIES);
  const session = currentSession();
  if (session) platform.http.authorize(session.token);
  return platform;
}

/** Everything that is checked before sealing. @throws ClientFailure */
export async function fetchLotFile(lot: string): Promise<LotFile> {
  const [{ fetchLot }] = await load();
  return fetchLot(await platformOf(), lot);
}

/** The session's own certificate and its issuers: public, and found by its hash, so no key is asked for. */
export async function fetchOwnChain(): Promise<string> {
  const platform = await platformOf();
  return (await platform.certificate(currentSession()?.principal.certificateFingerprint ?? '')) ?? '';
}

/** Of who is signed in, with the lot's certificates judged by the pinned roots. */
export async function submissionFor(
  lot: string,
  roots: string,
  progress: (step: SubmissionStep) => void,
  signal?: AbortSignal,
): Promise<{ submission: Submission; chains: readonly string[]; lotKey: LotKey | null }> {
  const [{ fetchLot }, { TrustedCertificates, readTrustFile }] = await load();
  const platform = await platformOf();
  const file = await fetchLot(platform, lot);
  const trust = readTrustFile(roots);
  const moment = { now: ownNow(), crls: file.crls };
  const certificates = new TrustedCertificates({ ...trust, crls: [] }, moment);
  certificates.add([...file.certificates, ...file.lotkey.certificates]);
  const submission = { platform, trust, certificates, progress, ...(signal ? { signal } : {}) };
  return { submission, chains: file.lotkey.certificates, lotKey: file.lotkey.record };
}

/**
 * COMMIT, the parts that are missing, the receipts; then, where it replaces another package, that one's move.
 * @throws ClientFailure, TrustError
 */
export async function submitStored(
  stored: StoredPackage,
  replaced: StoredPackage | null,
  roots: string,
  progress: (step: SubmissionStep) => void,
  signal: AbortSignal,
): Promise<ReceiptFile> {
  const [{ submitBid }] = await load();
  const { submission, chains } = await submissionFor(stored.note.lot, roots, progress, signal);
  await keepCertificates(stored.place, chains);
  const receipt = await submitBid(await bidPackageOf(stored.place), submission);
  // Not where only the receipt is asked for again: a replacement may be in preparation by then.
  if (stored.state !== 'submitted') forgetBidDraft(stored.place.organisation, stored.note.lot);
  if (replaced && replaced.state !== 'replaced') await moveStored(replaced, stored, roots);
  return receipt;
}

/**
 * Whether the bid was whole at the deadline after all: the platform's last answer may have been lost. Its receipts are kept.
 * @throws ClientFailure, TrustError
 */
export async function settleStored({ place, note }: StoredPackage, roots: string): Promise<boolean> {
  const [{ askReceipts }] = await load();
  const { submission } = await submissionFor(note.lot, roots, () => undefined);
  return (await askReceipts(await bidPackageOf(place), submission)) !== null;
}

/**
 * Whether the signed list of the lot names this bid as its receipt does; null before CLOSE, and for one without a receipt.
 * @throws ClientFailure, TrustError
 */
export async function findOnList(
  { c, commit, note, receipt }: StoredPackage,
  roots: string,
): Promise<boolean | null> {
  if (!receipt) return null;
  const [{ isListed }] = await load();
  const { submission } = await submissionFor(note.lot, roots, () => undefined);
  const { platform, trust, certificates } = submission;
  const own = { c, lotKeyHash: commit.lotKeyHash, arrivedAt: receipt.arrival.record.arrivedAt };
  return isListed(await platform.opening(note.lot), own, trust, certificates.lookup);
}

/** Replaces `from` by `to`, or withdraws it, with the key that its own seed gives. */
export async function moveStored(
  from: StoredPackage,
  to: StoredPackage | null,
  roots: string,
): Promise<void> {
  const [{ moveBid }, { b64u, deriveBidKeys }] = await load();
  const { submission } = await submissionFor(from.note.lot, roots, () => undefined);
  const { wkSecret } = deriveBidKeys(
    await seedOfPackage(from.place),
    b64u.decode(from.commit.bidNonce),
    from.commit.suite,
  );
  await moveBid(await bidPackageOf(from.place), wkSecret, to && (await bidPackageOf(to.place)), submission);
}
