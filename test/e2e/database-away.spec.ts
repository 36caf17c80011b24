import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig } from '../../apps/platform/src/config.ts';
import { createApp } from '../../apps/platform/src/create-app.ts';
import type { Platform } from '../../apps/platform/src/create-app.ts';
import { EmbeddedPostgres, UnitOfWork } from '#persistence';
import { installQueues } from '#jobs';
import { migrate } from '#persistence';
import { contextSchemas } from '../../apps/platform/src/contexts.ts';

let dir: string;
let server: EmbeddedPostgres;
let platform: Platform;
let url: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'glasshall-away-'));
  await chmod(dir, 0o711);
  server = await EmbeddedPostgres.start(join(dir, 'server'));
  const config = parseConfig({
    NODE_ENV: 'test',
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATA_DIR: join(dir, 'app'),
    DATABASE_URL: server.url('app'),
    MIGRATION_DATABASE_URL: server.url('owner'),
  });
  platform = await createApp(config);
  await platform.app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(platform.app.getHttpServer().address() as { port: number }).port}`;
});
afterAll(async () => {
  await platform.close();
  await server.release();
  await rm(dir, { recursive: true, force: true });
});

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let i = 0; !(await done()); i++) {
    if (i > 300) throw new Error('it did not happen in time');
    await sleep(50);
  }
}

const health = async (): Promise<number> => (await fetch(`${url}/health`)).status;

const challenge = (): Promise<Response> =>
  fetch(`${url}/api/v1/auth/session`, {
    method: 'POST',
    headers: { authorization: `Bearer ${'A'.repeat(43)}`, 'content-type': 'application/json' },
    body: '{}',
  });

/** A transaction that is open while `act` happens. */
async function during(act: () => Promise<void>): Promise<unknown> {
  const unitOfWork = platform.app.get(UnitOfWork);
  return unitOfWork
    .run(async (tx) => {
      await tx.publish({ type: 'trial.lost', payload: {} });
      await act();
      await tx.query('SELECT 1');
    })
    .catch((error: unknown) => error);
}

const kept = (): Promise<number> =>
  platform.app
    .get(UnitOfWork)
    .run(async (tx) => (await tx.query(`SELECT FROM glasshall.outbox WHERE type = 'trial.lost'`)).length);

describe('a database that goes away', () => {
  it.each([
    ['stopped', () => server.stop()],
    [
      'killed',
      async () => {
        process.kill((await server.pid()) ?? 0, 'SIGKILL');
        await until(async () => (await server.pid()) === null);
      },
    ],
  ])(
    '%s: 503 with Retry-After, nothing half done, and all well again without a restart',
    async (_how, away) => {
      expect(await health()).toBe(200);
      const error = await during(away);
      expect(error).toMatchObject({ name: 'StorageUnavailableError', part: 'database' });
      expect(await health()).toBe(503);
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
      const answer = await challenge();
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(await answer.json()).toMatchObject({
        code: 'PLATFORM.UNAVAILABLE',
        facts: { part: 'database' },
      });
      await server.restart();
      await until(async () => (await health()) === 200);
      expect((await challenge()).status).toBe(401);
      expect(await kept()).toBe(0);
    },
  );

  it('migrates again without doing anything, also twice at once', async () => {
    const options = {
      url: server.url('owner'),
      schemas: contextSchemas,
      afterwards: installQueues(contextSchemas),
    };
    expect(await Promise.all([migrate(options), migrate(options)])).toEqual([[], []]);
  });
});
