import type { Instant } from '#kernel';
import type { Tx } from '#persistence';

export interface NewSession {
  readonly id: string;
  /** SHA-256 of the bearer token: the token itself is nowhere at rest. */
  readonly tokenHash: Uint8Array;
  readonly personId: string;
  readonly fingerprint: string;
  readonly expiresAt: Instant;
}

export interface LiveSession {
  readonly id: string;
  readonly personId: string;
  readonly creditCode: string;
  readonly fingerprint: string;
  readonly roles: readonly string[];
}

export abstract class SessionStore {
  abstract addChallenge(tx: Tx, nonce: string, expiresAt: Instant): Promise<void>;
  /** Takes the challenge out: a nonce is answered once, whatever the answer is worth. Null when unknown or used. */
  abstract takeChallenge(tx: Tx, nonce: string): Promise<{ expiresAt: Instant } | null>;
  abstract open(tx: Tx, session: NewSession): Promise<void>;
  /** By the database's clock; null for an unknown, expired or revoked one. */
  abstract findLive(tx: Tx, tokenHash: Uint8Array): Promise<LiveSession | null>;
  /** False when it was not live. */
  abstract revoke(tx: Tx, sessionId: string): Promise<boolean>;
  /** Certificates with at least one live session. */
  abstract liveCertificates(tx: Tx): Promise<readonly string[]>;
  abstract revokeByCertificate(tx: Tx, fingerprint: string): Promise<number>;
  /** Forgets challenges and sessions that ended before `before`. */
  abstract sweep(tx: Tx, before: Instant): Promise<void>;
}
