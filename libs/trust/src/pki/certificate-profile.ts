import type { Refusal, Result } from '#kernel';
import { ok, refuse } from '#kernel';
import type { Certificate } from './certificate.ts';
import { sameName } from './distinguished-name.ts';
import { OID } from './oids.ts';
import type { ChainCode } from './path-result.ts';

/** Critical extensions that the validator understands and enforces; any other critical one is refused. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extendedKeyUsage,
  OID.nameConstraints,
  OID.subjectAltName,
]);

/** Policy processing is outside the profile, so a certificate that asks for it is refused, critical or not. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  OID.policyMappings,
  OID.policyConstraints,
  OID.inhibitAnyPolicy,
  OID.freshestCrl,
]);

/** Must not be critical (RFC 5280 sections 4.2.1.1, 4.2.1.2, 4.2.2.1). */
const NEVER_CRITICAL: ReadonlySet<string> = new Set([
  OID.authorityKeyIdentifier,
  OID.subjectKeyIdentifier,
  OID.authorityInfoAccess,
]);

export const isSelfIssued = (certificate: Certificate): boolean =>
  sameName(certificate.subject, certificate.issuer);

export const isAuthority = (certificate: Certificate): boolean =>
  certificate.extensions.basicConstraints?.ca === true;

/** Rules of the closed profile that one certificate keeps or breaks by itself, whatever the path. */
export function checkProfile(certificate: Certificate): Result<null, Refusal<ChainCode>> {
  for (const { oid, critical } of certificate.extensions.all) {
    if (UNSUPPORTED.has(oid)) return profileFault(certificate, `extension ${oid} is not supported`);
    if (critical && NEVER_CRITICAL.has(oid)) return profileFault(certificate, `extension ${oid} is critical`);
    if (critical && !UNDERSTOOD.has(oid)) {
      return refuse('CERT.UNKNOWN_CRITICAL_EXTENSION', { certificate: certificate.fingerprint, oid });
    }
  }
  const fault =
    fieldFault(certificate) ??
    (isAuthority(certificate) ? authorityFault(certificate) : leafFault(certificate));
  return fault === null ? ok(null) : profileFault(certificate, fault);
}

const profileFault = (certificate: Certificate, reason: string) =>
  refuse('CERT.PROFILE', { certificate: certificate.fingerprint, reason });

const isCritical = (certificate: Certificate, oid: string): boolean =>
  certificate.extensions.all.some((each) => each.oid === oid && each.critical);

function fieldFault(certificate: Certificate): string | null {
  const { serial, issuer, subject, extensions } = certificate;
  // Positive, not zero, at most 20 octets (RFC 5280 section 4.1.2.2).
  if (serial.length > 40 || /^[89a-f]/.test(serial) || /^0*$/.test(serial)) return 'serial number';
  if (issuer.relativeNames.length === 0) return 'issuer is empty';
  if (subject.relativeNames.length === 0) {
    if (isAuthority(certificate)) return 'subject of an authority is empty';
    if (!extensions.alternativeNames || !isCritical(certificate, OID.subjectAltName))
      return 'subject is empty';
  }
  if (!isSelfIssued(certificate) && !extensions.authorityKeyId?.keyId) return 'no authorityKeyIdentifier';
  if (certificate.notAfter < certificate.notBefore) return 'validity ends before it starts';
  return null;
}

function authorityFault(certificate: Certificate): string | null {
  const { extensions } = certificate;
  if (!isCritical(certificate, OID.basicConstraints)) return 'basicConstraints is not critical';
  if (!extensions.keyUsage) return 'an authority without keyUsage';
  if (extensions.subjectKeyId === null) return 'an authority without subjectKeyIdentifier';
  if (extensions.nameConstraints && !isCritical(certificate, OID.nameConstraints)) {
    return 'nameConstraints is not critical';
  }
  return null;
}

function leafFault({ extensions }: Certificate): string | null {
  if (extensions.nameConstraints) return 'nameConstraints outside an authority';
  if (extensions.keyUsage?.has('keyCertSign')) return 'keyCertSign outside an authority';
  return null;
}
