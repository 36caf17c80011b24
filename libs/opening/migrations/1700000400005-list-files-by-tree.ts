import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A manifest lists a file by its SHA-256 up to 1 MiB, and by the root of its tree above: the size says which. */
export class ListFilesByTree1700000400005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE opening.file RENAME COLUMN sha256 TO hash');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE opening.file RENAME COLUMN hash TO sha256');
  }
}
