import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { parseConfig } from '../../apps/platform/src/config.ts';
import { createApp } from '../../apps/platform/src/create-app.ts';
import { freePort } from './story/platform-process.ts';
import { createTestDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

/** The real application on a database and a folder of its own, listening on a free port of 127.0.0.1. */
export interface TestApp {
  readonly app: NestExpressApplication;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly dataDir: string;
  readonly database: TestDatabase;
  close(): Promise<void>;
}

/** For stories whose people all call from one address, more often than people do. */
export const WITHOUT_LIMITS = { RATE_LIMIT_PER_ADDRESS: '1000000', RATE_LIMIT_PER_SESSION: '1000000' };

/** `environment` is what the platform would read (ROLE, S3_ENDPOINT, RATE_LIMIT_PER_ADDRESS …). */
export async function createTestApp(environment: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'glasshall-app-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = parseConfig({
    NODE_ENV: 'test',
    // Tests accelerate tenders and trust a development authority.
    DEMO: 'true',
    PORT: String(port),
    PUBLIC_URL: url,
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'fatal',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    MIGRATION_DATABASE_URL: database.ownerUrl,
    ...environment,
  });
  const platform = await createApp(config);
  const { app } = platform;
  await app.listen(port, '127.0.0.1');
  return {
    app,
    url,
    dataDir,
    database,
    async close() {
      await platform.close();
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
