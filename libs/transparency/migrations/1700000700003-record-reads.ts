import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- Who looked at what is not public, when and from where (20号令49). Nobody changes or removes a line.
CREATE TABLE transparency.confidential_read (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lot uuid NOT NULL,
  subject text NOT NULL,
  person_id uuid NOT NULL,
  credit_code text NOT NULL,
  fingerprint text NOT NULL,
  address text NOT NULL
);
CREATE INDEX confidential_read_lot ON transparency.confidential_read (lot, id);
SELECT glasshall.make_append_only('transparency.confidential_read');
GRANT SELECT, INSERT ON transparency.confidential_read TO glasshall_app;
`;

export class RecordReads1700000700003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE transparency.confidential_read');
  }
}
