import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A leaf is made once, gets its index once, becomes public at most once, and is never changed or taken away otherwise. */
const LEAF = `
CREATE TABLE transparency.leaf (
  hash bytea PRIMARY KEY CHECK (length(hash) = 32),
  blind bytea NOT NULL CHECK (length(blind) = 32),
  -- Null while it waits; then its position in the tree, without gaps.
  index bigint CONSTRAINT leaf_index_once UNIQUE CHECK (index >= 0),
  published boolean NOT NULL DEFAULT false
);
CREATE INDEX leaf_waiting ON transparency.leaf (hash) WHERE index IS NULL;

CREATE FUNCTION transparency.guard_leaf() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
     AND NEW.hash = OLD.hash AND NEW.blind = OLD.blind
     AND (OLD.index IS NULL OR NEW.index IS NOT DISTINCT FROM OLD.index)
     AND (NEW.published OR NOT OLD.published) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% on transparency.leaf: the log only grows', TG_OP USING ERRCODE = 'GH001';
END $$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON transparency.leaf
  FOR EACH ROW EXECUTE FUNCTION transparency.guard_leaf();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON transparency.leaf
  FOR EACH STATEMENT EXECUTE FUNCTION glasshall.refuse_change();
ALTER TABLE transparency.leaf ENABLE ALWAYS TRIGGER only_grows;
ALTER TABLE transparency.leaf ENABLE ALWAYS TRIGGER no_truncate;
GRANT SELECT, INSERT ON transparency.leaf TO glasshall_app;
GRANT UPDATE (index, published) ON transparency.leaf TO glasshall_app`;

/** n counts without gaps: whoever signs number n+1 has seen number n, and only one can. */
const CHECKPOINT = `
CREATE TABLE transparency.checkpoint (
  n bigint PRIMARY KEY CHECK (n >= 1),
  size bigint NOT NULL CHECK (size >= 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  note text NOT NULL,
  signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Every leaf that had been committed by then is covered; null where some may have had to wait.
  covers_until timestamptz CHECK (covers_until <= signed_at)
);
CREATE INDEX checkpoint_by_size ON transparency.checkpoint (size, n);
CREATE INDEX checkpoint_by_time ON transparency.checkpoint (covers_until, n);
SELECT glasshall.make_append_only('transparency.checkpoint');
GRANT SELECT, INSERT ON transparency.checkpoint TO glasshall_app`;

/** Why the log stopped; cleared by a restart that found tiles, leaves and checkpoints in agreement. */
const HALT = `
CREATE TABLE transparency.halt (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  halted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  reason text NOT NULL,
  facts jsonb NOT NULL,
  cleared_at timestamptz
);
CREATE UNIQUE INDEX halt_once ON transparency.halt ((true)) WHERE cleared_at IS NULL;
GRANT SELECT, INSERT ON transparency.halt TO glasshall_app;
GRANT UPDATE (cleared_at) ON transparency.halt TO glasshall_app`;

export class CreateTransparency1700000700001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA transparency; GRANT USAGE ON SCHEMA transparency TO glasshall_app');
    for (const sql of [LEAF, CHECKPOINT, HALT]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA transparency CASCADE');
  }
}
