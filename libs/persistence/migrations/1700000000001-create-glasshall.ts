import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The outbox, its handlers' marks, and the function that makes a table append-only. */
export class CreateGlasshall1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(APP_ROLE);
    await runner.query(OUTBOX);
    await runner.query(APPEND_ONLY);
    await runner.query(GRANTS);
  }

  async down(): Promise<void> {
    throw new Error('the base schema is never taken away: restore a backup instead');
  }
}

/** With one outside role for everything the grants still need a grantee; it then has no login. */
const APP_ROLE = `
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'glasshall_app') THEN
    CREATE ROLE glasshall_app NOLOGIN;
  END IF;
EXCEPTION
  WHEN duplicate_object THEN NULL;
  WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'the role glasshall_app is missing and this role may not create it'
      USING HINT = 'As an administrator: CREATE ROLE glasshall_app NOLOGIN;';
END $$`;

const OUTBOX = `
CREATE TABLE glasshall.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Given by the relay after the commit, without gaps: the feed's order. Nothing appears later before it.
  seq bigint CONSTRAINT outbox_seq_once UNIQUE,
  type text NOT NULL CHECK (type ~ '^[a-z-]+\\.[a-z0-9-]+$'),
  key text,
  payload jsonb NOT NULL,
  published_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX outbox_without_seq ON glasshall.outbox (id) WHERE seq IS NULL;
CREATE INDEX outbox_by_type ON glasshall.outbox (type, seq);

-- Everything of the handler's event types up to done_through is done; what lies above is looked up one by one.
CREATE TABLE glasshall.outbox_handler (
  handler text PRIMARY KEY,
  done_through bigint NOT NULL DEFAULT 0
);
CREATE TABLE glasshall.outbox_processed (
  handler text NOT NULL,
  event_id bigint NOT NULL REFERENCES glasshall.outbox,
  processed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (handler, event_id)
);
CREATE TABLE glasshall.outbox_failure (
  handler text NOT NULL,
  event_id bigint NOT NULL REFERENCES glasshall.outbox,
  -- The event's key, or its id where it has none: what waits with it.
  held_key text NOT NULL,
  attempts integer NOT NULL CHECK (attempts > 0),
  next_attempt_at timestamptz NOT NULL,
  last_error text NOT NULL,
  PRIMARY KEY (handler, event_id)
);
CREATE INDEX outbox_failure_by_key ON glasshall.outbox_failure (handler, held_key)`;

/** The trigger also binds the owner; ENABLE ALWAYS keeps it in force under session_replication_role. */
const APPEND_ONLY = `
CREATE FUNCTION glasshall.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on %.%: this table is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'GH001';
END $$;

CREATE FUNCTION glasshall.make_append_only(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
    FOR EACH STATEMENT EXECUTE FUNCTION glasshall.refuse_change()', target);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', target);
  EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM glasshall_app, PUBLIC', target);
END $$;

REVOKE ALL ON FUNCTION glasshall.make_append_only(regclass) FROM PUBLIC`;

const GRANTS = `
GRANT USAGE ON SCHEMA glasshall TO glasshall_app;
GRANT SELECT ON glasshall.migration TO glasshall_app;
GRANT SELECT, INSERT ON glasshall.outbox TO glasshall_app;
GRANT UPDATE (seq) ON glasshall.outbox TO glasshall_app;
GRANT SELECT, INSERT, UPDATE ON glasshall.outbox_handler TO glasshall_app;
GRANT SELECT, INSERT ON glasshall.outbox_processed TO glasshall_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON glasshall.outbox_failure TO glasshall_app`;
