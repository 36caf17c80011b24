import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- A record that rests on another is appended after it, also within one tick: V17 reads the order of stages in the log.
ALTER TABLE transparency.leaf ADD COLUMN arrived bigint GENERATED ALWAYS AS IDENTITY;
DROP INDEX transparency.leaf_waiting;
CREATE INDEX leaf_waiting ON transparency.leaf (arrived) WHERE index IS NULL;
`;
const DOWN = `
DROP INDEX transparency.leaf_waiting;
CREATE INDEX leaf_waiting ON transparency.leaf (hash) WHERE index IS NULL;
ALTER TABLE transparency.leaf DROP COLUMN arrived;
`;

export class OrderLeaves1700000700004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
