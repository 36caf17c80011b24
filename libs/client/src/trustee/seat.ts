import type { Clock } from '#kernel';
import {
  TrustError,
  TrustedCertificates,
  checkSeatsOfNotice,
  checkUnsignedLotKey,
  checkWitnessTerms,
  encodePoint,
  hashText,
  lotKeyTermsOf,
  newKeyPair,
  provePossession,
  signRecord,
  systemRandom,
  suiteOf,
  signsIn,
} from '#trust';
import type { ClientTrust, LotKey, LotKeyTerms, Signer, SuiteId } from '#trust';
import { ClientFailure } from '../failure.ts';
import { checkLot, checkNotices, fetchLot } from '../lot.ts';
import type { CheckedLot, LotFile } from '../lot.ts';
import { PlatformRefusal } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import type { Keystore, LotSecret } from './keystore.ts';
import type { Permitted, ReleaseStep } from './release.ts';

/** One trustee at one platform. */
export interface Trustee {
  readonly platform: Platform;
  readonly trust: ClientTrust;
  readonly signer: Signer;
  readonly keystore: Keystore;
  /** The trustee's own: no share leaves before its window is over by it. */
  readonly clock: Clock;
  progress(line: string): void;
  /** Told each check as it holds, before anything leaves; see {@link RELEASE_STEPS}. */
  readonly held?: (step: ReleaseStep) => void;
  /** Lots whose release was permitted: checked once, because from then on nothing of it may change. */
  readonly permitted: Map<string, Permitted>;
}

export type SeatState = 'offered' | 'signed' | 'keyed';

/** The seat that these terms give to the signer's organisation; null where there is none. */
export function seatOf(terms: LotKeyTerms, { signer }: Trustee): number | null {
  const mine = terms.policy.seats.filter(({ org }) => org === signer.certificate.holder.creditCode);
  return mine[0]?.i ?? null;
}

/** Whether this certificate signs in the lot's suite. */
export const canSeat = ({ suite }: LotKeyTerms, { signer }: Trustee): boolean =>
  signsIn(suite, signer.certificate.publicKey.type);

/**
 * Takes the seat: a fresh key for this lot, kept durably, then offered; and once every seat is taken, signs LOTKEY
 * after checking all of it. Safe to repeat: it goes on where it was.
 */
export async function takeSeat(trustee: Trustee, lot: string): Promise<{ i: number; state: SeatState }> {
  try {
    return await proceed(trustee, lot);
  } catch (error) {
    // Another trustee may have completed the lot between our look and our answer: look once more.
    if (error instanceof PlatformRefusal && error.status === 409) return proceed(trustee, lot);
    throw error;
  }
}

async function proceed(trustee: Trustee, lot: string): Promise<{ i: number; state: SeatState }> {
  const { platform, keystore } = trustee;
  const terms = await platform.lotKeyTerms(lot);
  if (terms.lot !== lot) throw new TrustError('LOTKEY.SHAPE', { reason: 'another lot' }, 'platform');
  const secret = await offer(trustee, terms);
  const file = await fetchLot(platform, lot);
  if (file.lotkey.signed) {
    const wanted = { id: lot, key: secret.lotKeyHash };
    await keep(keystore, secret, checkLot(file, wanted, trustee.trust, trustee.clock.now()));
    return { i: secret.i, state: 'keyed' };
  }
  const { record } = file.lotkey;
  if (!record) return { i: secret.i, state: 'offered' };
  checkBeforeSigning(file, record, secret, trustee);
  const { signatures } = await signRecord('lotkey', record, [trustee.signer]);
  await platform.signLotKey(lot, signatures[0]);
  trustee.progress(`lot ${lot}: signed the key record ${hashText('lotkey', record)}`);
  return { i: secret.i, state: 'signed' };
}

async function offer(trustee: Trustee, terms: LotKeyTerms): Promise<LotSecret> {
  const { platform, keystore, signer } = trustee;
  const termsHash = hashText('lotkey-terms', terms);
  const known = await keystore.load(terms.lot);
  // A key is bound to its terms: other terms under the same lot are an attempt to use it twice.
  if (known && known.terms !== termsHash) {
    throw new TrustError('LOTKEY.SHAPE', { reason: 'the terms changed' }, 'platform');
  }
  if (known?.lotKeyHash) return known;
  const i = seatOf(terms, trustee);
  if (i === null) throw new ClientFailure('TRUSTEE.NO_SEAT', { lot: terms.lot });
  if (!canSeat(terms, trustee))
    throw new ClientFailure('TRUSTEE.OTHER_SUITE', { lot: terms.lot, suite: terms.suite });
  const { group } = suiteOf(terms.suite);
  const org = signer.certificate.holder.creditCode ?? '';
  const cert = signer.certificate.fingerprint;
  const secret: LotSecret = known ?? {
    type: 'trustee-key',
    lot: terms.lot,
    i,
    org,
    cert,
    x: group.encodeScalar(newKeyPair(systemRandom, terms.suite).secret),
    terms: termsHash,
    lotKeyHash: null,
    close: null,
    adds: null,
  };
  if (secret.cert !== cert) throw new ClientFailure('TRUSTEE.OTHER_CERTIFICATE', { lot: terms.lot });
  if (!known) await keystore.save(secret);
  const { record } = await platform.lotKey(terms.lot);
  if (record?.trustees.some((key) => key.i === secret.i)) return secret;
  const x = group.decodeScalar(secret.x);
  await platform.offerKey(terms.lot, provePossession({ x, terms, i, org, cert, random: systemRandom }));
  if (!known) trustee.progress(`lot ${terms.lot}: offered a fresh key for seat ${String(i)}`);
  return secret;
}

/** The notices are the agency's, the record is for the terms that were proved, my seat holds my key, and all the rest. */
function checkBeforeSigning(
  file: LotFile,
  record: LotKey,
  secret: LotSecret,
  { trust, clock }: Trustee,
): void {
  const certificates = new TrustedCertificates(trust, { now: clock.now(), crls: file.crls });
  certificates.add([...file.certificates, ...file.lotkey.certificates]);
  const { first } = checkNotices(file.notices, certificates);
  const wrong = (reason: string): TrustError => new TrustError('LOTKEY.SHAPE', { reason }, 'platform');
  if (record.notice !== hashText('notice', first) || record.lot !== first.lot) throw wrong('another notice');
  checkSeatsOfNotice(record, first);
  const same = hashText('lotkey-terms', lotKeyTermsOf(record)) === secret.terms;
  if (!same) throw wrong('other terms than were accepted');
  checkWitnessTerms(record, trust);
  const points = checkUnsignedLotKey(record);
  const mine = record.trustees.find(({ i }) => i === secret.i);
  if (
    points.length !== record.n ||
    mine?.y !== publicKeyOf(record.suite, secret.x) ||
    mine.cert !== secret.cert
  )
    throw wrong('not my key in my seat');
  for (const { i, org, cert } of record.trustees) {
    if (certificates.lookup(cert)?.holder.creditCode !== org) {
      throw new TrustError('LOTKEY.POLICY', { i, reason: 'no trusted certificate of this organisation' });
    }
  }
}

/** y of the kept secret, as LOTKEY shows it. */
function publicKeyOf(suite: SuiteId, x: string): string {
  const { group } = suiteOf(suite);
  return encodePoint(group.B.multiply(group.decodeScalar(x)));
}

async function keep(keystore: Keystore, secret: LotSecret, lot: CheckedLot): Promise<void> {
  const mine = lot.lotKey.trustees.find(({ i }) => i === secret.i);
  if (mine?.y !== publicKeyOf(lot.lotKey.suite, secret.x)) {
    throw new TrustError('LOTKEY.SHAPE', { reason: 'not my key in my seat' }, 'platform');
  }
  if (secret.lotKeyHash === lot.lotKeyHash) return;
  if (secret.lotKeyHash !== null)
    throw new TrustError('LOTKEY.SHAPE', { reason: 'a second key record' }, 'platform');
  await keystore.save({ ...secret, lotKeyHash: lot.lotKeyHash });
}
