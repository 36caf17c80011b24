/** What a bidder holds: receipts 1 to 3 (PROTOCOL section 6), each against what is pinned. */
import { formatInstant, parseInstant } from '#kernel';
import { TrustError, b64u, canonicalBytes, sha256, verifySigned } from '../encoding/index.ts';
import type { CertificateLookup } from '../encoding/index.ts';
import { blindedLeaf, leafHash, openCheckpoint, parseVkey, verifyInclusion } from '../log/index.ts';
import type { NoteKey } from '../log/index.ts';
import type { ArrivalReceipt, LogReceipt, ReceiptFile, Signed } from '../records/index.ts';
import { verifyTimestampToken } from '../timestamp/index.ts';
import { checkQuorum } from './quorum.ts';
import type { WitnessTerms } from './quorum.ts';
import type { PinnedTrust } from './trust-file.ts';

export interface ReceiptVerdict {
  readonly subject: string;
  readonly kind: string;
  readonly arrivedAt: string;
  readonly inTime: boolean;
  /** Of the time-stamp token, by its own authority's clock. */
  readonly stampedAt: string;
  readonly logged: boolean;
  readonly stored: boolean;
}

function signedByPlatform<T>(
  type: string,
  record: Signed<T>,
  trust: PinnedTrust,
  certificates: CertificateLookup,
): void {
  const signers = verifySigned(type, record, certificates);
  if (signers.some(({ fingerprint }) => trust.platform.has(fingerprint))) return;
  throw new TrustError('SIGNATURE.UNKNOWN_SIGNER', { type }, 'platform');
}

/** Receipt 1: the platform's signature, and a time-stamp over exactly this receipt. Returns the token's time. */
export function checkArrival(
  arrival: Signed<ArrivalReceipt>,
  token: string,
  trust: PinnedTrust,
  certificates: CertificateLookup,
): string {
  signedByPlatform('receipt-arrival', arrival, trust, certificates);
  const stamped = verifyTimestampToken(b64u.decode(token), sha256(canonicalBytes(arrival)), {
    roots: trust.tsa,
  });
  if (!stamped.ok) throw new TrustError('TIMESTAMP.REFUSED', { cause: stamped.error.code }, 'platform');
  return formatInstant(stamped.value.time);
}

/**
 * Every part of a receipt file that is there; throws TrustError at the first that does not hold.
 * @param terms what the lot declares about witnesses; where the reader has no LOTKEY at hand, what it pins counts alone
 */
export function checkReceipt(
  file: ReceiptFile,
  trust: PinnedTrust,
  certificates: CertificateLookup,
  terms: WitnessTerms = pinnedTerms(trust),
): ReceiptVerdict {
  const { record } = file.arrival;
  const stampedAt = checkArrival(file.arrival, file.token, trust, certificates);
  if (file.log) {
    checkLogReceipt(trust, record.subject, file.log);
    checkQuorum(file.log.checkpoint, terms, trust);
  }
  if (file.stored) {
    signedByPlatform('receipt-stored', file.stored, trust, certificates);
    const stored = file.stored.record;
    const early = (parseInstant(stored.storedAt) ?? 0) < (parseInstant(record.arrivedAt) ?? 0);
    if (stored.c !== record.subject || stored.lotKeyHash !== record.lotKeyHash || early) {
      throw new TrustError('SEAL.RECEIPT', { reason: 'receipts contradict each other' }, 'platform');
    }
  }
  const { subject, kind, arrivedAt, inTime } = record;
  return {
    subject,
    kind,
    arrivedAt,
    inTime,
    stampedAt,
    logged: file.log !== null,
    stored: file.stored !== null,
  };
}

/** The reader's own pins as if a lot had declared them. */
export const pinnedTerms = ({ q, witnesses }: Pick<PinnedTrust, 'q' | 'witnesses'>): WitnessTerms => ({
  q,
  witnesses: witnesses.map(({ name, publicKey }) => ({ name, key: b64u.encode(publicKey) })),
});

export const logKeyOf = (trust: PinnedTrust): NoteKey => {
  const key = parseVkey(trust.log);
  if (key.name !== trust.origin) throw new TrustError('EVIDENCE.TRUST_FILE', { path: 'origin' });
  return key;
};

/** The record's leaf is in the tree that the pinned log key signed. Throws TrustError NOTE.*, LOG.CHECKPOINT. */
export function checkLogReceipt(trust: PinnedTrust, hash: string, receipt: LogReceipt): void {
  const { size, root } = openCheckpoint(receipt.checkpoint, logKeyOf(trust));
  const leaf = leafHash(blindedLeaf(b64u.decode(hash), b64u.decode(receipt.blind)));
  const proof = receipt.proof.map((each) => b64u.decode(each));
  const included =
    receipt.subject === hash && verifyInclusion({ index: receipt.index, size, leaf, proof, root });
  if (!included) throw new TrustError('LOG.CHECKPOINT', { reason: 'not included', hash }, 'platform');
}
