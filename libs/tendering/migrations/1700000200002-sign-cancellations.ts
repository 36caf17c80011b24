import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- Signed<Cancellation> of a published lot (条例31). A lot that the clock cancelled, or a draft, has none.
CREATE TABLE tendering.cancellation (
  lot_id uuid PRIMARY KEY REFERENCES tendering.lot,
  hash text NOT NULL CONSTRAINT cancellation_hash_once UNIQUE CHECK (length(hash) = 43),
  signed jsonb NOT NULL
);
SELECT glasshall.make_append_only('tendering.cancellation');
GRANT SELECT, INSERT ON tendering.cancellation TO glasshall_app;
`;

export class SignCancellations1700000200002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tendering.cancellation');
  }
}
