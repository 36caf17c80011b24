import type { TFunction } from 'i18next';
import { ClientFailure, PlatformRefusal } from '#client';
import { TrustError } from '#trust';
import { ProblemError, isProblemDocument } from '../api/client.ts';

const KNOWN = {
  'KEYSTORE.PASSPHRASE': 'passphrase',
  'KEYSTORE.PASSPHRASE_SHORT': 'short',
  'KEYSTORE.COPY': 'copy',
  'KEYSTORE.DAMAGED': 'damaged',
  'KEYSTORE.OTHER_KEY': 'otherKey',
  'KEYSTORE.OTHER_MEMORY': 'otherMemory',
  'KEYSTORE.OTHER_ORGANISATION': 'otherOrganisation',
  'TRUSTEE.NO_SEAT': 'noSeat',
  'TRUSTEE.OTHER_CERTIFICATE': 'otherCertificate',
  'TRUSTEE.OTHER_SUITE': 'otherSuite',
  'CLIENT.LOT_NOT_READY': 'notReady',
  'EVIDENCE.TRUST_FILE': 'roots',
} as const;

/** What ended a trustee's work, in the page's own words: the platform's where it refused, ours where a check did. */
export function shown(error: unknown, t: TFunction): unknown {
  if (error instanceof PlatformRefusal && isProblemDocument(error.document)) return error;
  if (!(error instanceof ClientFailure) && !(error instanceof TrustError)) return error;
  const { code, facts } = error;
  const known = code in KNOWN ? KNOWN[code as keyof typeof KNOWN] : null;
  const unreachable = error instanceof ClientFailure && error.undecided;
  const word = known ?? (error instanceof TrustError ? 'broken' : unreachable ? 'away' : 'failed');
  const said = t(`holder.fault.${word}`);
  return new ProblemError({ title: said, titleEn: said, status: 409, code, facts: { ...facts } });
}
