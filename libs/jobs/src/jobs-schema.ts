import type pg from 'pg';
import PgBoss from 'pg-boss';
import type { ContextSchema } from '#persistence';
import { CreateJobs1700000000101 } from '../migrations/1700000000101-create-jobs.ts';

export const jobsSchema: ContextSchema = {
  name: 'jobs',
  entities: [],
  migrations: [CreateJobs1700000000101],
};

/** For migrate's `afterwards`: makes the queues that the contexts name. A queue is a table, so its maker is the owner. */
export const installQueues =
  (schemas: readonly ContextSchema[]) =>
  async (client: pg.Client): Promise<void> => {
    const boss = new PgBoss({
      schema: 'jobs',
      db: { executeSql: (text: string, values?: unknown[]) => client.query(text, values) },
    });
    for (const name of schemas.flatMap((schema) => schema.jobs ?? [])) await boss.createQueue(name);
  };
