import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- Questions on the documents. Who asks is nobody's business before the deadline (法22): the row holds no account, no
-- session, no address and no instant finer than the day, and no other row is written with it (ADR 0026).
CREATE TABLE tendering.question (
  lot_id uuid NOT NULL REFERENCES tendering.lot,
  n integer NOT NULL CHECK (n > 0),
  text text NOT NULL CHECK (text <> '' AND length(text) <= 2000),
  asked_on date NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date,
  PRIMARY KEY (lot_id, n)
);
SELECT glasshall.make_append_only('tendering.question');
GRANT SELECT, INSERT ON tendering.question TO glasshall_app;

-- The agency's answer: public with its question, once, and never changed. Who answered is recorded (20号令49).
CREATE TABLE tendering.answer (
  lot_id uuid NOT NULL,
  n integer NOT NULL,
  text text NOT NULL CHECK (text <> '' AND length(text) <= 4000),
  -- The version of the notice that changes the documents as the answer says; null where it changes nothing.
  notice_version integer CHECK (notice_version > 1),
  answered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  person_id uuid NOT NULL,
  credit_code text NOT NULL,
  fingerprint text NOT NULL,
  address text NOT NULL,
  PRIMARY KEY (lot_id, n),
  FOREIGN KEY (lot_id, n) REFERENCES tendering.question (lot_id, n)
);
SELECT glasshall.make_append_only('tendering.answer');
GRANT SELECT, INSERT ON tendering.answer TO glasshall_app;

-- A deadline change that agency or tenderee signed and the regulator has not: on its way, of no effect by itself.
CREATE TABLE tendering.deadline_proposal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lot_id uuid NOT NULL REFERENCES tendering.lot,
  signed jsonb NOT NULL,
  proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  person_id uuid NOT NULL,
  credit_code text NOT NULL,
  address text NOT NULL
);
CREATE INDEX deadline_proposal_lot ON tendering.deadline_proposal (lot_id, id DESC);
SELECT glasshall.make_append_only('tendering.deadline_proposal');
GRANT SELECT, INSERT ON tendering.deadline_proposal TO glasshall_app;

CREATE INDEX project_agency ON tendering.project ((agency->>'creditCode'), registered_at DESC, id DESC);
CREATE INDEX project_tenderee ON tendering.project ((tenderee->>'creditCode'));
`;

export class AskQuestions1700000200003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE tendering.answer, tendering.question, tendering.deadline_proposal; ' +
        'DROP INDEX tendering.project_agency, tendering.project_tenderee',
    );
  }
}
