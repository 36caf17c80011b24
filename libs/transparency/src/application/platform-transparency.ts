import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { IntegrityError, StorageUnavailableError } from '#kernel';
import type { Clock, Instant } from '#kernel';
import type { Tx, UnitOfWork } from '#persistence';
import {
  b64u,
  CLOCK_TOLERANCE_MS,
  createTimestampToken,
  formatVkey,
  formatWitnessKey,
  parseCertificate,
  signRecord,
  suiteIdOf,
  toPem,
} from '#trust';
import type {
  Certificate,
  DevelopmentCa,
  LogReceipt,
  OutsideTime,
  Signed,
  Signer,
  SuiteId,
  WitnessTerms,
} from '#trust';
import type { KeyStore } from '../infrastructure/key-store.ts';
import type { LogStore } from '../infrastructure/log-store.ts';
import { RoomKeys } from '../infrastructure/room-keys.ts';
import type { EvidenceRegistry } from './evidence-registry.ts';
import type { CertificateSource, EvidenceSource } from './evidence-source.ts';
import type { IntakeSource } from './intake-source.ts';
import type { OutsideTimes } from './outside-times.ts';
import type { ReadLog } from './read-log.ts';
import type { RevealSeeds } from './reveal-seeds.ts';
import { Transparency } from './transparency.ts';
import type { AppendOptions, PlatformSigner, SignedCheckpoint, TrustFile } from './transparency.ts';

/** The promise behind our tokens: the database's clock, to the millisecond. An OID from a UUID (X.667), ours alone. */
const TIMESTAMP_POLICY = '2.25.100679325521358838909158726644588839432';

export interface TransparencyParts {
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly keys: KeyStore;
  readonly store: LogStore;
  readonly read: ReadLog;
  readonly evidence: EvidenceRegistry;
  readonly reveals: RevealSeeds;
  readonly outside?: OutsideTimes;
}

/** {@link Transparency} over the parts of this context. */
export class PlatformTransparency extends Transparency {
  private readonly rooms: RoomKeys;

  constructor(private readonly parts: TransparencyParts) {
    super();
    this.rooms = new RoomKeys(parts.keys.folder);
  }

  async append(tx: Tx, hash: string, options: AppendOptions = {}): Promise<void> {
    const blind = new Uint8Array(randomBytes(32));
    const leaf = { hash: b64u.decode(hash), blind, published: options.published ?? false };
    await this.parts.store.append(tx, leaf);
  }

  async publish(tx: Tx, hashes: readonly string[]): Promise<void> {
    await this.parts.store.publish(tx, hashes.map(b64u.decode));
  }

  logReceipt(hash: string, terms?: WitnessTerms): Promise<LogReceipt | null> {
    return this.parts.read.receipt(hash, terms);
  }

  override witnessTerms(): WitnessTerms {
    return this.parts.keys.witnessing;
  }

  waitForLog(hash: string, timeoutMs: number): Promise<LogReceipt | null> {
    return this.parts.read.waitFor(hash, timeoutMs);
  }

  async leaves(hashes: readonly string[]): Promise<ReadonlyMap<string, { blind: string; index: number }>> {
    const leaves = await this.parts.read.leaves(hashes);
    return new Map(
      [...leaves].map(([hash, { blind, index }]) => [hash, { blind: b64u.encode(blind), index }] as const),
    );
  }

  async checkpointAtOrAfter(
    at: Instant,
    hashes: readonly string[],
    terms?: WitnessTerms,
  ): Promise<SignedCheckpoint | null> {
    const first = await this.parts.read.checkpointAtOrAfter(at, hashes);
    return first && terms ? await this.parts.read.cosignedFrom(first, terms) : first;
  }

  async latestCheckpoint(): Promise<SignedCheckpoint> {
    const latest = await this.parts.read.latest();
    if (!latest) throw new StorageUnavailableError('database', 'the log has no checkpoint yet');
    return latest;
  }

  signAs<T extends object>(signer: PlatformSigner, type: string, record: T): Promise<Signed<T>> {
    return signRecord(type, record, [this.signerOf(signer, suiteIdOf(record))]);
  }

  async timestamp(sha256: Uint8Array): Promise<Uint8Array> {
    const time = await this.parts.unitOfWork.run((tx) => tx.now(), { readOnly: true });
    const apart = Math.abs(time - this.parts.clock.now());
    // Two clocks that differ by more are not both right, and a token is for ever.
    if (apart > CLOCK_TOLERANCE_MS)
      throw new StorageUnavailableError('database', `its clock and this machine's are ${apart} ms apart`);
    const { timestamp } = this.parts.keys.signers;
    return await createTimestampToken({ hash: sha256, time, policy: TIMESTAMP_POLICY }, timestamp);
  }

  override outsideAuthorities(): readonly string[] {
    return (this.parts.outside?.settings.authorities ?? []).map(({ name }) => name);
  }

  override async outsideTimeCovers(authorities: readonly string[], index: number): Promise<boolean> {
    if (authorities.length === 0 || index < 0) return true;
    return (await this.parts.outside?.covers(authorities, index)) ?? false;
  }

  override async outsideTimesOver(
    authorities: readonly string[],
    indexes: readonly number[],
  ): Promise<readonly OutsideTime[]> {
    return (await this.parts.outside?.over(authorities, indexes)) ?? [];
  }

  platformCertificates(): readonly string[] {
    return distinct(this.platformChain()).map((certificate) => toPem([certificate]));
  }

  platformFingerprint(signer: PlatformSigner, suite: SuiteId): string {
    return this.signerOf(signer, suite).certificate.fingerprint;
  }

  override developmentCa(): DevelopmentCa | null {
    return this.parts.keys.developmentCa;
  }

  uploadToken(c: string): string {
    return b64u.encode(this.uploadMac(c));
  }

  uploadTokenHolds(c: string, token: string): boolean {
    const given = Buffer.from(token, 'base64url');
    const wanted = this.uploadMac(c);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  private uploadMac(c: string): Buffer {
    return createHmac('sha256', this.parts.keys.uploadKey).update(`glasshall/1/upload\0${c}`).digest();
  }

  roomKey(lotId: string, suite: SuiteId): Promise<string> {
    return this.rooms.point(lotId, suite);
  }

  openRoomBox(lotId: string, info: string, box: Uint8Array): Promise<Uint8Array> {
    return this.rooms.open(lotId, info, box);
  }

  destroyRoomKey(lotId: string): Promise<void> {
    return this.rooms.destroy(lotId);
  }

  registerEvidenceSource(source: EvidenceSource): void {
    this.parts.evidence.register(source);
  }

  registerIntakeSource(source: IntakeSource): void {
    this.parts.reveals.register(source);
  }

  registerCertificateSource(source: CertificateSource): void {
    this.parts.evidence.registerCertificates(source);
  }

  async trustFile(): Promise<TrustFile> {
    const { log, signers, smSigners, witnessing } = this.parts.keys;
    const trusted = (await this.parts.evidence.certificates?.trustedRoots()) ?? [];
    const parties = trusted.map(parseCertificate).flatMap((each) => (each.ok ? [each.value] : []));
    const stating = [signers.receipt, signers.platform, ...Object.values(smSigners ?? {})];
    const own = stating.map(rootOf);
    return {
      type: 'trust',
      origin: log.name,
      log: formatVkey(log),
      witnesses: witnessing.witnesses.map(({ name, key }) =>
        formatWitnessKey({ name, publicKey: b64u.decode(key) }),
      ),
      q: witnessing.q,
      dummies: true,
      ca: distinct([...parties, ...own]).map((root) => toPem([root])),
      tsa: [toPem([rootOf(signers.timestamp)])],
      platform: distinct(stating.map(({ certificate }) => certificate)).map(({ fingerprint }) => fingerprint),
      ...this.outsidePins(),
    };
  }

  private outsidePins(): Pick<TrustFile, 'outside'> {
    const authorities = this.parts.outside?.settings.authorities ?? [];
    if (authorities.length === 0) return {};
    const outside = authorities.map(({ name, roots, policy }) => ({
      name,
      ca: roots.map((root) => toPem([root])),
      ...(policy === null ? {} : { policy }),
    }));
    return { outside };
  }

  /** Suites in which the platform can state anything. */
  suites(): readonly SuiteId[] {
    return this.parts.keys.smSigners ? ['P256', 'SM'] : ['P256'];
  }

  private signerOf(signer: PlatformSigner, suite: SuiteId): Signer {
    const { signers, smSigners } = this.parts.keys;
    const found = suite === 'SM' ? smSigners?.[signer] : signers[signer];
    if (!found) throw new IntegrityError('the platform has no key of this suite', { suite });
    return found;
  }

  private platformChain(): Certificate[] {
    return [
      ...Object.values(this.parts.keys.signers),
      ...Object.values(this.parts.keys.smSigners ?? {}),
    ].flatMap(({ certificate, chain }) => [certificate, ...chain]);
  }
}

const rootOf = (signer: Signer): Certificate => signer.chain.at(-1) ?? signer.certificate;

function distinct(certificates: readonly Certificate[]): Certificate[] {
  return [...new Map(certificates.map((each) => [each.fingerprint, each])).values()];
}
