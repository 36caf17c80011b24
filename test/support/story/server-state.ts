import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { PlatformHome } from './platform-process.ts';

/** One thing that whoever takes the server away would hold in his hand. */
export interface StatePiece {
  readonly name: string;
  readonly bytes: Buffer;
}

interface Cluster {
  readonly clusterDir: string;
  readonly port: number;
  readonly passwords: { readonly superuser: string };
}

async function asSuperuser<T>(home: PlatformHome, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const text = await readFile(join(home.dataDir, 'postgres.json'), 'utf8');
  const { port, passwords } = JSON.parse(text) as Cluster;
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: passwords.superuser,
    database: 'glasshall',
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Every row of every table, as PostgreSQL writes rows as text; one row is one line. */
export function databaseRows(home: PlatformHome): Promise<{ table: string; row: string }[]> {
  return asSuperuser(home, async (client) => {
    const tables = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const rows: { table: string; row: string }[] = [];
    for (const { name } of tables.rows) {
      const found = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
      rows.push(...found.rows.map(({ row }) => ({ table: name, row })));
    }
    return rows;
  });
}

export const runSql = (home: PlatformHome, sql: string): Promise<void> =>
  asSuperuser(home, async (client) => void (await client.query(sql)));

/** All files below the data folder: objects, drafts, keys, logs, and the database's own files with its WAL. */
export async function* stateFiles(home: PlatformHome): AsyncGenerator<StatePiece> {
  await runSql(home, 'CHECKPOINT');
  const { clusterDir } = JSON.parse(await readFile(join(home.dataDir, 'postgres.json'), 'utf8')) as Cluster;
  for (const folder of new Set([home.dataDir, clusterDir]))
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      // A file of the database may go between the listing and the reading.
      const bytes = entry.isFile() ? await readFile(path).catch(() => null) : null;
      if (bytes) yield { name: path, bytes };
    }
}
