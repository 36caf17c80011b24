import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- Who signed in to the hall (签到), once per organisation; 20号令49: time, network address and person.
CREATE TABLE opening.attendance (
  lot uuid NOT NULL REFERENCES opening.session,
  credit_code text NOT NULL,
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('tenderee', 'agency', 'regulator', 'trustee', 'bidder')),
  person uuid NOT NULL,
  address text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (lot, credit_code)
);
GRANT SELECT, INSERT ON opening.attendance TO glasshall_app;
SELECT glasshall.make_append_only('opening.attendance');
`;

export class KeepAttendance1700000400004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE opening.attendance');
  }
}
