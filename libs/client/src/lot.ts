import { z } from 'zod';
import { parseInstant } from '#kernel';
import type { Instant } from '#kernel';
import {
  TrustError,
  TrustedCertificates,
  checkLogReceipt,
  checkLotKey,
  checkQuorum,
  checkSeatsOfNotice,
  hashText,
  notice,
  signed,
  verifySigned,
  suiteIdOf,
} from '#trust';
import type { ClientTrust, LotKey, Notice, Signed } from '#trust';
import { ClientFailure, cannotTell } from './failure.ts';
import { MAX_CRL_TEXT, lotKeyAnswer } from './platform/answers.ts';
import type { Platform } from './platform/platform.ts';

/** What `glasshall lot` writes: everything that sealing needs, so that it can be done offline. Nothing here is trusted. */
export const lotFile = z.strictObject({
  type: z.literal('lot'),
  notices: z.array(signed(notice)).min(1),
  lotkey: lotKeyAnswer,
  /** PEM chains of whoever signed the notices. */
  certificates: z.array(z.string()),
  /** Newest revocation lists of the authorities, in DER; whoever uses the file later needs them current then. */
  crls: z.array(z.string().max(MAX_CRL_TEXT)).max(200),
});
export type LotFile = z.infer<typeof lotFile>;

export async function fetchLot(platform: Platform, id: string): Promise<LotFile> {
  const { notices } = await platform.lot(id);
  const lotkey = await platform.lotKey(id);
  const signers = new Set(notices.flatMap(({ signatures }) => signatures.map(({ signer }) => signer)));
  const chains = await Promise.all([...signers].map((signer) => platform.certificate(signer)));
  const crls = await platform.crls();
  return { type: 'lot', notices, lotkey, certificates: chains.filter((chain) => chain !== null), crls };
}

export function parseLotFile(text: string): LotFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw cannotTell('CLIENT.LOT_FILE', { reason: 'not JSON' });
  }
  const parsed = lotFile.safeParse(json);
  if (!parsed.success)
    throw cannotTell('CLIENT.LOT_FILE', { field: parsed.error.issues[0]?.path.join('.') ?? '' });
  return parsed.data;
}

export interface CheckedLot {
  readonly lotKey: LotKey;
  readonly lotKeyHash: string;
  /** First and latest version. */
  readonly first: Notice;
  readonly latest: Notice;
  /** H("documents", …) of every published version. */
  readonly documents: readonly string[];
  readonly certificates: TrustedCertificates;
}

/**
 * Which lot it must be. A platform that is asked for one may answer with another that is genuine in every part, for
 * example one whose key is opened earlier.
 */
export interface WantedLot {
  /** Its id; null where only a file was given: a person then reads what the signed notice says. */
  readonly id: string | null;
  /** H("lotkey", …) that this client checked and accepted before; null until then. */
  readonly key: string | null;
}

/**
 * What a client checks before it does anything for a lot (PROTOCOL section 5.1): the notices are the agency's and one
 * chain of versions; LOTKEY is signed by every trustee, with every proof, under certificates that chain to the pinned
 * roots; its seats and its deadline are the notice's; it is in the pinned log, under a checkpoint that the lot's quorum of
 * pinned witnesses cosigned; and all of it is of the wanted lot. Throws
 * TrustError or ClientFailure. The signers of a LOTKEY that was accepted before are judged when it was made, so that a
 * certificate that is given back later stops no opening.
 */
export function checkLot(file: LotFile, wanted: WantedLot, trust: ClientTrust, now: Instant): CheckedLot {
  const known = file.lotkey.signed?.record;
  const settled = known !== undefined && hashText('lotkey', known) === wanted.key;
  const at = settled ? parseInstant(known.createdAt) : null;
  const certificates = new TrustedCertificates(trust, {
    now,
    crls: file.crls,
    ...(at === null ? {} : { at }),
  });
  certificates.add([...file.certificates, ...file.lotkey.certificates]);
  const { first, latest } = checkNotices(file.notices, certificates);
  const { signed: signedKey, log } = file.lotkey;
  if (!signedKey || !log) throw new ClientFailure('CLIENT.LOT_NOT_READY', { lot: first.lot });
  checkLotKey(signedKey, certificates.lookup);
  const lotKey = signedKey.record;
  if (lotKey.notice !== hashText('notice', first) || lotKey.lot !== first.lot) {
    throw new TrustError('LOTKEY.SHAPE', { reason: 'made for another notice' }, 'platform');
  }
  checkSeatsOfNotice(lotKey, first);
  if (!file.notices.some(({ record }) => record.deadline === lotKey.deadline)) {
    throw new TrustError('LOTKEY.SHAPE', { reason: 'a deadline that no notice says' }, 'platform');
  }
  const lotKeyHash = hashText('lotkey', lotKey);
  if (wanted.key !== null && wanted.key !== lotKeyHash)
    throw new TrustError('LOTKEY.SHAPE', { reason: 'not the key record that was accepted' }, 'platform');
  if (wanted.id !== null && wanted.id !== lotKey.lot)
    throw new TrustError('LOTKEY.SHAPE', { reason: 'another lot' }, 'platform');
  checkLogReceipt(trust, lotKeyHash, log);
  checkQuorum(log.checkpoint, lotKey, trust);
  const documents = file.notices.map(({ record }) => hashText('documents', record.documents));
  return { lotKey, lotKeyHash, first, latest, documents, certificates };
}

/** Versions 1, 2, … of one lot, each signed by the agency that the first names. */
export function checkNotices(
  notices: readonly Signed<Notice>[],
  { lookup }: TrustedCertificates,
): { first: Notice; latest: Notice } {
  const first = notices[0]?.record;
  const latest = notices.at(-1)?.record;
  if (!first || !latest) throw cannotTell('CLIENT.LOT_FILE', { field: 'notices' });
  for (const [index, each] of notices.entries()) {
    const { version, lot, agency } = each.record;
    const sameSuite = suiteIdOf(each.record) === suiteIdOf(first);
    const follows = version === index + 1 && lot === first.lot && sameSuite;
    if (!follows || agency.creditCode !== first.agency.creditCode) {
      throw new TrustError('LOTKEY.SHAPE', { reason: 'notices are not one chain', version }, 'platform');
    }
    const signers = verifySigned('notice', each, lookup);
    if (!signers.some(({ holder }) => holder.creditCode === first.agency.creditCode)) {
      throw new TrustError('SIGNATURE.UNKNOWN_SIGNER', { type: 'notice', version }, 'platform');
    }
  }
  return { first, latest };
}
