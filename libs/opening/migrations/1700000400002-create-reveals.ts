import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- Secrets that bidders revealed (road A), as evidence: in the open for public dealings, of committee dealings
-- encrypted to the evaluation room.
CREATE TABLE opening.reveal (
  lot uuid NOT NULL REFERENCES opening.session,
  c text NOT NULL,
  stage smallint NOT NULL,
  audience text NOT NULL,
  record text,
  box bytea,
  PRIMARY KEY (lot, c, stage, audience),
  CHECK ((audience = 'committee') = (record IS NULL)),
  CHECK ((record IS NULL) <> (box IS NULL))
);
GRANT SELECT, INSERT ON opening.reveal TO glasshall_app;
SELECT glasshall.make_append_only('opening.reveal');
`;

export class CreateReveals1700000400002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE opening.reveal');
  }
}
