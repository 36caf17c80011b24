/**
 * The intake over real HTTP, on a real database and a real blob store, with lots whose deadline and clock a test can
 * set to the millisecond. Tendering and transparency are stood in for at their doors: lots without notices, a log
 * that only notes what was appended; signatures, tokens and keys are real.
 */
import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { addMs, Clock, DAY, SystemClock } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { BiddingModule } from '#bidding';
import { BackgroundWork } from '#jobs';
import type { EventHandler, Tick } from '#jobs';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { BlobStore, FileBlobStore, StorageModule } from '#storage';
import { Tendering } from '#tendering';
import type { IntakeFacts } from '#tendering';
import { Transparency } from '#transparency';
import type { EvidenceSource } from '#transparency';
import { b64u, createTimestampToken, encodePoint, newKeyPair, signRecord, systemRandom } from '#trust';
import type { JournalKey, LogReceipt, Scalar, Signed, Signer } from '#trust';
import { configureHttp, createLogger, HealthProbes, SessionReader, WebModule } from '#web';
import type { Principal } from '#web';
import { makeLot } from './lot-fixture.ts';
import type { LotFixture } from './lot-fixture.ts';
import { createTestDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

/** id-kp-timeStamping, RFC 3161 section 2.3. */
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

const TOKEN = (name: string): string => createHash('sha256').update(`session/${name}`).digest('base64url');

/** A bearer token for an account of this name; any name but `outsider` may submit bids. */
export const sessionOf = TOKEN;

class NamedSessions extends SessionReader {
  private readonly names = new Map<string, string>();

  admit(name: string): string {
    this.names.set(createHash('sha256').update(TOKEN(name)).digest('base64url'), name);
    return TOKEN(name);
  }

  find(tokenHash: Uint8Array): Promise<Principal | null> {
    const name = this.names.get(b64u.encode(tokenHash));
    if (!name) return Promise.resolve(null);
    return Promise.resolve({
      personId: `person-${name}`,
      organisationId: '914400000000000001',
      roles: ['bidder'],
      permissions: name === 'outsider' ? [] : ['bid.submit'],
      certificateFingerprint: b64u.encode(tokenHash),
      sessionId: name,
    });
  }
}

class LotsInTest extends Tendering {
  readonly facts = new Map<string, IntakeFacts>();
  lot(): Promise<null> {
    return Promise.resolve(null);
  }
  lotByKeyHash(): Promise<null> {
    return Promise.resolve(null);
  }
  intakeFacts(_tx: Tx, lotId: LotId): Promise<IntakeFacts | null> {
    return Promise.resolve(this.facts.get(lotId) ?? null);
  }
  holdDeadline(_tx: Tx, lotId: LotId): Promise<Instant | null> {
    return Promise.resolve(this.facts.get(lotId)?.deadline ?? null);
  }
}

/** Real signatures, tokens and HMACs; the log is a table that notes the appended hashes. */
class NotedTransparency extends Transparency {
  readonly evidence: EvidenceSource[] = [];
  private readonly key = randomBytes(32);

  constructor(
    private readonly signer: Signer,
    private readonly authority: Signer,
    private readonly clock: Clock,
  ) {
    super();
  }

  async append(tx: Tx, hash: string): Promise<void> {
    await tx.execute('INSERT INTO intake_test.appended (hash) VALUES ($1) ON CONFLICT DO NOTHING', [hash]);
  }
  logReceipt(): Promise<LogReceipt | null> {
    return Promise.resolve(null);
  }
  signAs<T extends object>(_signer: string, type: string, record: T): Promise<Signed<T>> {
    return signRecord(type, record, [this.signer]);
  }
  timestamp(hash: Uint8Array): Promise<Uint8Array> {
    return createTimestampToken(
      { hash, time: this.clock.now(), policy: '1.3.6.1.4.1.57264.2' },
      this.authority,
    );
  }
  uploadToken(c: string): string {
    return createHmac('sha256', this.key).update(c).digest('base64url');
  }
  uploadTokenHolds(c: string, token: string): boolean {
    return timingSafeEqual(Buffer.from(this.uploadToken(c)), Buffer.from(token.padEnd(43).slice(0, 43)));
  }
  registerEvidenceSource(source: EvidenceSource): void {
    this.evidence.push(source);
  }

  private never(): never {
    throw new Error('the intake does not ask for this');
  }
  publish = () => this.never();
  waitForLog = () => this.never();
  leaves = () => this.never();
  checkpointAtOrAfter = () => this.never();
  latestCheckpoint = () => this.never();
  platformCertificates = () => this.never();
  platformFingerprint = () => this.never();
  roomKey = () => this.never();
  suites = () => ['P256'] as const;
  openRoomBox = () => this.never();
  destroyRoomKey = () => this.never();
  registerCertificateSource = () => this.never();
  registerIntakeSource = () => this.never();
  trustFile = () => this.never();
}

/** Keeps the ticks, so that a test runs them when it wants to. */
class HeldWork extends BackgroundWork {
  readonly ticks = new Map<string, Tick>();
  registerTick(tick: Tick): void {
    this.ticks.set(tick.name, tick);
  }
  registerJob(_name: string): void {
    return undefined;
  }
  readonly handlers = new Map<string, EventHandler>();
  subscribe(event: string, _name: string, handler: EventHandler): void {
    this.handlers.set(event, handler);
  }
  send(): Promise<void> {
    return Promise.resolve();
  }
}

export interface IntakeLot extends LotFixture {
  readonly lotId: LotId;
  readonly journalSecret: Scalar;
}

export interface IntakeApp {
  readonly url: string;
  readonly app: NestExpressApplication;
  readonly database: TestDatabase;
  readonly blobs: BlobStore;
  readonly ticks: ReadonlyMap<string, Tick>;
  /** Gives an outbox event to the intake's handler of its type. */
  readonly deliver: (...given: [type: string, ...Parameters<EventHandler>]) => Promise<void>;
  readonly evidence: readonly EvidenceSource[];
  /** As the owner of the schemas. */
  owner(sql: string, params?: readonly unknown[]): Promise<pg.QueryResult>;
  /** A keyed lot that takes bids until `deadline` (default: a day from now). */
  addLot(deadline?: Instant): Promise<IntakeLot>;
  moveDeadline(lotId: LotId, deadline: Instant): Promise<void>;
  /** Holds the clock of every arrival at one instant; null lets it run. */
  holdClock(at: Instant | null): Promise<void>;
  /** Bearer token of a new account. */
  session(name: string): string;
  close(): Promise<void>;
}

const SCHEMA = `
CREATE SCHEMA intake_test;
CREATE SCHEMA IF NOT EXISTS tendering;
CREATE TABLE intake_test.lot (lot uuid PRIMARY KEY, deadline timestamptz NOT NULL);
CREATE TABLE intake_test.clock (at timestamptz);
CREATE TABLE intake_test.appended (hash text PRIMARY KEY);
GRANT USAGE ON SCHEMA intake_test, tendering TO glasshall_app;
GRANT SELECT ON intake_test.lot, intake_test.clock TO glasshall_app;
GRANT SELECT, INSERT ON intake_test.appended TO glasshall_app;
CREATE OR REPLACE FUNCTION tendering.bid_deadline(lot uuid) RETURNS timestamptz LANGUAGE sql STABLE
  RETURN (SELECT l.deadline FROM intake_test.lot l WHERE l.lot = bid_deadline.lot);
CREATE OR REPLACE FUNCTION bidding.clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS
  $$ SELECT date_trunc('milliseconds', coalesce((SELECT at FROM intake_test.clock), clock_timestamp())) $$`;

@Global()
@Module({})
class Surroundings {
  static with(given: {
    database: TestDatabase;
    tendering: Tendering;
    transparency: Transparency;
    work: BackgroundWork;
    sessions: SessionReader;
  }): DynamicModule {
    const providers = [
      { provide: DataSource, useValue: given.database.dataSource },
      { provide: UnitOfWork, useValue: given.database.unitOfWork },
      { provide: Tendering, useValue: given.tendering },
      { provide: Transparency, useValue: given.transparency },
      { provide: BackgroundWork, useValue: given.work },
      { provide: SessionReader, useValue: given.sessions },
      { provide: Clock, useClass: SystemClock },
      { provide: HealthProbes, useValue: { metricsToken: null, parts: [] } },
    ];
    return { module: Surroundings, providers, exports: providers.map(({ provide }) => provide) };
  }
}

async function platformSigners(now: Instant): Promise<{ receipt: Signer; authority: Signer }> {
  const { ca } = await makeLot(now);
  const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 300 * DAY) };
  const subject = { organisation: '交易中心', creditCode: '914400000000000009', person: '平台' };
  return {
    receipt: await ca.issueSigner({ subject, ...validity }),
    authority: await ca.issueSigner({ subject, ...validity, eku: [TIME_STAMPING] }),
  };
}

function journalOf(lot: LotFixture): { journal: JournalKey; secret: Scalar } {
  const pair = newKeyPair(systemRandom);
  // The intake encrypts to the key and never looks at its dealing.
  const dealing = { stage: 0, audience: 'committee' as const, C: [], E: [], a1: [], a2: [], r: [] };
  const nonce = b64u.encode(systemRandom(32));
  const key = encodePoint(pair.public);
  return {
    journal: { type: 'journal', lotKeyHash: lot.lotKeyHash, nonce, dealing, key },
    secret: pair.secret,
  };
}

export async function createIntakeApp(
  options: { blobs?: BlobStore; poolSize?: number; logLevel?: string } = {},
): Promise<IntakeApp> {
  const database = await createTestDatabase({ poolSize: options.poolSize ?? 10 });
  const ownerPool = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
  ownerPool.on('error', () => undefined);
  const owner = (sql: string, params: readonly unknown[] = []) => ownerPool.query(sql, [...params]);
  await owner(SCHEMA);
  const now = new SystemClock().now();
  const folder = await mkdtemp(join(tmpdir(), 'glasshall-intake-'));
  const blobs = options.blobs ?? (await FileBlobStore.open(join(folder, 'objects')));
  const { receipt, authority } = await platformSigners(now);
  const [tendering, sessions, work] = [new LotsInTest(), new NamedSessions(), new HeldWork()];
  const transparency = new NotedTransparency(receipt, authority, new SystemClock());
  const logger = createLogger(options.logLevel ?? process.env['TEST_LOG_LEVEL'] ?? 'fatal');
  const rateLimits = { perAddress: 1_000_000, perSession: 1_000_000 };
  const testing = await Test.createTestingModule({
    imports: [
      Surroundings.with({ database, tendering, transparency, work, sessions }),
      StorageModule.forRoot(blobs),
      WebModule.forRoot({ logger, rateLimits }),
      BiddingModule,
    ],
  }).compile();
  const app = testing.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false });
  configureHttp(app, { logger, trustedProxies: 0, https: false, jsonLimit: 1024 * 1024 });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  const setDeadline = (lotId: string, deadline: Instant) =>
    owner(
      'INSERT INTO intake_test.lot VALUES ($1, $2) ON CONFLICT (lot) DO UPDATE SET deadline = EXCLUDED.deadline',
      [lotId, new Date(deadline)],
    );
  return {
    url: `http://127.0.0.1:${port}`,
    app,
    database,
    blobs,
    ticks: work.ticks,
    deliver: async (type, event, tx) => work.handlers.get(type)?.(event, tx),
    evidence: transparency.evidence,
    owner,
    async addLot(deadline = addMs(now, DAY)) {
      const lotId = randomUUID() as string as LotId;
      const lot = await makeLot(now, 3, lotId);
      const { journal, secret } = journalOf(lot);
      await setDeadline(lotId, deadline);
      const { lotKey, lotKeyHash } = lot;
      tendering.facts.set(lotId, { lotId, lotKey, lotKeyHash, journal, deadline });
      return { ...lot, lotId, journalSecret: secret };
    },
    moveDeadline: async (lotId, deadline) => void (await setDeadline(lotId, deadline)),
    async holdClock(at) {
      await owner('DELETE FROM intake_test.clock');
      if (at !== null) await owner('INSERT INTO intake_test.clock VALUES ($1)', [new Date(at)]);
    },
    session: (name) => sessions.admit(name),
    async close() {
      await app.close();
      await ownerPool.end();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
