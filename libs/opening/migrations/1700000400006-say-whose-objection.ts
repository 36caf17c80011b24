import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By which bid an organisation objected as a bidder (条例44). Null: from before this was asked. */
export class SayWhoseObjection1700000400006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE opening.objection ADD COLUMN c text CHECK (length(c) = 43)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE opening.objection DROP COLUMN c');
  }
}
