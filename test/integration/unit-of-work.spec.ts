import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { installFaultHook, refuse, RefusalError, unwrap } from '#kernel';
import { UniqueViolationError } from '#persistence';
import { createTestDatabase } from '../support/test-database.ts';
import type { TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

async function asOwner(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  try {
    for (const sql of statements) await client.query(sql);
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  database = await createTestDatabase();
  await asOwner(
    'CREATE SCHEMA trial',
    'CREATE TABLE trial.row (id int PRIMARY KEY, n int NOT NULL DEFAULT 0)',
    'CREATE TABLE trial.fact (id int PRIMARY KEY)',
    "SELECT glasshall.make_append_only('trial.fact')",
    'GRANT USAGE ON SCHEMA trial TO glasshall_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON trial.row TO glasshall_app',
    'GRANT SELECT, INSERT ON trial.fact TO glasshall_app',
    'INSERT INTO trial.row VALUES (1), (2)',
    'INSERT INTO trial.fact VALUES (1)',
  );
});
afterAll(() => database.close());
afterEach(() => installFaultHook(null));

const count = (where: string): Promise<number> =>
  database.unitOfWork.run(async (tx) => {
    const [row] = await tx.query<{ n: string }>(`SELECT count(*) AS n FROM ${where}`);
    return Number(row?.n);
  });

describe('unit of work', () => {
  it('gives rows, the number of rows touched and the time of the database', async () => {
    await database.unitOfWork.run(async (tx) => {
      const rows = await tx.query<{ id: number }>('SELECT id FROM trial.row WHERE id = $1', [1]);
      expect(rows).toEqual([{ id: 1 }]);
      expect(await tx.execute('UPDATE trial.row SET n = n WHERE id IN (1, 2)')).toBe(2);
      expect(await tx.query('UPDATE trial.row SET n = n WHERE id = 2 RETURNING id')).toEqual([{ id: 2 }]);
      const first = await tx.now();
      await sleep(5);
      expect(await tx.now()).toBeGreaterThan(first);
    });
  });

  it('rolls everything back, outbox and all, when the work ends in a refusal', async () => {
    const work = database.unitOfWork.run(async (tx) => {
      await tx.execute('INSERT INTO trial.row VALUES (50)');
      await tx.publish({ type: 'trial.row-added', payload: { id: 50 } });
      unwrap(refuse('TRIAL.NO', { article: '20号令27' }));
    });
    await expect(work).rejects.toEqual(
      new RefusalError({ code: 'TRIAL.NO', facts: { article: '20号令27' } }),
    );
    expect(await count('trial.row WHERE id = 50')).toBe(0);
    expect(await count(`glasshall.outbox WHERE type = 'trial.row-added'`)).toBe(0);
  });

  it('runs the whole work again after a serialisation failure between two connections', async () => {
    let attempts = 0;
    await database.unitOfWork.run(
      async (tx) => {
        attempts++;
        const [row] = await tx.query<{ n: number }>('SELECT n FROM trial.row WHERE id = 1');
        if (attempts === 1)
          await database.unitOfWork.run((other) =>
            other.execute('UPDATE trial.row SET n = n + 10 WHERE id = 1'),
          );
        await tx.execute('UPDATE trial.row SET n = $1 WHERE id = 1', [(row?.n ?? 0) + 1]);
      },
      { isolation: 'SERIALIZABLE' },
    );
    expect(attempts).toBe(2);
    expect(await count('trial.row WHERE id = 1 AND n = 11')).toBe(1);
  });

  it('runs the victim of a deadlock again', async () => {
    let entered = 0;
    const both = async (first: number, second: number) =>
      database.unitOfWork.run(async (tx) => {
        await tx.execute('UPDATE trial.row SET n = n + 1 WHERE id = $1', [first]);
        entered++;
        for (let i = 0; entered < 2 && i < 100; i++) await sleep(10);
        await tx.execute('UPDATE trial.row SET n = n + 1 WHERE id = $1', [second]);
      });
    await Promise.all([both(1, 2), both(2, 1)]);
    expect(entered).toBe(3);
    expect(await count('trial.row WHERE id = 1 AND n = 13')).toBe(1);
  });

  it('names the unique constraint that refused a row', async () => {
    const work = database.unitOfWork.run((tx) => tx.execute('INSERT INTO trial.row VALUES (1)'));
    await expect(work).rejects.toThrow(UniqueViolationError);
    await expect(work).rejects.toMatchObject({ constraint: 'row_pkey', table: 'row' });
  });

  it('keeps nothing of a work that dies before the commit, and all of one that dies after it', async () => {
    for (const [point, kept] of [
      ['persistence.commit.before', 0],
      ['persistence.commit.after', 1],
    ] as const) {
      installFaultHook((at) => {
        if (at === point) throw new Error(`died at ${at}`);
      });
      const id = kept + 60;
      const work = database.unitOfWork.run((tx) => tx.execute('INSERT INTO trial.row VALUES ($1)', [id]));
      await expect(work).rejects.toThrow(`died at ${point}`);
      installFaultHook(null);
      expect(await count(`trial.row WHERE id = ${id}`)).toBe(kept);
    }
  });

  it('holds a named lock until the transaction ends', async () => {
    const order: string[] = [];
    const first = database.unitOfWork.run(async (tx) => {
      await tx.lock('trial');
      order.push('first in');
      await sleep(100);
      order.push('first out');
    });
    await sleep(30);
    const second = database.unitOfWork.run(async (tx) => {
      await tx.lock('trial');
      order.push('second in');
    });
    await Promise.all([first, second]);
    expect(order).toEqual(['first in', 'first out', 'second in']);
  });

  it('gives a read-only transaction no write', async () => {
    const work = database.unitOfWork.run((tx) => tx.execute('INSERT INTO trial.row VALUES (70)'), {
      readOnly: true,
    });
    await expect(work).rejects.toThrow(/read-only/);
  });
});

describe('rights of the application role', () => {
  const attempt = (sql: string) => database.unitOfWork.run((tx) => tx.execute(sql));

  it.each([
    'CREATE TABLE trial.own (id int)',
    'CREATE SCHEMA own',
    'CREATE TABLE public.own (id int)',
    'DROP TABLE trial.row',
    'ALTER TABLE trial.row ADD COLUMN x int',
    'ALTER TABLE trial.fact DISABLE TRIGGER append_only',
    'TRUNCATE trial.row',
    "SELECT glasshall.make_append_only('trial.row')",
  ])('refuses %s', async (sql) => {
    await expect(attempt(sql)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('may add to an append-only table and never change it', async () => {
    await attempt('INSERT INTO trial.fact VALUES (2)');
    await expect(attempt('UPDATE trial.fact SET id = 3')).rejects.toThrow(/permission denied/);
    await expect(attempt('DELETE FROM trial.fact')).rejects.toThrow(/permission denied/);
  });

  it('binds the owner too, by a trigger', async () => {
    for (const sql of ['UPDATE trial.fact SET id = 3', 'DELETE FROM trial.fact', 'TRUNCATE trial.fact'])
      await expect(asOwner(sql)).rejects.toThrow(/append-only/);
    expect(await count('trial.fact')).toBe(2);
  });
});

it('outlives a connection that breaks while it is taken and nobody waits for it', async () => {
  const { master } = database.dataSource.driver as unknown as { master: pg.Pool };
  const taken = await master.connect();
  const { rows } = await taken.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const ended = new Promise((resolve) => taken.once('end', resolve));
  await database.dataSource.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
  await ended;
  await expect(taken.query('SELECT 1')).rejects.toThrow();
  taken.release(true);
  expect(await count('trial.fact')).toBeGreaterThan(0);
});
