import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
CREATE SCHEMA opening;
GRANT USAGE ON SCHEMA opening TO glasshall_app;

CREATE TABLE opening.session (
  lot uuid PRIMARY KEY,
  lot_key_hash text NOT NULL CONSTRAINT session_lot_key UNIQUE CHECK (length(lot_key_hash) = 43),
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN
    ('waiting', 'closed', 'stage-0', 'stage-1', 'opened', 'failed', 'recorded')),
  version integer NOT NULL DEFAULT 1,
  deadline timestamptz NOT NULL,
  periods integer NOT NULL CHECK (periods >= 1),
  waits integer NOT NULL CHECK (waits >= 1),
  next_due_at timestamptz,
  closed_at timestamptz,
  release_at timestamptz,
  opened_at timestamptz,
  finished_at timestamptz,
  distinct_bidders integer CHECK (distinct_bidders >= 0),
  last_event bigint NOT NULL DEFAULT 0,
  lease_by uuid,
  lease_until timestamptz,
  CHECK ((state = 'waiting') = (closed_at IS NULL)),
  CHECK ((closed_at IS NULL) = (release_at IS NULL)),
  CHECK (release_at > closed_at)
);
CREATE INDEX session_due ON opening.session (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX session_working ON opening.session (state) WHERE state IN ('stage-0', 'stage-1');
GRANT SELECT, INSERT, UPDATE ON opening.session TO glasshall_app;

CREATE TABLE opening.transition (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lot uuid NOT NULL REFERENCES opening.session,
  event text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  actor text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX transition_lot ON opening.transition (lot);
GRANT SELECT, INSERT ON opening.transition TO glasshall_app;
SELECT glasshall.make_append_only('opening.transition');

-- One CLOSE per lot, ever: the primary key says so.
CREATE TABLE opening.close (
  lot uuid PRIMARY KEY REFERENCES opening.session,
  hash text NOT NULL UNIQUE,
  signed text NOT NULL
);
GRANT SELECT, INSERT ON opening.close TO glasshall_app;
SELECT glasshall.make_append_only('opening.close');

CREATE TABLE opening.addition (
  lot uuid NOT NULL REFERENCES opening.session,
  sequence integer NOT NULL CHECK (sequence >= 1),
  c text NOT NULL,
  hash text NOT NULL UNIQUE,
  signed text NOT NULL,
  commit text NOT NULL,
  PRIMARY KEY (lot, sequence),
  CONSTRAINT addition_once UNIQUE (lot, c)
);
GRANT SELECT, INSERT ON opening.addition TO glasshall_app;
SELECT glasshall.make_append_only('opening.addition');

CREATE TABLE opening.bid (
  lot uuid NOT NULL REFERENCES opening.session,
  c text NOT NULL CHECK (length(c) = 43),
  arrived_at text COLLATE "C" NOT NULL,
  -- JSON as text: what a bidder wrote may hold characters that jsonb refuses, and must not stop the others.
  identity text,
  statement text,
  standing boolean NOT NULL DEFAULT false,
  outcome text CHECK (outcome IN ('opened', 'revoked-bidder-fault', 'withdrawn-platform-fault', 'superseded',
    'invalid-identity', 'withdrawn', 'sealed')),
  reason text NOT NULL DEFAULT '',
  bidder text,
  credit_code text,
  sheet text,
  damaged_at timestamptz,
  damaged_envelope text,
  PRIMARY KEY (lot, c)
);
-- Two bids of one company can never both stand.
CREATE UNIQUE INDEX bid_standing_once ON opening.bid (lot, credit_code) WHERE standing;
GRANT SELECT, INSERT, UPDATE ON opening.bid TO glasshall_app;

CREATE TABLE opening.shares (
  lot uuid NOT NULL REFERENCES opening.session,
  stage smallint NOT NULL CHECK (stage BETWEEN 0 AND 3),
  audience text NOT NULL CHECK (audience IN ('public', 'committee', 'journal')),
  i smallint NOT NULL CHECK (i BETWEEN 1 AND 15),
  hash text NOT NULL,
  -- Signed<Shares>; of a committee dealing Signed<SealedShares>, whose content lies in the box.
  signed text NOT NULL,
  box bytea,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (lot, stage, audience, i),
  CHECK ((audience = 'committee') = (box IS NOT NULL))
);
GRANT SELECT, INSERT ON opening.shares TO glasshall_app;
SELECT glasshall.make_append_only('opening.shares');

CREATE TABLE opening.refused_shares (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lot uuid NOT NULL REFERENCES opening.session,
  stage smallint NOT NULL,
  audience text NOT NULL,
  i smallint NOT NULL,
  hash text NOT NULL,
  reason text NOT NULL,
  signed text NOT NULL,
  box bytea,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT refused_once UNIQUE (lot, stage, audience, i, hash)
);
GRANT SELECT, INSERT ON opening.refused_shares TO glasshall_app;
SELECT glasshall.make_append_only('opening.refused_shares');

-- K of an opened dealing. Of a public one anybody can compute it from the shares; of a committee dealing it is
-- kept encrypted to the evaluation room.
CREATE TABLE opening.dealing_key (
  lot uuid NOT NULL REFERENCES opening.session,
  c text NOT NULL,
  stage smallint NOT NULL,
  audience text NOT NULL,
  road text NOT NULL CHECK (road IN ('A', 'B')),
  key bytea,
  box bytea,
  PRIMARY KEY (lot, c, stage, audience),
  CHECK ((audience = 'committee') = (key IS NULL)),
  CHECK ((key IS NULL) <> (box IS NULL))
);
GRANT SELECT, INSERT ON opening.dealing_key TO glasshall_app;
SELECT glasshall.make_append_only('opening.dealing_key');

CREATE TABLE opening.envelope (
  lot uuid NOT NULL,
  c text NOT NULL,
  e text NOT NULL,
  manifest text NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (lot, c, e),
  FOREIGN KEY (lot, c) REFERENCES opening.bid
);
GRANT SELECT, INSERT ON opening.envelope TO glasshall_app;
SELECT glasshall.make_append_only('opening.envelope');

CREATE TABLE opening.file (
  lot uuid NOT NULL,
  c text NOT NULL,
  e text NOT NULL,
  ordinal integer NOT NULL,
  path text NOT NULL,
  size bigint NOT NULL,
  sha256 text NOT NULL,
  -- Offset of the first byte in the envelope's plaintext.
  position bigint NOT NULL,
  PRIMARY KEY (lot, c, e, ordinal),
  CONSTRAINT file_path UNIQUE (lot, c, e, path),
  FOREIGN KEY (lot, c, e) REFERENCES opening.envelope
);
GRANT SELECT, INSERT ON opening.file TO glasshall_app;
SELECT glasshall.make_append_only('opening.file');

CREATE TABLE opening.restored (
  lot uuid NOT NULL,
  c text NOT NULL,
  e text NOT NULL,
  object text NOT NULL,
  by_credit_code text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (lot, c, e),
  FOREIGN KEY (lot, c) REFERENCES opening.bid
);
GRANT SELECT, INSERT ON opening.restored TO glasshall_app;
SELECT glasshall.make_append_only('opening.restored');

CREATE TABLE opening.objection (
  lot uuid NOT NULL REFERENCES opening.session,
  n integer NOT NULL CHECK (n >= 1),
  credit_code text NOT NULL,
  name text NOT NULL,
  at timestamptz NOT NULL,
  text text NOT NULL,
  answer text,
  answered_at timestamptz,
  PRIMARY KEY (lot, n),
  CHECK ((answer IS NULL) = (answered_at IS NULL))
);
GRANT SELECT, INSERT, UPDATE ON opening.objection TO glasshall_app;

CREATE TABLE opening.record (
  lot uuid PRIMARY KEY REFERENCES opening.session,
  hash text NOT NULL UNIQUE,
  signed text NOT NULL
);
GRANT SELECT, INSERT ON opening.record TO glasshall_app;
SELECT glasshall.make_append_only('opening.record');

-- The hall's feed. Numbered under the session's row lock: gapless, in the order of commits.
CREATE TABLE opening.event (
  lot uuid NOT NULL REFERENCES opening.session,
  seq bigint NOT NULL,
  kind text NOT NULL,
  c text,
  facts jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (lot, seq)
);
GRANT SELECT, INSERT ON opening.event TO glasshall_app;
SELECT glasshall.make_append_only('opening.event');
`;

export class CreateOpening1700000400001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA opening CASCADE');
  }
}
