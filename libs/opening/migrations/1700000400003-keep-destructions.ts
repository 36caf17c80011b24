import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- Signed<KeyDestroyed>, one per seat.
CREATE TABLE opening.key_destroyed (
  lot uuid NOT NULL REFERENCES opening.session,
  i smallint NOT NULL CHECK (i BETWEEN 1 AND 15),
  hash text NOT NULL UNIQUE,
  signed text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (lot, i)
);
GRANT SELECT, INSERT ON opening.key_destroyed TO glasshall_app;
SELECT glasshall.make_append_only('opening.key_destroyed');
`;

export class KeepDestructions1700000400003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE opening.key_destroyed');
  }
}
