import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
CREATE TABLE transparency.outside_time (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  authority text NOT NULL CHECK (authority ~ '^[a-z0-9][a-z0-9-]{0,29}$'),
  size bigint NOT NULL CHECK (size >= 0),
  note text NOT NULL,
  token bytea NOT NULL,
  asked_at timestamptz NOT NULL,
  answered_at timestamptz NOT NULL CHECK (answered_at >= asked_at),
  -- By how much the token's time lies outside of the question; over two seconds it counts for nobody.
  apart_ms bigint NOT NULL CHECK (apart_ms >= 0)
);
CREATE INDEX outside_time_covering ON transparency.outside_time (authority, size, id);
SELECT glasshall.make_append_only('transparency.outside_time');
GRANT SELECT, INSERT ON transparency.outside_time TO glasshall_app;
`;

export class StampOutside1700000700009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE transparency.outside_time');
  }
}
