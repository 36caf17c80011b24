import { TrustError, hashText, verifySigned } from '#trust';
import type { AcceptedBid, CertificateLookup, Close, CloseAdd, PinnedTrust, Signed } from '#trust';

/** A bid as its bidder knows it: from COMMIT and the receipt of its arrival. */
export interface OwnBid {
  readonly c: string;
  readonly lotKeyHash: string;
  readonly arrivedAt: string;
}

/**
 * Whether CLOSE, or an addition to it, lists this bid as it arrived (PROTOCOL section 7): by the signatures of the pinned
 * platform, whatever else a page shows. Null before CLOSE.
 * @throws TrustError EVIDENCE.RELEASE_LOT, EVIDENCE.RELEASE_CLOSE_SIGNER, EVIDENCE.RELEASE_ADD
 */
export function isListed(
  { close, adds }: { readonly close: Signed<Close> | null; readonly adds: readonly Signed<CloseAdd>[] },
  own: OwnBid,
  trust: PinnedTrust,
  certificates: CertificateLookup,
): boolean | null {
  if (!close) return null;
  const { record } = close;
  if (record.lotKeyHash !== own.lotKeyHash) throw new TrustError('EVIDENCE.RELEASE_LOT', {}, 'platform');
  if (!isByPlatform('close', close, trust, certificates))
    throw new TrustError('EVIDENCE.RELEASE_CLOSE_SIGNER', {}, 'platform');
  const hash = hashText('close', record);
  for (const add of adds)
    if (add.record.close !== hash || !isByPlatform('close-add', add, trust, certificates))
      throw new TrustError('EVIDENCE.RELEASE_ADD', { sequence: add.record.sequence }, 'platform');
  const same = ({ c, arrivedAt }: AcceptedBid): boolean => c === own.c && arrivedAt === own.arrivedAt;
  return [...record.accepted, ...adds.map((add) => add.record.bid)].some(same);
}

const isByPlatform = (
  type: string,
  signed: Signed<unknown>,
  trust: PinnedTrust,
  certificates: CertificateLookup,
): boolean =>
  verifySigned(type, signed, certificates).some(({ fingerprint }) => trust.platform.has(fingerprint));
