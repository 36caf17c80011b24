/**
 * The opening over real HTTP and a real database, with a clock that a test moves. The doors it looks through are stood
 * in for by data: a lot that tendering published, bids that the intake stored, certificates that parties enrolled, and a
 * log of entries in memory under a real log key. Keys, seals, shares, signatures and proofs are real.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { addMs, Clock, formatInstant, SECOND, SystemClock } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { Bidding, BiddingModule } from '#bidding';
import type { AcceptedCommit, AcceptedMove, CloseLists, StoredEnvelope } from '#bidding';
import { BackgroundWork } from '#jobs';
import { Opening, OpeningModule } from '#opening';
import { Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { FileBlobStore, StorageModule } from '#storage';
import type { BlobStore } from '#storage';
import { Tendering } from '#tendering';
import type { LotView } from '#tendering';
import { ConfidentialReads, Transparency } from '#transparency';
import type { EvidencePiece, EvidenceSource, SignedCheckpoint, TrustFile } from '#transparency';
import {
  b64u,
  blindedLeaf,
  canonicalBytes,
  checkpointText,
  eciesOpen,
  edPublicKey,
  formatVkey,
  hashText,
  leafHash,
  merkleRoot,
  signNote,
  signRecord,
  systemRandom,
  toPem,
} from '#trust';
import type { Certificate, Commit, EnvelopeName, NoteKey, ReceiptFile, SignedMove, Signer } from '#trust';
import { configureHttp, createLogger, HealthProbes, SessionReader, WebModule } from '#web';
import type { Principal } from '#web';
import { makeJournalKey } from '../../libs/tendering/src/domain/journal-key.ts';
import { makeLot, testCreditCode } from './lot-fixture.ts';
import type { LotFixture } from './lot-fixture.ts';
import { createTestDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

/** The database's clock as transactions read it, moved by the test; null: the real one. */
export class TestClock {
  at: Instant | null = null;
}

class ClockedUnitOfWork extends UnitOfWork {
  constructor(
    private readonly inner: UnitOfWork,
    private readonly clock: TestClock,
  ) {
    super();
  }
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.inner.run((tx) =>
      work(
        new Proxy(tx, {
          get: (target, name) => {
            const { at } = this.clock;
            if (name === 'now' && at !== null) return () => Promise.resolve(at);
            if (name === 'execute' && at !== null) {
              // The statement that judges by itself reads the moved clock too.
              return (sql: string, values?: readonly unknown[]) =>
                target.execute(sql.includes('INSERT INTO opening.addition') ? clocked(sql, at) : sql, values);
            }
            const value: unknown = Reflect.get(target, name, target);
            return typeof value === 'function' ? (value.bind(target) as unknown) : value;
          },
        }),
      ),
    );
  }
}

const clocked = (sql: string, at: Instant): string =>
  sql.replace('clock_timestamp()', `'${formatInstant(at)}'::timestamptz`);

/** One bid as the intake would have stored it. */
export interface StoredBid {
  readonly c: string;
  readonly commit: Commit;
  readonly arrivedAt: Instant;
  readonly storedAt: Instant;
  readonly token: Uint8Array;
  /** Path of each ciphertext; tests damage these files. */
  readonly files: ReadonlyMap<EnvelopeName, string>;
  /** False: CLOSE does not list it, as if the intake had lost it. */
  listed: boolean;
  state: AcceptedCommit['state'];
}

class BidsInTest extends Bidding {
  readonly bids = new Map<string, StoredBid>();
  readonly moves: AcceptedMove[] = [];
  boxes: Uint8Array[] = [];
  deadline: Instant = 0 as Instant;

  settle(): Promise<void> {
    return Promise.resolve();
  }
  closeLists(): Promise<CloseLists> {
    const listed = [...this.bids.values()].filter((bid) => bid.listed);
    const accepted = listed.map(({ c, arrivedAt, storedAt, token, state }) => {
      return { c, arrivedAt, storedAt, state, token: createHash('sha256').update(token).digest('base64url') };
    });
    return Promise.resolve({ deadline: this.deadline, accepted, moves: this.moves, refused: [] });
  }
  lotOf(): Promise<null> {
    return Promise.resolve(null);
  }
  commitBytes(c: string): Promise<Uint8Array | null> {
    const bid = this.bids.get(c);
    return Promise.resolve(bid ? canonicalBytes(bid.commit) : null);
  }
  commit(c: string): Promise<Commit | null> {
    return Promise.resolve(this.bids.get(c)?.commit ?? null);
  }
  envelopes(): Promise<readonly StoredEnvelope[]> {
    return Promise.resolve([]);
  }
  async envelopeStream(
    c: string,
    e: EnvelopeName,
    range: { start: number; end?: number } = { start: 0 },
  ): Promise<{ stream: Readable; length: number } | null> {
    const bid = this.bids.get(c);
    const file = bid?.files.get(e);
    const length = bid?.commit.envelopes.find((one) => one.e === e)?.length ?? 0;
    const object = this.replaced.get(`${c}/${e}`);
    if (object && this.objects) return { stream: await this.objects.get(object, range), length };
    if (!file) return null;
    const end = (range.end ?? Infinity) - 1;
    return { stream: createReadStream(file, { start: range.start, end }), length };
  }
  objects: BlobStore | null = null;
  private readonly replaced = new Map<string, string>();
  replaceObject(_tx: Tx, c: string, e: EnvelopeName, objectKey: string): Promise<void> {
    this.replaced.set(`${c}/${e}`, objectKey);
    return Promise.resolve();
  }
  journalBoxes(): Promise<readonly Uint8Array[]> {
    return Promise.resolve(this.boxes);
  }
  /** What the intake kept of its own receipts; null where it lost them. */
  readonly receipts = new Map<string, ReceiptFile>();
  receipt(c: string): Promise<ReceiptFile | null> {
    return Promise.resolve(this.receipts.get(c) ?? null);
  }
  lateReceipts(): Promise<[]> {
    return Promise.resolve([]);
  }
}

class LotInTest extends Tendering {
  view: LotView | null = null;
  lot(lotId: LotId): Promise<LotView | null> {
    return Promise.resolve(this.view?.id === lotId ? this.view : null);
  }
  lotByKeyHash(): Promise<null> {
    return Promise.resolve(null);
  }
  intakeFacts(): Promise<null> {
    return Promise.resolve(null);
  }
}

class PartiesInTest extends Parties {
  readonly known = new Map<string, Certificate>();
  root: Certificate | null = null;
  certificate(): Promise<null> {
    return Promise.resolve(null);
  }
  certificates(fingerprints: readonly string[]) {
    const found = fingerprints.flatMap((one) => {
      const certificate = this.known.get(one);
      return certificate ? [[one, certificate] as const] : [];
    });
    return Promise.resolve(new Map(found));
  }
  validCertificates = (fingerprints: readonly string[]) => this.certificates(fingerprints);
  organisationsWithRole(): Promise<[]> {
    return Promise.resolve([]);
  }
  organisation(creditCode: string) {
    return Promise.resolve({ creditCode, name: `单位 ${creditCode}`, roles: [] });
  }
  trustedRoots() {
    const { root } = this;
    if (!root) return Promise.resolve([]);
    const { fingerprint } = root;
    return Promise.resolve([{ fingerprint, pem: toPem([root]), label: 'test', development: true }]);
  }
  crlList: { sha256: string; der: Uint8Array; issuer: string; thisUpdate: Instant; nextUpdate: Instant }[] =
    [];
  crls() {
    return Promise.resolve(this.crlList);
  }
  crl(sha256: string) {
    return Promise.resolve(this.crlList.find((crl) => crl.sha256 === sha256) ?? null);
  }
}

/** A log without a clock of its own: what is appended is a leaf at once. */
export class LogInTest extends Transparency {
  readonly entries: Uint8Array[] = [];
  readonly evidence: EvidenceSource[] = [];
  readonly logSecret = systemRandom(32);
  readonly logKey: NoteKey = { name: 'test.log', publicKey: edPublicKey(this.logSecret) };
  destroyed = 0;
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
  registerCertificateSource = () => this.never();
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

class Sessions extends SessionReader {
  private readonly known = new Map<string, Principal>();
  /** A bearer token for this organisation with these permissions. */
  admit(organisationId: string, fingerprint: string, permissions: readonly string[]): string {
    const token = b64u.encode(systemRandom(32));
    const hash = createHash('sha256').update(token).digest('base64url');
    const person = { personId: randomUUID(), organisationId, roles: [], permissions };
    this.known.set(hash, { ...person, certificateFingerprint: fingerprint, sessionId: randomUUID() });
    return token;
  }
  find(tokenHash: Uint8Array): Promise<Principal | null> {
    return Promise.resolve(this.known.get(b64u.encode(tokenHash)) ?? null);
  }
}

class NoWork extends BackgroundWork {
  registerTick(): void {
    return undefined;
  }
  registerJob(): void {
    return undefined;
  }
  subscribe(): void {
    return undefined;
  }
  send(): Promise<void> {
    return Promise.resolve();
  }
}

@Global()
@Module({})
class Surroundings {
  static with(
    given: readonly (readonly [abstract new (...args: never[]) => unknown, unknown])[],
  ): DynamicModule {
    const providers = given.map(([provide, useValue]) => ({ provide, useValue }));
    return { module: Surroundings, providers, exports: providers.map(({ provide }) => provide) };
  }
}

@Module({})
class NoIntake {}

export interface OpeningApp {
  readonly url: string;
  readonly app: NestExpressApplication;
  readonly database: TestDatabase;
  readonly clock: TestClock;
  readonly lot: LotFixture;
  readonly lotId: LotId;
  readonly bidding: BidsInTest;
  readonly tendering: LotInTest;
  readonly log: LogInTest;
  readonly platform: Signer;
  readonly sessions: Sessions;
  readonly opening: Opening;
  readonly folder: string;
  readonly deadline: Instant;
  /** Everything the opening contributes to the evidence, files only. */
  evidence(audience: 'public' | 'auditor'): Promise<Map<string, EvidencePiece>>;
  close(): Promise<void>;
}

/** Acceleration 1: the margin is a minute, the window five, on the test's own clock. */
export async function createOpeningApp(): Promise<OpeningApp> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'glasshall-opening-'));
  const now = new SystemClock().now();
  const lotId = randomUUID() as string as LotId;
  const lot = await makeLot(now, 3, lotId);
  const deadline = now;
  const clock = new TestClock();
  const [bidding, tendering, parties, sessions] = [
    new BidsInTest(),
    new LotInTest(),
    new PartiesInTest(),
    new Sessions(),
  ];
  bidding.deadline = deadline;
  const validity = { notBefore: addMs(now, -86_400_000), notAfter: addMs(now, 86_400_000) };
  const platform = await lot.ca.issueSigner({
    subject: { organisation: '交易中心', creditCode: testCreditCode(90), person: '平台' },
    ...validity,
  });
  const log = new LogInTest(platform, () => lot);
  parties.root = lot.ca.certificate;
  parties.known.set(platform.certificate.fingerprint, platform.certificate);
  for (const { certificate } of lot.trustees) parties.known.set(certificate.fingerprint, certificate);
  await addCrl(lot, parties, now);
  const journal = makeJournalKey(lot.lotKey, systemRandom);
  const agency = { name: '受托方 agency', creditCode: testCreditCode(2) };
  tendering.view = {
    id: lotId,
    state: 'keyed',
    agency,
    tenderee: { name: '受托方 tenderee', creditCode: testCreditCode(1) },
    regulator: { name: '受托方 regulator', creditCode: testCreditCode(3) },
    acceleration: { periods: 1, waits: 1 },
    deadline,
    notices: [{ record: { documents: lot.documents } }],
    deadlineChanges: [],
    cancellation: null,
    seats: lot.lotKey.policy.seats,
    k: 3,
    lotKeyHash: lot.lotKeyHash,
    lotKey: lot.signed,
    journal: await signRecord('journal', journal, [platform]),
  } as unknown as LotView;
  const blobs = await FileBlobStore.open(join(folder, 'objects'));
  bidding.objects = blobs;
  const logger = createLogger(process.env['TEST_LOG_LEVEL'] ?? 'fatal');
  const unitOfWork = new ClockedUnitOfWork(database.unitOfWork, clock);
  const testing = await Test.createTestingModule({
    imports: [
      Surroundings.with([
        [UnitOfWork, unitOfWork],
        [Bidding, bidding],
        [Tendering, tendering],
        [Parties, parties],
        [Transparency, log],
        [ConfidentialReads, new ConfidentialReads(unitOfWork)],
        [BackgroundWork, new NoWork()],
        [SessionReader, sessions],
        [Clock, new SystemClock()],
        [HealthProbes, { metricsToken: null, parts: [] }],
      ]),
      StorageModule.forRoot(blobs),
      WebModule.forRoot({ logger, rateLimits: { perAddress: 1_000_000, perSession: 1_000_000 } }),
      OpeningModule,
    ],
  })
    .overrideModule(BiddingModule)
    .useModule(NoIntake)
    .compile();
  const app = testing.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false });
  configureHttp(app, { logger, trustedProxies: 0, https: false, jsonLimit: 1024 * 1024 });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    app,
    database,
    clock,
    lot,
    lotId,
    bidding,
    tendering,
    log,
    platform,
    sessions,
    opening: app.get(Opening),
    folder,
    deadline,
    async evidence(audience) {
      const pieces = new Map<string, EvidencePiece>();
      for (const source of log.evidence) {
        for await (const piece of source.contribute(lotId, audience)) {
          if (piece.kind === 'file') pieces.set(piece.path, piece);
        }
      }
      return pieces;
    },
    async close() {
      await app.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function addCrl(lot: LotFixture, parties: PartiesInTest, now: Instant): Promise<void> {
  const crl = await lot.ca.issueCrl({
    number: 1,
    thisUpdate: addMs(now, -60 * SECOND),
    nextUpdate: addMs(now, 86_400_000),
    revoked: [],
  });
  const sha256 = createHash('sha256').update(crl.der).digest('base64url');
  parties.crlList.push({
    sha256,
    der: crl.der,
    issuer: 'test',
    thisUpdate: addMs(now, -60 * SECOND),
    nextUpdate: addMs(now, 86_400_000),
  });
}

/** Puts a sealed package into the intake, `secondsBefore` the deadline, and its commitment into the log. */
export async function takeIn(
  { bidding, log, deadline }: OpeningApp,
  sealed: { readonly c: string; readonly commit: Commit; readonly folder: string },
  secondsBefore: number,
): Promise<StoredBid> {
  const arrivedAt = addMs(deadline, -secondsBefore * SECOND);
  const bid: StoredBid = {
    c: sealed.c,
    commit: sealed.commit,
    arrivedAt,
    storedAt: addMs(arrivedAt, 500),
    token: new TextEncoder().encode(`token of ${sealed.c}`),
    files: new Map(sealed.commit.envelopes.map(({ e }) => [e, join(sealed.folder, `${e}.sealed`)])),
    listed: true,
    state: 'stored',
  };
  bidding.bids.set(sealed.c, bid);
  log.add(sealed.c);
  return bid;
}

/** What the bidder holds after a submission: the platform's own receipts. */
export async function receiptOf(app: OpeningApp, bid: StoredBid): Promise<ReceiptFile> {
  const { lotKeyHash } = app.lot;
  const envelopes = [...bid.commit.envelopes];
  return {
    arrival: await signRecord(
      'receipt-arrival',
      {
        type: 'receipt-arrival',
        lot: app.lotId,
        lotKeyHash,
        subject: bid.c,
        kind: 'commit',
        from: null,
        arrivedAt: formatInstant(bid.arrivedAt),
        inTime: bid.arrivedAt < app.deadline,
      },
      [app.platform],
    ),
    token: b64u.encode(bid.token),
    log: null,
    stored: await signRecord(
      'receipt-stored',
      {
        type: 'receipt-stored',
        lotKeyHash,
        c: bid.c,
        storedAt: formatInstant(bid.storedAt),
        inTime: bid.storedAt < app.deadline,
        envelopes,
      },
      [app.platform],
    ),
  } as unknown as ReceiptFile;
}

export const moveOut = (app: OpeningApp, move: SignedMove, secondsBefore: number): void => {
  const hash = hashText('move', move.record);
  app.log.add(hash);
  const token = createHash('sha256').update(hash).digest('base64url');
  app.bidding.moves.push({ hash, move, arrivedAt: addMs(app.deadline, -secondsBefore * SECOND), token });
};

export const readBytes = async (file: string): Promise<Uint8Array> => new Uint8Array(await readFile(file));
