/**
 * The opening over real HTTP and a real database, with a clock that a test moves. The doors it looks through are stood
 * in for by data: a lot that tendering published, bids that the intake stored, certificates that parties enrolled, and a
 * log of entries in memory under a real log key. Keys, seals, shares, signatures and proofs are real.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { addMs, Clock, SystemClock } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { Bidding, BiddingModule } from '#bidding';
import { BackgroundWork } from '#jobs';
import { HallSettings, Opening, OpeningModule } from '#opening';
import { Parties } from '#parties';
import { Notifications, PgNotifications, UnitOfWork } from '#persistence';
import { BlobStore, FileBlobStore } from '#storage';
import { Tendering } from '#tendering';
import type { LotView } from '#tendering';
import { ConfidentialReads, Transparency } from '#transparency';
import type { EvidencePiece } from '#transparency';
import { b64u, signRecord, systemRandom } from '#trust';
import type { Signer } from '#trust';
import { configureHttp, createLogger, HealthProbes, SessionReader, WebModule } from '#web';
import type { Principal } from '#web';
import { makeJournalKey } from '../../libs/tendering/src/domain/journal-key.ts';
import { LogInTest } from './log-in-test.ts';
import { makeLot, testCreditCode } from './lot-fixture.ts';
import type { LotFixture } from './lot-fixture.ts';
import { ClockedUnitOfWork, TestClock } from './moved-clock.ts';
import { BidsInTest } from './opening-bids.ts';
import { addCrl, LotInTest, PartiesInTest } from './opening-doors.ts';
import { createTestDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

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
  static with(given: readonly Door[]): DynamicModule {
    const providers = given.map(([provide, useValue]) => ({ provide, useValue }));
    return { module: Surroundings, providers, exports: providers.map(({ provide }) => provide) };
  }
}

@Module({})
class NoIntake {}

export interface OpeningProcess {
  readonly url: string;
  readonly app: NestExpressApplication;
  close(): Promise<void>;
}

export interface ProcessOptions {
  readonly hall: HallSettings;
  /** Stands between the process and its database, to look at what is asked. */
  readonly over: (inner: UnitOfWork) => UnitOfWork;
}

export const ROOMY_HALL: HallSettings = {
  viewers: 2_000,
  viewersPerAddress: 2_000,
  heartbeatMs: 15_000,
  slowMs: 20_000,
};

export interface OpeningApp extends OpeningProcess {
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
  /** Another process of the same platform: its own connections, the same database. */
  another(over?: Partial<ProcessOptions>): Promise<OpeningProcess>;
  /** Everything the opening contributes to the evidence, files only. */
  evidence(audience: 'public' | 'auditor'): Promise<Map<string, EvidencePiece>>;
}

type Door = readonly [abstract new (...args: never[]) => unknown, unknown];

async function serveProcess(doors: readonly Door[]): Promise<OpeningProcess> {
  const logger = createLogger(process.env['TEST_LOG_LEVEL'] ?? 'fatal');
  const testing = await Test.createTestingModule({
    imports: [
      Surroundings.with(doors),
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
  return { url: `http://127.0.0.1:${port}`, app, close: () => app.close() };
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
  const serve = async (database: TestDatabase, options: Partial<ProcessOptions>): Promise<OpeningProcess> => {
    const unitOfWork = new ClockedUnitOfWork(
      options.over?.(database.unitOfWork) ?? database.unitOfWork,
      clock,
    );
    return serveProcess([
      [UnitOfWork, unitOfWork],
      [Notifications, new PgNotifications({ url: database.url, checkMs: 500 })],
      [HallSettings, options.hall ?? ROOMY_HALL],
      [Bidding, bidding],
      [Tendering, tendering],
      [Parties, parties],
      [Transparency, log],
      [ConfidentialReads, new ConfidentialReads(unitOfWork)],
      [BackgroundWork, new NoWork()],
      [SessionReader, sessions],
      [Clock, new SystemClock()],
      [HealthProbes, { metricsToken: null, parts: [] }],
      [BlobStore, blobs],
    ]);
  };
  const first = await serve(database, {});
  const others = new Set<() => Promise<void>>();
  return {
    ...first,
    database,
    clock,
    lot,
    lotId,
    bidding,
    tendering,
    log,
    platform,
    sessions,
    opening: first.app.get(Opening),
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
    async another(options = {}) {
      const connection = await database.another();
      const process = await serve(connection, options);
      const close = async () => {
        if (!others.delete(close)) return;
        await process.close();
        await connection.close();
      };
      others.add(close);
      return { ...process, close };
    },
    async close() {
      for (const closeOther of others) await closeOther();
      await first.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
