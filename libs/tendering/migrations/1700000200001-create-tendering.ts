import type { MigrationInterface, QueryRunner } from 'typeorm';

/** States and events repeat libs/tendering/src/domain/lot-states.ts; an integration test compares them. */
const UP = `
CREATE SCHEMA tendering;
GRANT USAGE ON SCHEMA tendering TO glasshall_app;

CREATE TABLE tendering.project (
  id uuid PRIMARY KEY,
  name text NOT NULL CHECK (name <> ''),
  kind text NOT NULL CHECK (kind IN ('engineering', 'procurement', 'property-rights', 'other')),
  level text NOT NULL CHECK (level IN ('city', 'district', 'township')),
  tenderee jsonb NOT NULL,
  agency jsonb NOT NULL,
  regulator jsonb NOT NULL,
  registered_by uuid NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT, INSERT ON tendering.project TO glasshall_app;

CREATE TABLE tendering.lot (
  id uuid PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES tendering.project,
  name text NOT NULL CHECK (name <> ''),
  estimate text NOT NULL,
  method jsonb NOT NULL,
  ruleset text NOT NULL,
  acceleration jsonb NOT NULL,
  documents_from timestamptz NOT NULL,
  documents_until timestamptz NOT NULL,
  deadline timestamptz NOT NULL,
  seats jsonb NOT NULL,
  k integer NOT NULL CHECK (k >= 2),
  state text NOT NULL CONSTRAINT lot_state CHECK (state IN ('draft', 'published', 'keyed', 'cancelled')),
  notice_version integer NOT NULL DEFAULT 0,
  deadline_changes integer NOT NULL DEFAULT 0,
  closed boolean NOT NULL DEFAULT false,
  lot_key_hash text CONSTRAINT lot_key_once UNIQUE CHECK (length(lot_key_hash) = 43),
  next_due_at timestamptz,
  created_at timestamptz NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  CHECK (state <> 'keyed' OR lot_key_hash IS NOT NULL),
  CHECK (state <> 'draft' OR notice_version = 0),
  CHECK (state NOT IN ('published', 'keyed') OR notice_version > 0)
);
CREATE INDEX lot_due ON tendering.lot (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX lot_newest ON tendering.lot (created_at DESC, id DESC) WHERE notice_version > 0;
CREATE INDEX lot_project ON tendering.lot (project_id);
GRANT SELECT, INSERT, UPDATE ON tendering.lot TO glasshall_app;

-- The effective deadline of a lot that takes bids; null for any other. The intake's INSERT compares it with
-- clock_timestamp() in the same statement (20号令27).
CREATE FUNCTION tendering.bid_deadline(lot uuid) RETURNS timestamptz LANGUAGE sql STABLE
  RETURN (SELECT l.deadline FROM tendering.lot l WHERE l.id = lot AND l.state = 'keyed');
GRANT EXECUTE ON FUNCTION tendering.bid_deadline(uuid) TO glasshall_app;

CREATE TABLE tendering.transition (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lot_id uuid NOT NULL REFERENCES tendering.lot,
  from_state text NOT NULL,
  to_state text NOT NULL,
  event text NOT NULL CONSTRAINT transition_event CHECK
    (event IN ('publish', 'change', 'complete-key', 'move-deadline', 'cancel', 'pass-deadline')),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Null: the clock, or the platform on the last signature.
  person_id uuid,
  credit_code text,
  fingerprint text,
  address text,
  ruleset text NOT NULL,
  -- The record that went into the log with this step.
  logged text
);
CREATE INDEX transition_lot ON tendering.transition (lot_id, id);
SELECT glasshall.make_append_only('tendering.transition');
GRANT SELECT, INSERT ON tendering.transition TO glasshall_app;

CREATE TABLE tendering.document (
  id uuid PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  lot_id uuid NOT NULL REFERENCES tendering.lot,
  name text NOT NULL,
  size bigint NOT NULL CHECK (size > 0),
  sha256 text NOT NULL CHECK (length(sha256) = 43),
  blob_key text NOT NULL CONSTRAINT document_blob_once UNIQUE,
  stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Null while it is a draft. Rows of a published version are never changed or deleted.
  notice_version integer
);
CREATE UNIQUE INDEX document_draft_once ON tendering.document (lot_id, name) WHERE notice_version IS NULL;
CREATE INDEX document_lot ON tendering.document (lot_id, name, seq DESC);
GRANT SELECT, INSERT, DELETE ON tendering.document TO glasshall_app;
GRANT UPDATE (notice_version) ON tendering.document TO glasshall_app;
CREATE FUNCTION tendering.keep_published_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.notice_version IS NOT NULL THEN
    RAISE EXCEPTION 'a published document is never changed' USING ERRCODE = 'GH001';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER keep_published BEFORE UPDATE OR DELETE ON tendering.document
  FOR EACH ROW EXECUTE FUNCTION tendering.keep_published_document();

CREATE TABLE tendering.notice (
  lot_id uuid NOT NULL REFERENCES tendering.lot,
  version integer NOT NULL CHECK (version > 0),
  hash text NOT NULL CONSTRAINT notice_hash_once UNIQUE CHECK (length(hash) = 43),
  signed jsonb NOT NULL,
  PRIMARY KEY (lot_id, version)
);
SELECT glasshall.make_append_only('tendering.notice');
GRANT SELECT, INSERT ON tendering.notice TO glasshall_app;

CREATE TABLE tendering.deadline_change (
  lot_id uuid NOT NULL REFERENCES tendering.lot,
  sequence integer NOT NULL CHECK (sequence > 0),
  hash text NOT NULL CONSTRAINT deadline_change_hash_once UNIQUE CHECK (length(hash) = 43),
  signed jsonb NOT NULL,
  PRIMARY KEY (lot_id, sequence)
);
SELECT glasshall.make_append_only('tendering.deadline_change');
GRANT SELECT, INSERT ON tendering.deadline_change TO glasshall_app;

CREATE TABLE tendering.lot_key_terms (
  lot_id uuid PRIMARY KEY REFERENCES tendering.lot,
  terms jsonb NOT NULL
);
CREATE TABLE tendering.lot_key_offer (
  lot_id uuid NOT NULL REFERENCES tendering.lot,
  i integer NOT NULL,
  key jsonb NOT NULL,
  PRIMARY KEY (lot_id, i)
);
CREATE TABLE tendering.lot_key_signature (
  lot_id uuid NOT NULL REFERENCES tendering.lot,
  i integer NOT NULL,
  signature jsonb NOT NULL,
  PRIMARY KEY (lot_id, i)
);
GRANT SELECT, INSERT, UPDATE, DELETE
  ON tendering.lot_key_terms, tendering.lot_key_offer, tendering.lot_key_signature TO glasshall_app;

-- Exactly one per lot, never replaced (PROTOCOL section 1).
CREATE TABLE tendering.lot_key (
  lot_id uuid PRIMARY KEY REFERENCES tendering.lot,
  hash text NOT NULL CONSTRAINT lot_key_hash_once UNIQUE CHECK (length(hash) = 43),
  signed jsonb NOT NULL,
  journal_hash text NOT NULL CONSTRAINT journal_hash_once UNIQUE CHECK (length(journal_hash) = 43),
  journal jsonb NOT NULL,
  completed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
SELECT glasshall.make_append_only('tendering.lot_key');
GRANT SELECT, INSERT ON tendering.lot_key TO glasshall_app;
`;

export class CreateTendering1700000200001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA tendering CASCADE');
  }
}
