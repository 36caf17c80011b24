import type { Instant } from '#kernel';
import type { Certificate } from '#trust';
import type { PartyRole } from './domain/roles.ts';

export interface OrganisationView {
  /** 统一社会信用代码; also `Principal.organisationId`. */
  readonly creditCode: string;
  readonly name: string;
  /** Granted roles. */
  readonly roles: readonly PartyRole[];
}

export interface CertificateView {
  /** SHA-256 of the certificate in DER, base64url. */
  readonly fingerprint: string;
  /** Leaf first, PEM. */
  readonly chain: string;
  readonly organisation: { readonly creditCode: string; readonly name: string };
  readonly personId: string;
  readonly personName: string;
}

/** A certificate authority that sign-in and signatures are judged by; the operator keeps the list. */
export interface TrustedRoot {
  readonly fingerprint: string;
  readonly pem: string;
  readonly label: string;
  /** True for the embedded development authority: never in production. */
  readonly development: boolean;
}

export interface StoredCrl {
  /** SHA-256 of `der`, base64url. */
  readonly sha256: string;
  readonly der: Uint8Array;
  readonly issuer: string;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant;
}

/** What other contexts may ask of parties. */
export abstract class Parties {
  /** Null for a certificate that never enrolled here. */
  abstract certificate(fingerprint: string): Promise<CertificateView | null>;
  /** Parsed leaves by fingerprint, for `verifySigned`; unknown fingerprints are left out. */
  abstract certificates(fingerprints: readonly string[]): Promise<ReadonlyMap<string, Certificate>>;
  /** Of {@link certificates}, those whose chain leads to a trusted root now and is not revoked. */
  abstract validCertificates(fingerprints: readonly string[]): Promise<ReadonlyMap<string, Certificate>>;
  /** Organisations that were granted this role, by credit code; at most 100. */
  abstract organisationsWithRole(role: PartyRole): Promise<readonly OrganisationView[]>;
  abstract organisation(creditCode: string): Promise<OrganisationView | null>;
  abstract trustedRoots(): Promise<readonly TrustedRoot[]>;
  /** The newest revocation list of every trusted authority. */
  abstract crls(): Promise<readonly StoredCrl[]>;
  /** Any list that was ever stored, by its SHA-256. */
  abstract crl(sha256: string): Promise<StoredCrl | null>;
}
