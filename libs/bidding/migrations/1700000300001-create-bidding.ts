import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The intake of sealed bids. No table holds an account next to a commitment or a lot: `journal_box` is sealed to the
 * trustees, `quota` holds a keyed hash and an hour. tendering.bid_deadline(lot) is tendering's.
 */
export class CreateBidding1700000300001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [TABLES, CLOCK, TAKE_ARRIVAL, PARTS, FINISH, APPEND_ONLY, GRANTS])
      await runner.query(sql);
  }

  async down(): Promise<void> {
    throw new Error('sealed bids are never taken away: restore a backup instead');
  }
}

const TABLES = `
CREATE SCHEMA bidding;

-- Everything that arrived, as it arrived. 'pending': stored, so its time is fixed, but not judged yet.
CREATE TABLE bidding.arrival (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  lot uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('commit', 'move')),
  -- SHA-256 of raw: the same bytes again are the same arrival, unless they were refused.
  digest bytea NOT NULL CHECK (length(digest) = 32),
  -- H(type, record) where raw is canonical; otherwise the same hash over raw as it is.
  subject bytea NOT NULL CHECK (length(subject) = 32),
  -- Null once refused for its form or for the quota: junk is not kept.
  raw bytea CHECK (length(raw) <= 65536),
  arrived_at timestamptz NOT NULL,
  deadline timestamptz NOT NULL,
  in_time boolean NOT NULL CHECK (in_time = (arrived_at < deadline)),
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'refused')),
  CHECK (state = 'refused' OR raw IS NOT NULL),
  CHECK (state <> 'accepted' OR in_time)
);
CREATE UNIQUE INDEX arrival_once ON bidding.arrival (lot, kind, digest) WHERE state <> 'refused';
CREATE INDEX arrival_pending ON bidding.arrival (lot, arrived_at) WHERE state = 'pending';

-- ECIES to the lot's journal key. No time and no order: only k trustees can say whose a box is.
CREATE TABLE bidding.journal_box (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  lot uuid NOT NULL,
  box bytea NOT NULL CHECK (length(box) BETWEEN 50 AND 2048)
);
CREATE INDEX journal_box_by_lot ON bidding.journal_box (lot);

CREATE TABLE bidding.commitment (
  c bytea PRIMARY KEY CHECK (length(c) = 32),
  lot uuid NOT NULL,
  arrival uuid NOT NULL CONSTRAINT commitment_arrival_once UNIQUE REFERENCES bidding.arrival,
  wk bytea NOT NULL CHECK (length(wk) = 32),
  withdraws_all boolean NOT NULL,
  state text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'stored', 'replaced', 'withdrawn')),
  chain_sequence integer NOT NULL DEFAULT 0,
  arrived_at timestamptz NOT NULL,
  receipt jsonb NOT NULL,
  token bytea NOT NULL,
  -- Set once, by finish_envelope alone: the submission.
  stored_at timestamptz,
  stored_receipt jsonb,
  CHECK (state <> 'stored' OR stored_at IS NOT NULL),
  CHECK (state <> 'received' OR stored_at IS NULL),
  CHECK (stored_receipt IS NULL OR stored_at IS NOT NULL)
);
CREATE INDEX commitment_by_lot ON bidding.commitment (lot, arrived_at);
CREATE INDEX commitment_owed_receipt ON bidding.commitment (lot) WHERE stored_at IS NOT NULL AND stored_receipt IS NULL;

-- bidNonce, wk, every C_0 and every root: once on the whole platform, for ever.
CREATE TABLE bidding.unique_value (
  kind text NOT NULL CHECK (kind IN ('bidNonce', 'wk', 'C0', 'root')),
  value bytea NOT NULL,
  c bytea NOT NULL REFERENCES bidding.commitment,
  CONSTRAINT unique_value_once PRIMARY KEY (kind, value)
);

CREATE TABLE bidding.envelope (
  c bytea NOT NULL REFERENCES bidding.commitment,
  e text NOT NULL CHECK (e IN ('I', 'E0', 'E1', 'E2', 'E3')),
  position integer NOT NULL,
  root bytea NOT NULL CHECK (length(root) = 32),
  length bigint NOT NULL CHECK (length > 0),
  parts integer NOT NULL CHECK (parts BETWEEN 1 AND 10000),
  object_key text NOT NULL CONSTRAINT envelope_object_once UNIQUE,
  upload_id text,
  -- Its parts are being made one object: what is sent again does not change which ones they are.
  completing boolean NOT NULL DEFAULT false,
  stored_at timestamptz,
  PRIMARY KEY (c, e)
);
CREATE INDEX envelope_by_upload ON bidding.envelope (upload_id) WHERE upload_id IS NOT NULL;

CREATE TABLE bidding.part (
  c bytea NOT NULL,
  e text NOT NULL,
  n integer NOT NULL CHECK (n >= 0),
  size integer NOT NULL CHECK (size BETWEEN 1 AND 8388608),
  -- The blob store's name of these very bytes.
  tag text NOT NULL,
  -- RFC 6962 leaf hashes of its 1 MiB leaves, joined.
  leaves bytea NOT NULL CHECK (length(leaves) = 32 * ((size + 1048575) / 1048576)),
  PRIMARY KEY (c, e, n),
  FOREIGN KEY (c, e) REFERENCES bidding.envelope
);

CREATE TABLE bidding.move (
  hash bytea PRIMARY KEY CHECK (length(hash) = 32),
  lot uuid NOT NULL,
  arrival uuid NOT NULL CONSTRAINT move_arrival_once UNIQUE REFERENCES bidding.arrival,
  from_c bytea NOT NULL CONSTRAINT move_from_once UNIQUE REFERENCES bidding.commitment,
  to_c bytea REFERENCES bidding.commitment,
  sequence integer NOT NULL CHECK (sequence BETWEEN 1 AND 1000),
  signed jsonb NOT NULL,
  arrived_at timestamptz NOT NULL,
  receipt jsonb NOT NULL,
  token bytea NOT NULL
);
CREATE INDEX move_by_lot ON bidding.move (lot, arrived_at);

-- The log of refusals. 'reason' is CLOSE's word for it; 'receipt' and 'token' are what a late bidder was handed.
CREATE TABLE bidding.refusal (
  arrival uuid PRIMARY KEY REFERENCES bidding.arrival,
  lot uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('commit', 'move')),
  subject bytea NOT NULL CHECK (length(subject) = 32),
  arrived_at timestamptz NOT NULL,
  code text NOT NULL CHECK (code ~ '^BIDDING\\.[A-Z_]+$'),
  reason text CHECK (reason IN ('late', 'incomplete', 'duplicate', 'invalid-dealing', 'malformed', 'quota')),
  facts jsonb NOT NULL,
  receipt jsonb,
  token bytea
);
CREATE INDEX refusal_by_lot ON bidding.refusal (lot, arrived_at);

-- Counts for at most an hour. UNLOGGED: it never reaches the write-ahead log, an archive or a replica.
CREATE UNLOGGED TABLE bidding.quota (
  account bytea NOT NULL,
  kind text NOT NULL CHECK (kind IN ('commit', 'move')),
  hour timestamptz NOT NULL,
  used integer NOT NULL,
  PRIMARY KEY (account, kind, hour)
)`;

/** The clock of every arrival. A test replaces it in its own database, as the owner; the application may not. */
const CLOCK = `
CREATE FUNCTION bidding.clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS
  $$ SELECT date_trunc('milliseconds', clock_timestamp()) $$;

CREATE FUNCTION bidding.lot_lock(lot uuid) RETURNS bigint LANGUAGE sql IMMUTABLE AS
  $$ SELECT hashtextextended('bidding.lot/' || lot::text, 0) $$`;

/**
 * Shared lock first: settle() takes it exclusively after the deadline and so waits for every statement whose clock
 * was read before. Then the clock, then the deadline as committed by now. One statement, autocommitted by its caller.
 */
const TAKE_ARRIVAL = `
CREATE FUNCTION bidding.take_arrival(p_lot uuid, p_kind text, p_subject bytea, p_raw bytea, p_box bytea)
RETURNS TABLE (id uuid, arrived_at timestamptz, deadline timestamptz, in_time boolean, state text)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  v_digest bytea := sha256(p_raw);
  v_now timestamptz;
  v_deadline timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(bidding.lot_lock(p_lot));
  v_now := bidding.clock();
  v_deadline := tendering.bid_deadline(p_lot);
  IF v_deadline IS NULL THEN
    RETURN;
  END IF;
  INSERT INTO bidding.journal_box (lot, box) VALUES (p_lot, p_box);
  LOOP
    RETURN QUERY SELECT a.id, a.arrived_at, a.deadline, a.in_time, a.state FROM bidding.arrival a
      WHERE a.lot = p_lot AND a.kind = p_kind AND a.digest = v_digest AND a.state <> 'refused';
    IF FOUND THEN
      RETURN;
    END IF;
    RETURN QUERY INSERT INTO bidding.arrival AS a (lot, kind, digest, subject, raw, arrived_at, deadline, in_time)
      VALUES (p_lot, p_kind, v_digest, p_subject, p_raw, v_now, v_deadline, v_now < v_deadline)
      ON CONFLICT (lot, kind, digest) WHERE state <> 'refused' DO NOTHING
      RETURNING a.id, a.arrived_at, a.deadline, a.in_time, a.state;
    IF FOUND THEN
      RETURN;
    END IF;
  END LOOP;
END $$`;

/** One statement a part: the row, and how many of the envelope's parts there are now. */
const PARTS = `
CREATE FUNCTION bidding.record_part(p_c bytea, p_e text, p_n integer, p_size integer, p_tag text, p_leaves bytea)
RETURNS TABLE (present integer, parts integer, stored boolean)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  v bidding.envelope;
BEGIN
  SELECT * INTO STRICT v FROM bidding.envelope WHERE c = p_c AND e = p_e FOR UPDATE;
  -- A stored envelope keeps the rows that it was made of, and one that is being completed those it is made of.
  IF v.stored_at IS NULL AND NOT v.completing THEN
    INSERT INTO bidding.part (c, e, n, size, tag, leaves) VALUES (p_c, p_e, p_n, p_size, p_tag, p_leaves)
      ON CONFLICT (c, e, n) DO UPDATE SET size = EXCLUDED.size, tag = EXCLUDED.tag, leaves = EXCLUDED.leaves;
  END IF;
  RETURN QUERY SELECT count(*)::integer, v.parts, v.stored_at IS NOT NULL FROM bidding.part WHERE c = p_c AND e = p_e;
END $$;

-- Everybody who completes an envelope does it with the same parts. None where some are missing.
CREATE FUNCTION bidding.claim_parts(p_c bytea, p_e text) RETURNS SETOF bidding.part
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v bidding.envelope;
BEGIN
  SELECT * INTO STRICT v FROM bidding.envelope WHERE c = p_c AND e = p_e FOR UPDATE;
  IF (SELECT count(*) FROM bidding.part WHERE c = p_c AND e = p_e) < v.parts THEN
    RETURN;
  END IF;
  UPDATE bidding.envelope SET completing = true WHERE c = p_c AND e = p_e AND NOT completing;
  RETURN QUERY SELECT * FROM bidding.part WHERE c = p_c AND e = p_e ORDER BY n;
END $$`;

/**
 * Judges the deadline in the statement that makes the bid stored. The object is durable before this is called.
 * Lock order as in a move: the commitment first.
 */
const FINISH = `
CREATE FUNCTION bidding.finish_envelope(p_c bytea, p_e text)
RETURNS TABLE (at timestamptz, deadline timestamptz, envelope_stored boolean, bid_state text)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  v bidding.commitment;
  v_now timestamptz;
  v_deadline timestamptz;
BEGIN
  SELECT * INTO STRICT v FROM bidding.commitment WHERE c = p_c;
  PERFORM pg_advisory_xact_lock_shared(bidding.lot_lock(v.lot));
  SELECT * INTO STRICT v FROM bidding.commitment WHERE c = p_c FOR UPDATE;
  v_now := bidding.clock();
  v_deadline := tendering.bid_deadline(v.lot);
  IF v.state = 'received' AND v_now < v_deadline THEN
    UPDATE bidding.envelope SET stored_at = v_now WHERE c = p_c AND e = p_e AND stored_at IS NULL;
    IF NOT EXISTS (SELECT FROM bidding.envelope WHERE c = p_c AND stored_at IS NULL) THEN
      UPDATE bidding.commitment SET state = 'stored', stored_at = v_now WHERE c = p_c;
    END IF;
  END IF;
  RETURN QUERY SELECT v_now, v_deadline, e.stored_at IS NOT NULL, b.state
    FROM bidding.envelope e JOIN bidding.commitment b ON b.c = e.c WHERE e.c = p_c AND e.e = p_e;
END $$`;

const APPEND_ONLY = `
SELECT glasshall.make_append_only('bidding.journal_box');
SELECT glasshall.make_append_only('bidding.unique_value');
SELECT glasshall.make_append_only('bidding.move');
SELECT glasshall.make_append_only('bidding.refusal')`;

/** Columns that decide (times, hashes, receipts handed out) are never updated by the application, even by mistake. */
const GRANTS = `
GRANT USAGE ON SCHEMA bidding TO glasshall_app;
GRANT SELECT, INSERT ON bidding.arrival, bidding.journal_box, bidding.commitment, bidding.unique_value,
  bidding.envelope, bidding.move, bidding.refusal TO glasshall_app;
GRANT UPDATE (state, raw) ON bidding.arrival TO glasshall_app;
GRANT UPDATE (state, chain_sequence, stored_at, stored_receipt) ON bidding.commitment TO glasshall_app;
GRANT UPDATE (upload_id, completing, stored_at, object_key) ON bidding.envelope TO glasshall_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON bidding.part, bidding.quota TO glasshall_app`;
