import type { Instant } from '#kernel';
import type { Tx } from '#persistence';
import { Transparency } from '#transparency';
import type { EvidenceSource, SignedCheckpoint, TrustFile } from '#transparency';
import {
  b64u,
  blindedLeaf,
  checkpointText,
  eciesOpen,
  edPublicKey,
  formatVkey,
  leafHash,
  merkleRoot,
  signNote,
  signRecord,
  systemRandom,
  toPem,
} from '#trust';
import type { NoteKey, Signer } from '#trust';
import type { LotFixture } from './lot-fixture.ts';

/** A log without a clock of its own: what is appended is a leaf at once. */
export class LogInTest extends Transparency {
  readonly entries: Uint8Array[] = [];
  readonly evidence: EvidenceSource[] = [];
  readonly logSecret = systemRandom(32);
  readonly logKey: NoteKey = { name: 'test.log', publicKey: edPublicKey(this.logSecret) };
  destroyed = 0;
  /** Whether an outside time-stamp authority has seen what the log holds. */
  seenOutside = false;
  private readonly known = new Map<string, { blind: string; index: number }>();

  constructor(
    private readonly signer: Signer,
    private readonly room: () => LotFixture,
  ) {
    super();
  }

  add(hash: string): void {
    if (this.known.has(hash)) return;
    const blind = systemRandom(32);
    this.known.set(hash, { blind: b64u.encode(blind), index: this.entries.length });
    this.entries.push(blindedLeaf(b64u.decode(hash), blind));
  }
  append(_tx: Tx, hash: string): Promise<void> {
    this.add(hash);
    return Promise.resolve();
  }
  publish(): Promise<void> {
    return Promise.resolve();
  }
  checkpoint(): SignedCheckpoint {
    const size = this.entries.length;
    const root = merkleRoot(this.entries.map((entry) => leafHash(entry)));
    const text = checkpointText({ origin: this.logKey.name, size, root });
    const note = signNote(text, [{ name: this.logKey.name, secret: this.logSecret }]);
    return { text: note, signedAt: 0 as Instant, size };
  }
  logReceipt(hash: string) {
    const leaf = this.known.get(hash);
    if (!leaf) return Promise.resolve(null);
    const { text } = this.checkpoint();
    return Promise.resolve({
      type: 'receipt-log' as const,
      subject: hash,
      ...leaf,
      checkpoint: text,
      proof: [],
    });
  }
  waitForLog = (hash: string) => this.logReceipt(hash);
  leaves(hashes: readonly string[]) {
    const found = hashes.flatMap((hash) => {
      const leaf = this.known.get(hash);
      return leaf ? [[hash, leaf] as const] : [];
    });
    return Promise.resolve(new Map(found));
  }
  override outsideTimeCovers(authorities: readonly string[], index: number): Promise<boolean> {
    return Promise.resolve(authorities.length === 0 || index < 0 || this.seenOutside);
  }
  checkpointAtOrAfter(): Promise<SignedCheckpoint> {
    return Promise.resolve(this.checkpoint());
  }
  latestCheckpoint(): Promise<SignedCheckpoint> {
    return Promise.resolve(this.checkpoint());
  }
  signAs<T extends object>(_signer: string, type: string, record: T) {
    return signRecord(type, record, [this.signer]);
  }
  platformCertificates(): readonly string[] {
    return [toPem([this.signer.certificate])];
  }
  platformFingerprint(): string {
    return this.signer.certificate.fingerprint;
  }
  openRoomBox(_lotId: string, info: string, box: Uint8Array): Promise<Uint8Array> {
    return eciesOpen(this.room().roomSecret, info, box);
  }
  destroyRoomKey(): Promise<void> {
    this.destroyed += 1;
    return Promise.resolve();
  }
  registerEvidenceSource(source: EvidenceSource): void {
    this.evidence.push(source);
  }
  private never(): never {
    throw new Error('the opening does not ask for this');
  }
  timestamp = () => this.never();
  uploadToken = () => this.never();
  uploadTokenHolds = () => this.never();
  roomKey = () => this.never();
  suites = () => ['P256'] as const;
  registerCertificateSource = () => this.never();
  registerIntakeSource(): void {
    // No seed is ever shown here.
  }
  async trustFile(): Promise<TrustFile> {
    const ca = [toPem([this.room().ca.certificate])];
    const { name } = this.logKey;
    const log = formatVkey(this.logKey);
    return {
      type: 'trust',
      origin: name,
      log,
      witnesses: [],
      q: 0,
      ca,
      tsa: ca,
      platform: [this.platformFingerprint()],
    };
  }
}
