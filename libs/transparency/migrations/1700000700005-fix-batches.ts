import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A seed is committed to, then used for one day, then shown. None of the three is ever undone; the seed itself is no row. */
const SEED = `
CREATE TABLE transparency.seed (
  -- In the order of use.
  number bigint PRIMARY KEY CHECK (number >= 0),
  -- H('day-seed', record): the leaf that commits to it.
  hash bytea NOT NULL CONSTRAINT seed_hash_once UNIQUE CHECK (length(hash) = 32),
  -- Null before its first batch is drawn.
  begun_at timestamptz,
  -- The 32 secret bytes, once they may be shown.
  revealed bytea CHECK (length(revealed) = 32),
  CHECK (revealed IS NULL OR begun_at IS NOT NULL)
);
CREATE INDEX seed_begun ON transparency.seed (number) WHERE begun_at IS NOT NULL;

CREATE FUNCTION transparency.guard_seed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
     AND NEW.number = OLD.number AND NEW.hash = OLD.hash
     AND (OLD.begun_at IS NULL OR NEW.begun_at IS NOT DISTINCT FROM OLD.begun_at)
     AND (OLD.revealed IS NULL OR NEW.revealed IS NOT DISTINCT FROM OLD.revealed) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% on transparency.seed: a seed is promised once', TG_OP USING ERRCODE = 'GH001';
END $$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON transparency.seed
  FOR EACH ROW EXECUTE FUNCTION transparency.guard_seed();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON transparency.seed
  FOR EACH STATEMENT EXECUTE FUNCTION glasshall.refuse_change();
ALTER TABLE transparency.seed ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE transparency.seed ENABLE ALWAYS TRIGGER no_truncate;
GRANT SELECT, INSERT ON transparency.seed TO glasshall_app;
GRANT UPDATE (begun_at, revealed) ON transparency.seed TO glasshall_app`;

/** What one tick appended: which places are taken is decided here, which of them are real by leaf.index. */
const BATCH = `
CREATE TABLE transparency.batch (
  first bigint PRIMARY KEY CHECK (first >= 0),
  size bigint NOT NULL CHECK (size > 0),
  -- Of these, leaves with a row; the others follow from the seed.
  records bigint NOT NULL CHECK (records BETWEEN 0 AND size),
  -- Null where every place is a record's.
  seed bigint REFERENCES transparency.seed,
  -- Every leaf that had been committed by then is in this batch or before it, but for those that found no place.
  drawn_at timestamptz NOT NULL,
  CHECK (seed IS NOT NULL OR records = size)
);
CREATE INDEX batch_seed ON transparency.batch (seed, first);
INSERT INTO transparency.batch (first, size, records, drawn_at)
  SELECT 0, count(*), count(*), coalesce((SELECT max(signed_at) FROM transparency.checkpoint), clock_timestamp())
    FROM transparency.leaf WHERE index IS NOT NULL HAVING count(*) > 0;
SELECT glasshall.make_append_only('transparency.batch');
GRANT SELECT, INSERT ON transparency.batch TO glasshall_app;

ALTER TABLE transparency.checkpoint RENAME COLUMN covers_until TO drawn_at`;

export class FixBatches1700000700005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [SEED, BATCH]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE transparency.checkpoint RENAME COLUMN drawn_at TO covers_until;
      DROP TABLE transparency.batch, transparency.seed;
      DROP FUNCTION transparency.guard_seed()`);
  }
}
