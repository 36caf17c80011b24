import 'reflect-metadata';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';
import type { Settings } from '#kernel';
import { installQueues } from '#jobs';
import { KeepAuthorities } from '#parties';
import { awaitMigrations, EmbeddedPostgres, migrate } from '#persistence';
import { FileBlobStore, S3BlobStore } from '#storage';
import type { BlobStore } from '#storage';
import { assertEveryRouteHasAccess, configureHttp, createLogger, NestLog, serveApiDocs } from '#web';
import { AppModule } from './app.module.ts';
import type { PlatformConfig } from './config.ts';
import { contextSchemas } from './contexts.ts';
import { portalFolder, readPortal, servePortal } from './serve-portal.ts';

/** How long a process waits at its start for a database that is not up yet. */
const DATABASE_WAIT_MS = 60_000;
/** How long it is tried to find or make the bucket. */
const BUCKET_WAIT_MS = 600_000;
/** Records are at most 64 KiB each (PROTOCOL 3); a request may carry a few, with their signatures. */
const JSON_LIMIT = 1024 * 1024;

export interface Platform {
  readonly app: NestExpressApplication;
  /** Ends everything that {@link createApp} started: requests first, the embedded database last. */
  close(): Promise<void>;
}

/** The application, ready for `app.listen`; `idle`: for a command that uses its parts, and works nothing off. */
export async function createApp(given: PlatformConfig, { idle = false } = {}): Promise<Platform> {
  const config: PlatformConfig = idle ? { ...given, role: 'web' } : given;
  const logger = createLogger(config.logLevel);
  const settings = await prepareFolders(config);
  const embedded = config.database ? null : await EmbeddedPostgres.start(config.dataDir);
  try {
    const databaseUrl = await prepareDatabase(given, embedded);
    embedded?.supervise((error) =>
      logger.error({ err: error }, 'the embedded database does not start again'),
    );
    const blobs = await openBlobs(config, logger);
    const module = AppModule.forRoot({ config, settings, databaseUrl, blobs, logger });
    const app = await NestFactory.create<NestExpressApplication>(module, {
      bodyParser: false,
      abortOnError: false,
      logger: new NestLog(logger),
    });
    await finish(app, config, logger);
    // Not a shutdown hook: the database must outlive every one of them.
    const close = async () => {
      await app.close();
      await embedded?.release();
    };
    return { app, close };
  } catch (error) {
    await embedded?.release();
    throw error;
  }
}

async function finish(app: NestExpressApplication, config: PlatformConfig, logger: Logger): Promise<void> {
  configureHttp(app, {
    logger,
    trustedProxies: config.trustedProxies,
    https: config.publicUrl.startsWith('https://'),
    jsonLimit: JSON_LIMIT,
  });
  const portal = await readPortal(portalFolder());
  if (portal) servePortal(app, portal);
  else logger.warn('the portal is not built: only the API is served');
  serveApiDocs(app);
  await app.init();
  assertEveryRouteHasAccess(app);
  await warnOfDemonstration(app, logger);
}

async function warnOfDemonstration(app: NestExpressApplication, logger: Logger): Promise<void> {
  const left = await app.get(KeepAuthorities, { strict: false }).leaveDemonstration();
  if (left.length === 0) return;
  const authorities = left.map(({ label, fingerprint }) => ({ label, fingerprint }));
  logger.warn(
    { authorities },
    'this database was a demonstration: its development authorities are not trusted, and nobody below them may sign in',
  );
}

async function prepareFolders(config: PlatformConfig): Promise<Settings> {
  const keysDir = join(config.dataDir, 'keys');
  await mkdir(config.dataDir, { recursive: true });
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  await chmod(keysDir, 0o700);
  const { role, dataDir, publicUrl, demo, production } = config;
  return { role, dataDir, keysDir, publicUrl, demo, production };
}

/** Workers bring the schema to this code's state; a web process without owner's rights waits until they have. */
async function prepareDatabase(config: PlatformConfig, embedded: EmbeddedPostgres | null): Promise<string> {
  const url = embedded?.url('app') ?? config.database?.url ?? '';
  const ownerUrl =
    embedded?.url('owner') ?? config.database?.migrationUrl ?? (config.role === 'web' ? null : url);
  const schemas = contextSchemas;
  if (ownerUrl === null) await awaitMigrations({ url, schemas, waitMs: DATABASE_WAIT_MS });
  else
    await migrate({ url: ownerUrl, schemas, afterwards: installQueues(schemas), waitMs: DATABASE_WAIT_MS });
  return url;
}

async function openBlobs(config: PlatformConfig, logger: Logger): Promise<BlobStore> {
  if (!config.s3) return FileBlobStore.open(join(config.dataDir, 'objects'));
  const store = new S3BlobStore(config.s3);
  // A store that is away at the start is a 503 until it comes, like later: the rest of the platform works.
  store.ensureBucket(BUCKET_WAIT_MS).catch((error: unknown) => {
    logger.error(
      { err: error, bucket: config.s3?.bucket },
      'the object store has no such bucket and none could be made',
    );
  });
  return store;
}
