/** Who signed a record of a draw: exactly those who had to, under certificates of their own organisations. */
import { parseInstant } from '#kernel';
import type { Instant } from '#kernel';
import { verifySigned } from '../encoding/signed-record.ts';
import type { CertificateLookup } from '../encoding/signed-record.ts';
import { TrustError } from '../encoding/trust-error.ts';
import type { Blame, TrustCode, TrustFacts } from '../encoding/trust-error.ts';
import type { Signed, TrusteeKey } from '../records/index.ts';

/** Certificates that were good at an instant; undefined for one that no pinned root stands behind. */
export type CertificatesAt = (at: Instant) => CertificateLookup;

export function must(holds: boolean, code: TrustCode, facts: TrustFacts = {}, blame?: Blame): asserts holds {
  if (!holds) throw new TrustError(code, facts, blame);
}

export const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** @throws TrustError DRAW.FILE for a day that the calendar does not have */
export function instantOf(text: string): Instant {
  const parsed = parseInstant(text);
  must(parsed !== null, 'DRAW.FILE', { instant: text });
  return parsed;
}

/**
 * One signature of each of these organisations, and no other.
 * @throws TrustError DRAW.SIGNERS | SIGNATURE.*
 */
export function signedByOrganisations<T extends { readonly type: string }>(
  signed: Signed<T>,
  certificates: CertificateLookup,
  organisations: readonly string[],
  blame: Blame,
): void {
  const { type } = signed.record;
  const signers = verifySigned(type, signed, certificates).map(({ holder }) => holder.creditCode ?? '');
  const missing = organisations.find((org) => !signers.includes(org));
  must(missing === undefined, 'DRAW.SIGNERS', { type, missing: missing ?? '' }, blame);
  const needed = new Set(organisations).size;
  must(signers.length === needed, 'DRAW.SIGNERS', { type, signatures: signers.length }, blame);
}

/**
 * Signed by exactly these seats, each with the certificate that the plan names, issued to the seat's organisation.
 * @throws TrustError DRAW.SIGNERS | SIGNATURE.*
 */
export function signedBySeats<T extends { readonly type: string }>(
  signed: Signed<T>,
  certificates: CertificateLookup,
  seats: readonly TrusteeKey[],
): void {
  const { type } = signed.record;
  const signers = verifySigned(type, signed, certificates);
  must(signers.length === seats.length, 'DRAW.SIGNERS', { type, signatures: signers.length });
  for (const { i, org, cert } of seats) {
    const holder = signers.find(({ fingerprint }) => fingerprint === cert)?.holder;
    must(holder?.creditCode === org, 'DRAW.SIGNERS', { type, i }, `trustee-${i}`);
  }
}
