/** Who sends this request, as far as the session proves it. */
export interface Principal {
  readonly personId: string;
  readonly organisationId: string;
  readonly roles: readonly string[];
  /** `context.verb`, for example `tender.publish`. */
  readonly permissions: readonly string[];
  /** SHA-256 of the certificate that signed the login, base64url unpadded. */
  readonly certificateFingerprint: string;
  readonly sessionId: string;
}

/** Implemented by the parties context. */
export abstract class SessionReader {
  /** `tokenHash`: SHA-256 of the bearer token. Null for an unknown, expired or revoked session. */
  abstract find(tokenHash: Uint8Array): Promise<Principal | null>;
}
