import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lots from before had one suite. */
export class DeclareSuite1700000200004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE tendering.lot ADD suite text NOT NULL DEFAULT 'P256' CHECK (suite IN ('P256', 'SM'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tendering.lot DROP COLUMN suite');
  }
}
