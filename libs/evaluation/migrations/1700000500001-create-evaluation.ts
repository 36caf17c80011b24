import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateEvaluation1700000500001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SCHEMA evaluation;
      CREATE TABLE evaluation.review (
        lot_id uuid PRIMARY KEY,
        state text NOT NULL CHECK (state IN ('reviewing', 'reported')),
        version integer NOT NULL CHECK (version >= 1),
        opening_record text NOT NULL,
        report jsonb,
        report_hash text UNIQUE,
        started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        reported_at timestamptz,
        CHECK ((state = 'reported') = (report IS NOT NULL AND report_hash IS NOT NULL AND reported_at IS NOT NULL))
      );
      CREATE TABLE evaluation.decision (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        lot_id uuid NOT NULL REFERENCES evaluation.review,
        c text NOT NULL,
        ground text CHECK (ground IN ('51-1', '51-2', '51-3', '51-4', '51-5', '51-6', '51-7')),
        reason text,
        person_id text NOT NULL,
        certificate text NOT NULL,
        decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CHECK ((ground IS NULL) = (reason IS NULL))
      );
      CREATE INDEX decision_lot ON evaluation.decision (lot_id, seq);
      SELECT glasshall.make_append_only('evaluation.decision');
      GRANT USAGE ON SCHEMA evaluation TO glasshall_app;
      GRANT SELECT, INSERT, UPDATE ON evaluation.review TO glasshall_app;
      GRANT SELECT, INSERT ON evaluation.decision TO glasshall_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA evaluation CASCADE');
  }
}
