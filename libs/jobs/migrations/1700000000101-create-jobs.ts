import PgBoss from 'pg-boss';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * pg-boss's own tables. Its plan carries its own transaction, so this migration has none around it, and looks first
 * whether a run that was cut off has done it already.
 */
export class CreateJobs1700000000101 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const [row] = (await runner.query(`SELECT to_regclass('jobs.version') AS made`)) as {
      made: string | null;
    }[];
    if (!row?.made) await runner.query(PgBoss.getConstructionPlans('jobs'));
    // Queues are made by the migrating role (installQueues): the application gets rows, never tables.
    await runner.query(`
      GRANT USAGE ON SCHEMA jobs TO glasshall_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO glasshall_app;
      ALTER DEFAULT PRIVILEGES IN SCHEMA jobs GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO glasshall_app;
      REVOKE ALL ON ALL FUNCTIONS IN SCHEMA jobs FROM PUBLIC`);
  }

  async down(): Promise<void> {
    throw new Error('jobs are never taken away');
  }
}
