import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { installQueues, PgBossBackgroundWork } from '#jobs';
import type { DeliveredEvent } from '#jobs';
import type { ProcessRole } from '#kernel';
import { createTestDatabase } from '../support/test-database.ts';
import type { TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
const running: PgBossBackgroundWork[] = [];

const schemas = [{ name: 'trial', entities: [], migrations: [], jobs: ['trial.job'] }];

beforeEach(async () => {
  database = await createTestDatabase({ poolSize: 10 });
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  await installQueues(schemas)(client);
  await installQueues(schemas)(client);
  await client.end();
});
afterEach(async () => {
  for (const work of running.splice(0)) await work.beforeApplicationShutdown();
  await database.close();
});

/** One process of the platform. */
function process(role: ProcessRole = 'worker'): PgBossBackgroundWork {
  const options = { url: database.url, role, logger: pino({ level: 'silent' }), outboxIntervalMs: 20 };
  const work = new PgBossBackgroundWork(options, database.unitOfWork);
  running.push(work);
  return work;
}

async function until(done: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  for (let waited = 0; !(await done()); waited += 20) {
    if (waited > ms) throw new Error('it did not happen in time');
    await sleep(20);
  }
}

const publish = (n: number, key?: string) =>
  database.unitOfWork.run((tx) =>
    tx.publish({ type: 'trial.happened', payload: { n }, ...(key === undefined ? {} : { key }) }),
  );

const numberOf = (event: DeliveredEvent): number => (event.payload as { n: number }).n;

describe('outbox', () => {
  it('hands every committed event to every handler once, in the order of the feed, over two processes', async () => {
    const got = new Map<string, number[]>([
      ['trial.a', []],
      ['trial.b', []],
    ]);
    for (const work of [process(), process('all')]) {
      for (const [name, list] of got)
        work.subscribe('trial.happened', name, async (event) => void list.push(numberOf(event)));
      await work.onApplicationBootstrap();
    }
    for (let n = 0; n < 40; n++) await publish(n);
    await until(() => [...got.values()].every((list) => list.length >= 40));
    await sleep(100);
    for (const list of got.values()) expect(list).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  it('never skips an event whose transaction began early and committed late', async () => {
    const seen: number[] = [];
    const work = process();
    work.subscribe('trial.happened', 'trial.a', async (event) => void seen.push(numberOf(event)));
    await work.onApplicationBootstrap();
    await database.unitOfWork.run(async (tx) => {
      await tx.publish({ type: 'trial.happened', payload: { n: 1 } });
      await publish(2);
      await until(() => seen.includes(2));
    });
    await until(() => seen.includes(1));
    expect(seen).toEqual([2, 1]);
    await database.unitOfWork.run(async (tx) => {
      const rows = await tx.query<{ seq: string }>('SELECT seq FROM glasshall.outbox ORDER BY seq');
      expect(rows.map((row) => Number(row.seq))).toEqual([1, 2]);
    });
  });

  it('commits what a handler does with its mark, tries a failed one again, and holds back only its key', async () => {
    const seen: string[] = [];
    let failures = 2;
    const work = process();
    work.subscribe('trial.happened', 'trial.a', async (event, tx) => {
      await tx.publish({ type: 'trial.echoed', payload: event.payload });
      if (event.key === 'bad' && failures-- > 0) throw new Error('not yet');
      seen.push(`${event.key} ${numberOf(event)}`);
    });
    await publish(1, 'bad');
    await publish(2, 'good');
    await publish(3, 'bad');
    await work.onApplicationBootstrap();
    await until(() => seen.length === 3);
    expect(seen).toEqual(['good 2', 'bad 1', 'bad 3']);
    await until(async () => {
      const rows = await database.unitOfWork.run((tx) =>
        tx.query(`SELECT FROM glasshall.outbox_handler WHERE handler = 'trial.a' AND done_through >= 3`),
      );
      return rows.length === 1;
    });
    await database.unitOfWork.run(async (tx) => {
      expect(await tx.query(`SELECT FROM glasshall.outbox WHERE type = 'trial.echoed'`)).toHaveLength(3);
      expect(await tx.query('SELECT FROM glasshall.outbox_failure')).toHaveLength(0);
    });
  });

  it('holds up nobody else’s news where one handler is slow', async () => {
    const seen: number[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const work = process();
    work.subscribe('trial.happened', 'trial.slow', () => held);
    work.subscribe('trial.happened', 'trial.quick', async (event) => void seen.push(numberOf(event)));
    await work.onApplicationBootstrap();
    try {
      await publish(1);
      await until(() => seen.length === 1);
      await publish(2);
      await until(() => seen.length === 2);
    } finally {
      release();
    }
    expect(seen).toEqual([1, 2]);
  });

  it('gives a new handler the whole feed', async () => {
    await publish(1);
    await publish(2);
    const seen: number[] = [];
    const work = process();
    work.subscribe('trial.happened', 'trial.late', async (event) => void seen.push(numberOf(event)));
    await work.onApplicationBootstrap();
    await until(() => seen.length === 2);
    expect(seen).toEqual([1, 2]);
  });

  it('does nothing in a web process', async () => {
    const seen: number[] = [];
    const work = process('web');
    work.subscribe('trial.happened', 'trial.a', async (event) => void seen.push(numberOf(event)));
    await work.onApplicationBootstrap();
    await publish(1);
    await sleep(300);
    expect(seen).toEqual([]);
  });
});

describe('ticks', () => {
  it('never run twice at once, over two processes, and go on after an error', async () => {
    let now = 0;
    let most = 0;
    let rounds = 0;
    for (const work of [process(), process()]) {
      work.registerTick({
        name: 'trial.tick',
        intervalMs: 10,
        run: async () => {
          most = Math.max(most, ++now);
          await sleep(15);
          now--;
          if (++rounds % 3 === 0) throw new Error('a bad round');
        },
      });
      await work.onApplicationBootstrap();
    }
    await until(() => rounds >= 12);
    expect(most).toBe(1);
  });

  it('go on after their database session was ended', async () => {
    let rounds = 0;
    const work = process();
    work.registerTick({ name: 'trial.tick', intervalMs: 10, run: async () => void rounds++ });
    await work.onApplicationBootstrap();
    await until(() => rounds > 2);
    const { rowCount } = await endSessions('glasshall-ticks');
    expect(rowCount).toBe(1);
    const before = rounds;
    await until(() => rounds > before + 2);
  });
});

async function endSessions(applicationName: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
      [applicationName],
    );
  } finally {
    await client.end();
  }
}

describe('jobs', () => {
  it('exist if and only if their transaction commits, run once they do, and are tried again', async () => {
    const done: unknown[] = [];
    let failures = 1;
    const work = process();
    work.registerJob('trial.job', async (data) => {
      if (failures-- > 0) throw new Error('not yet');
      done.push(data);
    });
    const undone = database.unitOfWork.run(async (tx) => {
      await work.send(tx, 'trial.job', { n: 0 });
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    await database.unitOfWork.run((tx) => work.send(tx, 'trial.job', { n: 1 }));
    await work.onApplicationBootstrap();
    await until(() => done.length === 1, 20_000);
    expect(done).toEqual([{ n: 1 }]);
  });

  it('survive the end of every database session', async () => {
    const done: unknown[] = [];
    const work = process();
    work.registerJob('trial.job', async (data) => void done.push(data));
    await work.onApplicationBootstrap();
    await database.unitOfWork.run((tx) => work.send(tx, 'trial.job', { n: 1 }));
    await until(() => done.length === 1);
    await endSessions('glasshall-jobs');
    await database.unitOfWork.run((tx) => work.send(tx, 'trial.job', { n: 2 }));
    await until(() => done.length === 2);
    expect(done).toEqual([{ n: 1 }, { n: 2 }]);
  });
});
