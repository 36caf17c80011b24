import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- What witnesses said of a checkpoint: a signature line each (C2SP tlog-cosignature), checked before it is kept.
CREATE TABLE transparency.cosignature (
  n bigint NOT NULL REFERENCES transparency.checkpoint (n),
  -- The witness's verifier key.
  witness text NOT NULL,
  line text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (n, witness)
);
CREATE INDEX cosignature_by_witness ON transparency.cosignature (witness, n);
SELECT glasshall.make_append_only('transparency.cosignature');
GRANT SELECT, INSERT ON transparency.cosignature TO glasshall_app;
`;

export class KeepCosignatures1700000700010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE transparency.cosignature');
  }
}
