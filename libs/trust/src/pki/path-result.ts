import type { Instant, Refusal, Result } from '#kernel';
import type { Certificate } from './certificate.ts';
import type { CertificateRevocationList } from './crl.ts';
import type { KeyUsage } from './extensions.ts';
import type { OcspResponse } from './ocsp-response.ts';
import type { TrustAnchor } from './recognition.ts';

/** Why a chain was refused: a closed list, stable for callers and people. */
export type ChainCode =
  | 'CERT.PROFILE'
  | 'CERT.UNKNOWN_CRITICAL_EXTENSION'
  | 'CERT.UNTRUSTED'
  | 'CERT.BAD_SIGNATURE'
  | 'CERT.NOT_YET_VALID'
  | 'CERT.EXPIRED'
  | 'CERT.NOT_A_CA'
  | 'CERT.PATH_TOO_LONG'
  | 'CERT.KEY_USAGE'
  | 'CERT.EXTENDED_KEY_USAGE'
  | 'CERT.NAME_CONSTRAINTS'
  | 'CERT.REVOKED'
  | 'CERT.CRL_MISSING'
  | 'CERT.CRL_NOT_CURRENT'
  | 'CERT.CRL_UNSUPPORTED'
  | 'CERT.OCSP_MISSING'
  | 'CERT.OCSP_NOT_CURRENT'
  | 'CERT.OCSP_UNKNOWN'
  /** The root is pinned, but not recognised in this region at that time. */
  | 'CERT.NOT_RECOGNISED';

/** No list told whether a certificate is revoked: the fault of whoever had to bring the list, not of its holder. */
export type CrlFault = Extract<ChainCode, `CERT.CRL_${string}`>;
export const isCrlFault = (code: string): code is CrlFault => code.startsWith('CERT.CRL_');

export interface ChainQuestion {
  readonly leaf: Certificate;
  /** Any order; certificates that do not help are ignored. */
  readonly intermediates: readonly Certificate[];
  /** The pinned trust anchors; never taken from a message. */
  readonly roots: readonly TrustAnchor[];
  /**
   * Given, even empty: every certificate under the root needs a current CRL, or a current OCSP response that calls it
   * good. Absent, and `ocsp` too: revocation is not looked at.
   */
  readonly crls?: readonly CertificateRevocationList[];
  /** Stapled responses: bytes that came along or were kept as evidence, never fetched here. */
  readonly ocsp?: readonly OcspResponse[];
  /** The instant for which the answer holds. */
  readonly at: Instant;
  /**
   * The instant at which CRLs and responses must be current, where they were collected later than `at` (the CLOSE of a
   * lot). Then a revocation dated after `at` changes nothing (PROTOCOL section 7). Default: `at`, any entry counts.
   */
  readonly crlsAt?: Instant;
  /** Object identifier that the leaf's extKeyUsage must name. */
  readonly eku?: string;
  /** What the leaf's keyUsage must allow; `null` asks for nothing. Default: `digitalSignature`. */
  readonly keyUsage?: KeyUsage | null;
}

export interface ValidatedPath {
  /** Leaf first, root last. */
  readonly path: readonly Certificate[];
  readonly leaf: Certificate;
  readonly root: Certificate;
}

export type ChainAnswer = Result<ValidatedPath, Refusal<ChainCode>>;
