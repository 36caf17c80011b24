import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { StorageUnavailableError } from '#kernel';
import { CreateGlasshall1700000000001 } from '../migrations/1700000000001-create-glasshall.ts';
import type { ContextSchema } from './context-schema.ts';
import { mapDatabaseError } from './sqlstate.ts';

/** "glasshall" in ASCII, cut to 8 bytes: the one advisory lock of all migrating processes. */
const LOCK = '7452452155010736236';

export interface MigrateOptions {
  /** A role that may create schemas and tables (glasshall_owner, or the one role of an outside database). */
  readonly url: string;
  readonly schemas: readonly ContextSchema[];
  /** Runs after the migrations, still under the lock, with the same role: to create job queues. */
  readonly afterwards?: (client: pg.Client) => Promise<void>;
  /** How long to wait for a database that does not answer yet. */
  readonly waitMs?: number;
}

/**
 * Brings the database to this code's state. Any number of processes may do it at once: the others wait, and find
 * nothing left to do. Each migration is one transaction.
 * @returns the names of the migrations that were carried out
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const client = await connect(options.url, options.waitMs ?? 0);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query('CREATE SCHEMA IF NOT EXISTS glasshall');
    const done = await runMigrations(options);
    await options.afterwards?.(client);
    return done;
  } finally {
    // Ends the lock too.
    await client.end().catch(() => undefined);
  }
}

/** For a process that may not migrate: waits until others have brought the database to this code's state. */
export async function awaitMigrations(options: {
  url: string;
  schemas: readonly ContextSchema[];
  waitMs: number;
}): Promise<void> {
  const wanted = migrationsOf(options.schemas).map((migration) => migration.name);
  const client = await connect(options.url, options.waitMs);
  try {
    for (let waited = 0; ; waited += 250) {
      const missing = await missingMigrations(client, wanted);
      if (missing.length === 0) return;
      if (waited >= options.waitMs) throw new Error(`the database lacks migrations: ${missing.join(', ')}`);
      await sleep(250);
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function missingMigrations(client: pg.Client, wanted: readonly string[]): Promise<string[]> {
  try {
    const { rows } = await client.query<{ name: string }>('SELECT name FROM glasshall.migration');
    const done = new Set(rows.map((row) => row.name));
    return wanted.filter((name) => !done.has(name));
  } catch (error) {
    // No such table or schema, or no right to it yet: the first migration has not run.
    const { code } = error as { code?: string };
    if (code === '42P01' || code === '42501' || code === '3F000') return [...wanted];
    throw error;
  }
}

const migrationsOf = (schemas: readonly ContextSchema[]) => [
  CreateGlasshall1700000000001,
  ...schemas.flatMap((schema) => [...schema.migrations]),
];

async function runMigrations(options: MigrateOptions): Promise<string[]> {
  const migrations = migrationsOf(options.schemas);
  refuseSharedNumbers(migrations.map((migration) => migration.name));
  const dataSource = new DataSource({
    type: 'postgres',
    url: options.url,
    schema: 'glasshall',
    poolSize: 2,
    migrations,
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    installExtensions: false,
    applicationName: 'glasshall-migrate',
  });
  await dataSource.initialize();
  try {
    return (await dataSource.runMigrations()).map((migration) => migration.name);
  } finally {
    await dataSource.destroy();
  }
}

/** TypeORM orders by these numbers: two of the same would run in an order that nobody chose. */
function refuseSharedNumbers(names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const number = name.slice(-13);
    if (!/^\d{13}$/.test(number)) throw new RangeError(`migration ${name}: a name ends in 13 digits`);
    const other = seen.get(number);
    if (other) throw new RangeError(`migrations ${other} and ${name} have the same number`);
    seen.set(number, name);
  }
}

async function connect(url: string, waitMs: number): Promise<pg.Client> {
  for (let waited = 0; ; waited += 250) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const mapped = mapDatabaseError(error);
      if (!(mapped instanceof StorageUnavailableError) || waited >= waitMs) throw mapped;
      await sleep(250);
    }
  }
}
