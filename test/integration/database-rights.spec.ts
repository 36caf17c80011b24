import { createTestDatabase } from '../support/test-database.ts';
import type { TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

interface Row {
  readonly schema: string;
  readonly table: string;
}

const rows = <T extends object>(sql: string): Promise<T[]> =>
  database.unitOfWork.run((tx) => tx.query<T>(sql));

describe('schema', () => {
  it('lets the application own nothing and change no form', async () => {
    const owned = await rows(`
      SELECT n.nspname AS schema, c.relname AS table FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE pg_get_userbyid(c.relowner) = 'glasshall_app'`);
    expect(owned).toEqual([]);
    const creatable = await rows(`
      SELECT nspname FROM pg_namespace
      WHERE nspname !~ '^pg_' AND has_schema_privilege('glasshall_app', oid, 'CREATE')`);
    expect(creatable).toEqual([]);
  });

  it('keeps every append-only table from UPDATE, DELETE and TRUNCATE by the application', async () => {
    const guarded = await rows<
      Row & { update: boolean; remove: boolean; truncate: boolean; always: boolean }
    >(`
      SELECT n.nspname AS schema, c.relname AS table, t.tgenabled = 'A' AS always,
        has_any_column_privilege('glasshall_app', c.oid, 'UPDATE') AS update,
        has_table_privilege('glasshall_app', c.oid, 'DELETE') AS remove,
        has_table_privilege('glasshall_app', c.oid, 'TRUNCATE') AS truncate
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE t.tgname = 'append_only'`);
    expect(guarded.length).toBeGreaterThan(0);
    for (const { schema, table, ...rights } of guarded)
      expect({ schema, table, ...rights }).toEqual({
        schema,
        table,
        always: true,
        update: false,
        remove: false,
        truncate: false,
      });
  });

  it('has no table that any role may read', async () => {
    const open = await rows<Row>(`
      SELECT table_schema AS schema, table_name AS table FROM information_schema.table_privileges
      WHERE grantee = 'PUBLIC' AND table_schema NOT IN ('pg_catalog', 'information_schema')`);
    expect(open).toEqual([]);
  });
});
