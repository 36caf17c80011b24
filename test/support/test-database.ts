import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource, EmbeddedPostgres, migrate, TypeormUnitOfWork } from '#persistence';
import type { UnitOfWork } from '#persistence';
import { contextSchemas } from '../../apps/platform/src/contexts.ts';

/** A database of its own for one test file: every schema migrated, no rows. */
export interface TestDatabase {
  /** As the application connects: glasshall_app, granted rights only. */
  readonly url: string;
  readonly ownerUrl: string;
  readonly dataSource: DataSource;
  readonly unitOfWork: UnitOfWork;
  /** The same database by connections of its own, as another process has them; its `close` leaves the database. */
  another(): Promise<TestDatabase>;
  close(): Promise<void>;
}

const TEMPLATE = 'glasshall_template';

async function asSuperuser<T>(server: EmbeddedPostgres, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server.url('superuser', 'postgres') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function createDatabase(client: pg.Client, name: string, template: string): Promise<void> {
  await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER glasshall_owner`);
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  await client.query(`GRANT CONNECT ON DATABASE ${name} TO glasshall_app`);
}

/** Migrated once per run, under a lock: a database that is connected to cannot be a template. */
async function ensureTemplate(server: EmbeddedPostgres): Promise<void> {
  await asSuperuser(server, async (client) => {
    await client.query('SELECT pg_advisory_lock(1)');
    const known = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [TEMPLATE]);
    if (known.rowCount) return;
    const draft = `${TEMPLATE}_draft`;
    await client.query(`DROP DATABASE IF EXISTS ${draft}`);
    await createDatabase(client, draft, 'template0');
    await migrate({ url: server.url('owner', draft), schemas: contextSchemas });
    await client.query(`ALTER DATABASE ${draft} RENAME TO ${TEMPLATE}`);
  });
}

let running: Promise<EmbeddedPostgres> | null = null;

/** The server of this test run: started by the first worker that asks, adopted by the others. */
export function testServer(): Promise<EmbeddedPostgres> {
  const dir = process.env['GLASSHALL_TEST_DIR'];
  if (!dir) throw new Error('only the integration and e2e projects have a database (jest.config.mjs)');
  running ??= EmbeddedPostgres.start(join(dir, 'server')).then(async (server) => {
    await ensureTemplate(server);
    return server;
  });
  return running;
}

export async function createTestDatabase(options: { poolSize?: number } = {}): Promise<TestDatabase> {
  const server = await testServer();
  const name = `t_${randomBytes(6).toString('hex')}`;
  await asSuperuser(server, (client) => createDatabase(client, name, TEMPLATE));
  const connect = async (drop: () => Promise<unknown>): Promise<TestDatabase> => {
    const url = server.url('app', name);
    const dataSource = createDataSource({ url, schemas: contextSchemas, poolSize: options.poolSize ?? 5 });
    await dataSource.initialize();
    return {
      url,
      ownerUrl: server.url('owner', name),
      dataSource,
      unitOfWork: new TypeormUnitOfWork(dataSource),
      another: () => connect(() => Promise.resolve()),
      async close() {
        if (dataSource.isInitialized) await dataSource.destroy();
        await drop();
      },
    };
  };
  return connect(() => asSuperuser(server, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`)));
}
