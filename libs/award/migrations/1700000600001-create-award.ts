import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAward1700000600001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SCHEMA award;
      CREATE TABLE award.procedure (
        lot_id uuid PRIMARY KEY,
        state text NOT NULL CHECK (state IN ('awaiting-publicity', 'publicised', 'awarded', 'failed')),
        version integer NOT NULL CHECK (version >= 1),
        report_hash text NOT NULL UNIQUE,
        publicity jsonb,
        publicity_hash text UNIQUE,
        award jsonb,
        award_hash text UNIQUE,
        started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CHECK ((state IN ('publicised', 'awarded')) = (publicity IS NOT NULL)),
        CHECK ((state = 'awarded') = (award IS NOT NULL)),
        CHECK ((publicity IS NULL) = (publicity_hash IS NULL)),
        CHECK ((award IS NULL) = (award_hash IS NULL))
      );
      CREATE TABLE award.transition (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        lot_id uuid NOT NULL REFERENCES award.procedure,
        event text NOT NULL CHECK (event IN ('publicise', 'award')),
        from_state text NOT NULL,
        to_state text NOT NULL,
        record_hash text NOT NULL,
        ruleset text NOT NULL,
        person_id text NOT NULL,
        certificate text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX transition_lot ON award.transition (lot_id, seq);
      -- One winner a lot, whatever the program believes.
      CREATE UNIQUE INDEX one_award_per_lot ON award.transition (lot_id) WHERE event = 'award';
      SELECT glasshall.make_append_only('award.transition');
      GRANT USAGE ON SCHEMA award TO glasshall_app;
      GRANT SELECT, INSERT, UPDATE ON award.procedure TO glasshall_app;
      GRANT SELECT, INSERT ON award.transition TO glasshall_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA award CASCADE');
  }
}
