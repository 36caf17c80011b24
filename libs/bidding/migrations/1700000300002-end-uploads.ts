import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lots whose intake ended for good, so that uploads that were never finished can be given up. */
export class EndUploads1700000300002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }

  async down(): Promise<void> {
    throw new Error('sealed bids are never taken away: restore a backup instead');
  }
}

const SQL = `
CREATE TABLE bidding.ended_lot (
  lot uuid PRIMARY KEY,
  ended_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
SELECT glasshall.make_append_only('bidding.ended_lot');
GRANT SELECT, INSERT ON bidding.ended_lot TO glasshall_app;
CREATE INDEX envelope_open ON bidding.envelope (c) WHERE stored_at IS NULL AND upload_id IS NOT NULL`;
