import type { Instant } from '#kernel';
import { sameBytes } from './bytes.ts';
import type { Certificate } from './certificate.ts';
import { checkProfile, isAuthority } from './certificate-profile.ts';
import { sameName } from './distinguished-name.ts';
import { keepsNameConstraints } from './name-constraints.ts';
import { keyHash } from './ocsp-request.ts';
import type { OcspResponse } from './ocsp-response.ts';
import { OID } from './oids.ts';
import { isSignedBy } from './signature-memo.ts';
import { verifyEncodedSignature } from './signature.ts';

/**
 * True when the issuer itself made the response, or a responder to which the same key of the issuer delegated it
 * (RFC 6960 section 4.2.2.2). There is no responder by local configuration: nobody else may speak for an authority.
 */
export function isOcspOf(response: OcspResponse, issuer: Certificate, moment: Instant): boolean {
  const { signatureAlgorithm, tbs, signature } = response;
  if (signatureAlgorithm === null) return false;
  return [issuer, ...response.certificates]
    .filter((each) => isNamed(response, each))
    .filter((each) => sameBytes(each.der, issuer.der) || isDelegate(each, issuer, moment))
    .some((each) => verifyEncodedSignature(each.publicKey, signatureAlgorithm, tbs, signature));
}

const isNamed = ({ responder }: OcspResponse, certificate: Certificate): boolean =>
  responder.by === 'name'
    ? sameName(responder.name, certificate.subject)
    : sameBytes(responder.hash, keyHash(certificate.publicKey, 'sha1'));

/**
 * The delegate is not asked about in turn, so its certificate must say that nobody need to (id-pkix-ocsp-nocheck);
 * one without it is refused: to check it would take the very lists that OCSP stands in for.
 */
function isDelegate(certificate: Certificate, issuer: Certificate, moment: Instant): boolean {
  const { extendedKeyUsage, keyUsage, all } = certificate.extensions;
  const constraints = issuer.extensions.nameConstraints;
  return (
    sameName(certificate.issuer, issuer.subject) &&
    !isAuthority(certificate) &&
    extendedKeyUsage?.includes(OID.ocspSigning) === true &&
    keyUsage?.has('digitalSignature') !== false &&
    all.some(({ oid }) => oid === OID.ocspNoCheck) &&
    checkProfile(certificate).ok &&
    (constraints === null || keepsNameConstraints(certificate, constraints)) &&
    certificate.notBefore <= moment &&
    moment < certificate.notAfter + 1000 &&
    isSignedBy(certificate, issuer)
  );
}
