import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
CREATE SCHEMA parties;
GRANT USAGE ON SCHEMA parties TO glasshall_app;

CREATE TABLE parties.organisation (
  credit_code text PRIMARY KEY CHECK (credit_code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
  name text NOT NULL CHECK (name <> ''),
  enrolled_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT, INSERT ON parties.organisation TO glasshall_app;

CREATE TABLE parties.person (
  id uuid PRIMARY KEY,
  credit_code text NOT NULL REFERENCES parties.organisation,
  person_key text NOT NULL,
  name text NOT NULL CHECK (name <> ''),
  enrolled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT person_once UNIQUE (credit_code, person_key)
);
GRANT SELECT, INSERT ON parties.person TO glasshall_app;

CREATE TABLE parties.certificate (
  fingerprint text PRIMARY KEY CHECK (length(fingerprint) = 43),
  person_id uuid NOT NULL REFERENCES parties.person,
  chain text NOT NULL,
  enrolled_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX certificate_person ON parties.certificate (person_id);
GRANT SELECT, INSERT ON parties.certificate TO glasshall_app;

CREATE TABLE parties.role_grant (
  credit_code text NOT NULL REFERENCES parties.organisation,
  role text NOT NULL CHECK (role IN
    ('tenderee', 'agency', 'bidder', 'regulator', 'operator', 'expert', 'notary', 'audit', 'auditor')),
  state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'granted')),
  requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  granted_at timestamptz,
  granted_by uuid REFERENCES parties.person,
  PRIMARY KEY (credit_code, role),
  CHECK ((state = 'granted') = (granted_at IS NOT NULL))
);
GRANT SELECT, INSERT, UPDATE ON parties.role_grant TO glasshall_app;

CREATE TABLE parties.challenge (
  nonce text PRIMARY KEY CHECK (length(nonce) = 43),
  expires_at timestamptz NOT NULL
);
CREATE INDEX challenge_expiry ON parties.challenge (expires_at);
GRANT SELECT, INSERT, DELETE ON parties.challenge TO glasshall_app;

CREATE TABLE parties.session (
  id uuid PRIMARY KEY,
  token_hash bytea NOT NULL CONSTRAINT session_token UNIQUE CHECK (length(token_hash) = 32),
  person_id uuid NOT NULL REFERENCES parties.person,
  fingerprint text NOT NULL REFERENCES parties.certificate,
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX session_expiry ON parties.session (expires_at);
CREATE INDEX session_certificate ON parties.session (fingerprint);
GRANT SELECT, INSERT, UPDATE, DELETE ON parties.session TO glasshall_app;

CREATE TABLE parties.authority (
  fingerprint text PRIMARY KEY CHECK (length(fingerprint) = 43),
  pem text NOT NULL,
  label text NOT NULL,
  development boolean NOT NULL,
  trusted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  withdrawn_at timestamptz
);
GRANT SELECT, INSERT, UPDATE ON parties.authority TO glasshall_app;

CREATE TABLE parties.crl (
  sha256 text PRIMARY KEY CHECK (length(sha256) = 43),
  issuer text NOT NULL,
  der bytea NOT NULL,
  this_update timestamptz NOT NULL,
  next_update timestamptz NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX crl_newest ON parties.crl (issuer, this_update DESC, stored_at DESC);
GRANT SELECT, INSERT ON parties.crl TO glasshall_app;

-- 20号令49: time, network address and person of every sign-in and approval; nobody changes or removes a line.
CREATE TABLE parties.access_record (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  action text NOT NULL,
  address text NOT NULL,
  person_id uuid REFERENCES parties.person,
  credit_code text,
  fingerprint text,
  object jsonb NOT NULL
);
SELECT glasshall.make_append_only('parties.access_record');
GRANT SELECT, INSERT ON parties.access_record TO glasshall_app;
`;

export class CreateParties1700000100001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA parties CASCADE');
  }
}
