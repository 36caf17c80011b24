import type { Instant } from '#kernel';
import type { Tx } from '#persistence';
import type { DevelopmentCa, LogReceipt, OutsideTime, Signed, SuiteId, WitnessTerms } from '#trust';
import type { CertificateSource, EvidenceSource } from './evidence-source.ts';
import type { IntakeSource } from './intake-source.ts';

/** A checkpoint that the log signed: what its text says, and when (by the database's clock) it was signed. */
export interface SignedCheckpoint {
  /** The C2SP signed note, as served at /log/checkpoint. */
  readonly text: string;
  readonly signedAt: Instant;
  /** Number of leaves. */
  readonly size: number;
}

/** What a client pins (roots.json): everything a verifier needs to believe, and nothing that a bundle may replace. */
export interface TrustFile {
  readonly type: 'trust';
  /** The log's origin line. */
  readonly origin: string;
  /** The log's verifier key in C2SP form: `name+keyid+base64`. */
  readonly log: string;
  /** Verifier keys of the witnesses, and how many must have signed at least. */
  readonly witnesses: readonly string[];
  readonly q: number;
  /** The log appends dummy leaves; absent where it does not. */
  readonly dummies?: true;
  /** Roots of the certificate authorities of parties and platform, PEM. */
  readonly ca: readonly string[];
  /** Roots of the time-stamp authorities, PEM. */
  readonly tsa: readonly string[];
  /** SHA-256 of the certificates (or their issuing CA) that may sign as the platform, base64url. */
  readonly platform: readonly string[];
  /** Outside time-stamp authorities by name, where there are any. */
  readonly outside?: readonly {
    readonly name: string;
    readonly ca: readonly string[];
    readonly policy?: string;
  }[];
}

/** `receipt` signs what a bidder is told (arrival, stored); `platform` everything else the platform states. */
export type PlatformSigner = 'receipt' | 'platform';

export interface AppendOptions {
  /**
   * The record is public from now on: GET /log/receipts/{hash} answers to anyone. Never for a COMMIT or move before
   * CLOSE. Default false; a later append or {@link Transparency.publish} of the same hash may set it.
   */
  readonly published?: boolean;
}

/**
 * The append-only log, the platform's own keys, and the evidence bundle. Provided by TransparencyModule under this
 * token. All hashes are `H(type, record)` as 43 characters base64url.
 */
export abstract class Transparency {
  /**
   * Puts a record's hash on the log's waiting list, with a fresh 32-byte blind, in the caller's transaction: it will be
   * a leaf if and only if `tx` commits. Idempotent by hash. The leaf is SHA-256("leaf" ‖ hash ‖ blind).
   */
  abstract append(tx: Tx, hash: string, options?: AppendOptions): Promise<void>;

  /** Marks hashes that are already (or about to be) logged as public, for example all of CLOSE's. Unknown ones are ignored. */
  abstract publish(tx: Tx, hashes: readonly string[]): Promise<void>;

  /**
   * The proof that the hash is in the log: always the same one, against the first checkpoint that covers the leaf. With
   * terms, the first of those that has their quorum, with all cosignatures that it has by now. Null while it waits for
   * its tick (about LOG_TICK_MS, longer where more waits than LOG_BATCH) or its witnesses, or was never appended.
   */
  abstract logReceipt(hash: string, terms?: WitnessTerms): Promise<LogReceipt | null>;

  /** Resolves as soon as {@link logReceipt} has an answer, or with null after `timeoutMs`. Call it outside transactions. */
  abstract waitForLog(hash: string, timeoutMs: number): Promise<LogReceipt | null>;

  /** Blind and index of the leaves that a signed checkpoint covers, for CLOSE. Hashes still waiting are left out. */
  abstract leaves(hashes: readonly string[]): Promise<ReadonlyMap<string, { blind: string; index: number }>>;

  /**
   * The first checkpoint whose batch was drawn at or after `at` and that covers all these hashes; null while there is
   * none. The next tick signs one, nothing does before: a caller comes again. The answer for the same question never
   * changes; with terms it is the first from there on that has their quorum, to which witnesses may add.
   */
  abstract checkpointAtOrAfter(
    at: Instant,
    hashes: readonly string[],
    terms?: WitnessTerms,
  ): Promise<SignedCheckpoint | null>;
  abstract latestCheckpoint(): Promise<SignedCheckpoint>;

  /** What a tender that is published now declares about witnesses. */
  witnessTerms(): WitnessTerms {
    return { q: 0, witnesses: [] };
  }

  /** Signs as the platform: ECDSA P-256 over `signatureInput(type, record)`. */
  abstract signAs<T extends object>(signer: PlatformSigner, type: string, record: T): Promise<Signed<T>>;

  /**
   * An RFC 3161 token (DER) over a SHA-256, by the database's clock, with a random serial number.
   * @throws StorageUnavailableError when the database's clock and this machine's differ by more than two seconds.
   */
  abstract timestamp(sha256: Uint8Array): Promise<Uint8Array>;

  /** Names of the outside time-stamp authorities that a new LOTKEY names; none where none are configured. */
  outsideAuthorities(): readonly string[] {
    return [];
  }

  /** True when one of these authorities has stamped a tree that holds the leaf at `index` (ADR 0032). */
  outsideTimeCovers(authorities: readonly string[], index: number): Promise<boolean> {
    return Promise.resolve(authorities.length === 0 || index < 0);
  }

  /** For each of these leaves, of each authority the first stamp that holds it. */
  outsideTimesOver(
    _authorities: readonly string[],
    _indexes: readonly number[],
  ): Promise<readonly OutsideTime[]> {
    return Promise.resolve([]);
  }

  /** Certificates of receipt, platform and time-stamp keys and their issuers, PEM, without duplicates. */
  abstract platformCertificates(): readonly string[];
  /** SHA-256 of the certificate that signs in this role in lots of this suite, base64url. */
  abstract platformFingerprint(signer: PlatformSigner, suite: SuiteId): string;

  /**
   * The authority below which demo certificates are issued, and which must publish CRLs; its root is not in any list
   * of trusted roots until the operator puts it there. Null where the platform's certificates are configured.
   */
  developmentCa(): DevelopmentCa | null {
    return null;
  }

  /** The upload capability for a commitment: HMAC under the platform's upload key, 43 characters base64url. */
  abstract uploadToken(c: string): string;
  /** In constant time. */
  abstract uploadTokenHolds(c: string, token: string): boolean;

  /** In which the platform has keys to sign with: a lot of another suite could get no receipt. */
  abstract suites(): readonly SuiteId[];

  /**
   * The evaluation room's public key of a lot of this suite (compressed point, base64url): made on the first call, then
   * always the same.
   */
  abstract roomKey(lotId: string, suite: SuiteId): Promise<string>;
  /** Opens what was sealed (ECIES) to {@link roomKey}. @throws TrustError when it was not sealed to it. */
  abstract openRoomBox(lotId: string, info: string, box: Uint8Array): Promise<Uint8Array>;
  /** Forgets the private half, when the lot has ended or failed. Boxes can no longer be opened. */
  abstract destroyRoomKey(lotId: string): Promise<void>;

  /** Called in onModuleInit of the contexts whose records are evidence. */
  abstract registerEvidenceSource(source: EvidenceSource): void;
  /** Called in onModuleInit of the contexts that know which tenders take bids: no seed of dummies is shown under them. */
  abstract registerIntakeSource(source: IntakeSource): void;
  /** Called once, by parties: chains, CRLs and trusted roots. */
  abstract registerCertificateSource(source: CertificateSource): void;

  /** roots.json as it stands now; clients pin their own copy. */
  abstract trustFile(): Promise<TrustFile>;
}
