import { Injectable } from '@nestjs/common';
import { IntegrityError, formatInstant, instant } from '#kernel';
import type { Instant, Json, LotId } from '#kernel';
import type { Tx } from '#persistence';
import { canonicalBytes, closeDueAt, utf8 } from '#trust';
import type { Close, OpeningRecord } from '#trust';
import { SessionStore } from '../application/session-store.ts';
import type {
  HallEvent,
  HallNews,
  Objection,
  Session,
  SessionChange,
  Stored,
  StoredAddition,
} from '../application/session-store.ts';
import type { OpeningEvent, OpeningFacts, OpeningState } from '../domain/opening-states.ts';

interface SessionRow {
  readonly lot: string;
  readonly lot_key_hash: string;
  readonly state: OpeningState;
  readonly deadline: Date;
  readonly periods: number;
  readonly waits: number;
  readonly closed_at: Date | null;
  readonly release_at: Date | null;
  readonly opened_at: Date | null;
  readonly finished_at: Date | null;
  readonly distinct_bidders: number | null;
}

const at = (date: Date): Instant => instant(date.getTime());
const maybeAt = (date: Date | null): Instant | null => (date === null ? null : at(date));
const textOf = (record: unknown): string => utf8.decode(canonicalBytes(record));

const sessionOf = (row: SessionRow): Session => ({
  lotId: row.lot as LotId,
  lotKeyHash: row.lot_key_hash,
  state: row.state,
  deadline: at(row.deadline),
  acceleration: { periods: row.periods, waits: row.waits },
  closedAt: maybeAt(row.closed_at),
  releaseAt: maybeAt(row.release_at),
  openedAt: maybeAt(row.opened_at),
  finishedAt: maybeAt(row.finished_at),
  distinctBidders: row.distinct_bidders,
});

const stored = <T>(row: { hash: string; signed: string } | undefined): Stored<T> | null =>
  row ? { hash: row.hash, signed: JSON.parse(row.signed) as Stored<T>['signed'] } : null;

@Injectable()
export class TypeormSessionStore extends SessionStore {
  async create(tx: Tx, session: Session, nextDueAt: Instant): Promise<void> {
    await tx.execute(
      `INSERT INTO opening.session (lot, lot_key_hash, deadline, periods, waits, next_due_at)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [
        session.lotId,
        session.lotKeyHash,
        formatInstant(session.deadline),
        session.acceleration.periods,
        session.acceleration.waits,
        formatInstant(nextDueAt),
      ],
    );
  }

  async find(tx: Tx, lotId: LotId): Promise<Session | null> {
    const [row] = await tx.query<SessionRow>('SELECT * FROM opening.session WHERE lot = $1', [lotId]);
    return row ? sessionOf(row) : null;
  }

  async lock(tx: Tx, lotId: LotId): Promise<Session | null> {
    const [row] = await tx.query<SessionRow>('SELECT * FROM opening.session WHERE lot = $1 FOR UPDATE', [
      lotId,
    ]);
    return row ? sessionOf(row) : null;
  }

  /** Rows that another process is working on are skipped: it will look again itself. */
  async due(tx: Tx): Promise<readonly LotId[]> {
    const rows = await tx.query<{ lot: LotId }>(
      `SELECT lot FROM opening.session WHERE next_due_at <= clock_timestamp()
        ORDER BY next_due_at LIMIT 100 FOR UPDATE SKIP LOCKED`,
    );
    return rows.map((row) => row.lot);
  }

  async anyClosing(tx: Tx): Promise<boolean> {
    const [row] = await tx.query<{ closing: boolean }>(
      `SELECT EXISTS (SELECT FROM opening.session
        WHERE state = 'waiting' AND next_due_at IS NOT NULL AND deadline <= clock_timestamp()) AS closing`,
    );
    return row?.closing ?? false;
  }

  async working(tx: Tx): Promise<readonly LotId[]> {
    const rows = await tx.query<{ lot: LotId }>(
      `SELECT lot FROM opening.session WHERE state IN ('stage-0', 'stage-1')
          AND (lease_until IS NULL OR lease_until < clock_timestamp()) ORDER BY release_at LIMIT 100`,
    );
    return rows.map((row) => row.lot);
  }

  async setDeadline(tx: Tx, lotId: LotId, deadline: Instant, nextDueAt: Instant | null): Promise<void> {
    await tx.execute(
      `UPDATE opening.session SET deadline = $2, next_due_at = $3, version = version + 1
        WHERE lot = $1 AND state = 'waiting'`,
      [lotId, formatInstant(deadline), nextDueAt === null ? null : formatInstant(nextDueAt)],
    );
  }

  async move(
    tx: Tx,
    from: Session,
    event: OpeningEvent,
    change: SessionChange,
    actor: string,
  ): Promise<void> {
    const text = (value: Instant | null | undefined) =>
      value === undefined || value === null ? null : formatInstant(value);
    const touched = await tx.execute(
      `UPDATE opening.session SET state = $3, version = version + 1, next_due_at = $4,
              closed_at = coalesce($5, closed_at), release_at = coalesce($6, release_at),
              opened_at = coalesce($7, opened_at),
              finished_at = CASE WHEN $9 THEN $8 ELSE finished_at END,
              distinct_bidders = coalesce($10, distinct_bidders)
        WHERE lot = $1 AND state = $2`,
      [
        from.lotId,
        from.state,
        change.state,
        text(change.nextDueAt),
        text(change.closedAt),
        text(change.releaseAt),
        text(change.openedAt),
        text(change.finishedAt),
        change.finishedAt !== undefined,
        change.distinctBidders ?? null,
      ],
    );
    if (touched !== 1) throw new IntegrityError('the session moved under its lock', { lot: from.lotId });
    await tx.execute(
      'INSERT INTO opening.transition (lot, event, from_state, to_state, actor) VALUES ($1, $2, $3, $4, $5)',
      [from.lotId, event, from.state, change.state, actor],
    );
    if (change.state !== from.state) await this.say(tx, from.lotId, change.state, null, change.told ?? {});
  }

  async facts(tx: Tx, session: Session): Promise<OpeningFacts> {
    const [row] = await tx.query<Record<string, number>>(
      `SELECT (SELECT count(*)::int FROM opening.shares WHERE lot = $1) AS shares,
              (SELECT count(*)::int FROM opening.bid WHERE lot = $1) AS commitments,
              (SELECT count(*)::int FROM opening.bid WHERE lot = $1 AND identity IS NULL) AS identities,
              (SELECT count(*)::int FROM opening.bid WHERE lot = $1 AND standing AND outcome IS NULL) AS contents,
              (SELECT count(*)::int FROM opening.objection WHERE lot = $1 AND answer IS NULL) AS objections`,
      [session.lotId],
    );
    return {
      closeDueAt: closeDueAt(session.deadline, session.acceleration),
      releaseAt: session.releaseAt,
      sharesReceived: row?.['shares'] ?? 0,
      commitments: row?.['commitments'] ?? 0,
      pendingIdentities: row?.['identities'] ?? 0,
      distinctBidders: session.distinctBidders,
      pendingContents: row?.['contents'] ?? 0,
      unansweredObjections: row?.['objections'] ?? 0,
    };
  }

  async takeLease(tx: Tx, lotId: LotId, by: string, forMs: number): Promise<boolean> {
    const touched = await tx.execute(
      `UPDATE opening.session SET lease_by = $2, lease_until = clock_timestamp() + make_interval(secs => $3)
        WHERE lot = $1 AND (lease_by = $2 OR lease_until IS NULL OR lease_until < clock_timestamp())`,
      [lotId, by, forMs / 1000],
    );
    return touched === 1;
  }

  async dropLease(tx: Tx, lotId: LotId, by: string): Promise<void> {
    await tx.execute(
      'UPDATE opening.session SET lease_by = NULL, lease_until = NULL WHERE lot = $1 AND lease_by = $2',
      [lotId, by],
    );
  }

  async addClose(tx: Tx, lotId: LotId, { hash, signed }: Stored<Close>): Promise<void> {
    await tx.execute('INSERT INTO opening.close (lot, hash, signed) VALUES ($1, $2, $3)', [
      lotId,
      hash,
      textOf(signed),
    ]);
  }

  async close(tx: Tx, lotId: LotId): Promise<Stored<Close> | null> {
    const [row] = await tx.query<{ hash: string; signed: string }>(
      'SELECT hash, signed FROM opening.close WHERE lot = $1',
      [lotId],
    );
    return stored<Close>(row);
  }

  async addAddition(tx: Tx, lotId: LotId, { hash, signed, commit }: StoredAddition): Promise<boolean> {
    const { sequence, bid } = signed.record;
    const added = await tx.execute(
      `INSERT INTO opening.addition (lot, sequence, c, hash, signed, commit)
       SELECT lot, $2, $3, $4, $5, $6 FROM opening.session
        WHERE lot = $1 AND state = 'closed' AND clock_timestamp() < release_at`,
      [lotId, sequence, bid.c, hash, textOf(signed), textOf(commit)],
    );
    return added === 1;
  }

  async additions(tx: Tx, lotId: LotId): Promise<readonly StoredAddition[]> {
    const rows = await tx.query<{ hash: string; signed: string; commit: string }>(
      'SELECT hash, signed, commit FROM opening.addition WHERE lot = $1 ORDER BY sequence',
      [lotId],
    );
    return rows.map(({ hash, signed, commit }) => ({
      hash,
      signed: JSON.parse(signed) as StoredAddition['signed'],
      commit: JSON.parse(commit) as StoredAddition['commit'],
    }));
  }

  async addObjection(
    tx: Tx,
    lotId: LotId,
    { n, creditCode, c, name, at: when, text }: Objection,
  ): Promise<void> {
    await tx.execute(
      'INSERT INTO opening.objection (lot, n, credit_code, c, name, at, text) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [lotId, n, creditCode, c, name, formatInstant(when), text],
    );
  }

  async objections(tx: Tx, lotId: LotId): Promise<readonly Objection[]> {
    const rows = await tx.query<{
      n: number;
      credit_code: string;
      c: string | null;
      name: string;
      at: Date;
      text: string;
      answer: string | null;
      answered_at: Date | null;
    }>('SELECT * FROM opening.objection WHERE lot = $1 ORDER BY n', [lotId]);
    return rows.map((row) => ({
      n: row.n,
      creditCode: row.credit_code,
      c: row.c,
      name: row.name,
      at: at(row.at),
      text: row.text,
      answer: row.answer,
      answeredAt: maybeAt(row.answered_at),
    }));
  }

  async answer(tx: Tx, lotId: LotId, n: number, answer: string, when: Instant): Promise<boolean> {
    const touched = await tx.execute(
      `UPDATE opening.objection SET answer = $3, answered_at = $4
        WHERE lot = $1 AND n = $2 AND answer IS NULL`,
      [lotId, n, answer, formatInstant(when)],
    );
    return touched === 1;
  }

  async addRecord(tx: Tx, lotId: LotId, { hash, signed }: Stored<OpeningRecord>): Promise<void> {
    await tx.execute('INSERT INTO opening.record (lot, hash, signed) VALUES ($1, $2, $3)', [
      lotId,
      hash,
      textOf(signed),
    ]);
  }

  async record(tx: Tx, lotId: LotId): Promise<Stored<OpeningRecord> | null> {
    const [row] = await tx.query<{ hash: string; signed: string }>(
      'SELECT hash, signed FROM opening.record WHERE lot = $1',
      [lotId],
    );
    return stored<OpeningRecord>(row);
  }

  async sayAll(tx: Tx, lotId: LotId, news: readonly HallNews[]): Promise<void> {
    if (news.length === 0) return;
    await tx.execute(
      `WITH said AS (
         SELECT ordinality AS n, one ->> 'kind' AS kind, one ->> 'c' AS c, one -> 'facts' AS facts
           FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS given (one, ordinality)),
       next AS (
         UPDATE opening.session SET last_event = last_event + $3 WHERE lot = $1
         RETURNING last_event - $3 AS before)
       INSERT INTO opening.event (lot, seq, kind, c, facts)
       SELECT $1, before + n, kind, c, facts FROM next, said`,
      [lotId, JSON.stringify(news), news.length],
    );
    await tx.query("SELECT pg_notify('opening', $1)", [lotId]);
  }

  async events(tx: Tx, lotId: LotId, after: number, limit: number): Promise<readonly HallEvent[]> {
    const rows = await tx.query<{
      seq: string;
      kind: string;
      c: string | null;
      facts: { [key: string]: Json };
      at: Date;
    }>(
      'SELECT seq, kind, c, facts, at FROM opening.event WHERE lot = $1 AND seq > $2 ORDER BY seq LIMIT $3',
      [lotId, after, limit],
    );
    return rows.map((row) => ({ ...row, seq: Number(row.seq), at: at(row.at) }));
  }
}
