import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { ArrivalReceipt, Signed } from '#trust';
import { ArrivalStore } from '../application/arrival-store.ts';
import type {
  Arrival,
  ArrivalKind,
  ArrivalState,
  ArrivalTime,
  HandedOut,
  NewArrival,
  Refused,
} from '../application/arrival-store.ts';
import { reasonOf } from '../domain/refusals.ts';
import type { BiddingRefusal, BiddingRefusalCode } from '../domain/refusals.ts';
import { Autocommit, bytesOfText, instantOf, instantOrNull, textOfBytes } from './sql.ts';

interface TimeRow {
  id: string;
  arrived_at: Date;
  deadline: Date;
  in_time: boolean;
  state: ArrivalState;
}

interface ArrivalRow extends TimeRow {
  lot: string;
  kind: ArrivalKind;
  subject: Buffer;
  raw: Buffer | null;
}

interface RefusalRow {
  subject: Buffer;
  kind: ArrivalKind;
  arrived_at: Date;
  code: string;
  facts: BiddingRefusal['facts'];
  receipt: Signed<ArrivalReceipt> | null;
  token: Buffer | null;
}

const timeOf = (row: TimeRow): ArrivalTime => ({
  id: row.id,
  arrivedAt: instantOf(row.arrived_at),
  deadline: instantOf(row.deadline),
  inTime: row.in_time,
  state: row.state,
});

const refusedOf = (row: RefusalRow): Refused => ({
  subject: textOfBytes(row.subject),
  kind: row.kind,
  arrivedAt: instantOf(row.arrived_at),
  code: row.code as BiddingRefusalCode,
  facts: row.facts,
  handedOut: row.receipt && row.token ? { receipt: row.receipt, token: row.token } : null,
});

const REFUSAL_COLUMNS = 'subject, kind, arrived_at, code, facts, receipt, token';

@Injectable()
export class PgArrivalStore extends ArrivalStore {
  private readonly sql: Autocommit;

  constructor(dataSource: DataSource) {
    super();
    this.sql = new Autocommit(dataSource);
  }

  async take({ lotId, kind, subject, raw, box }: NewArrival): Promise<ArrivalTime | null> {
    const [row] = await this.sql.query<TimeRow>('SELECT * FROM bidding.take_arrival($1, $2, $3, $4, $5)', [
      lotId,
      kind,
      bytesOfText(subject),
      Buffer.from(raw),
      Buffer.from(box),
    ]);
    return row ? timeOf(row) : null;
  }

  async find(id: string): Promise<Arrival | null> {
    const [row] = await this.sql.query<ArrivalRow>('SELECT * FROM bidding.arrival WHERE id = $1', [id]);
    if (!row) return null;
    return {
      ...timeOf(row),
      lotId: row.lot as LotId,
      kind: row.kind,
      subject: textOfBytes(row.subject),
      raw: row.raw ?? new Uint8Array(),
    };
  }

  async pending(where: { lotId: LotId } | { olderThanMs: number }, limit: number): Promise<string[]> {
    const rows =
      'lotId' in where
        ? await this.sql.query<{ id: string }>(
            `SELECT id FROM bidding.arrival WHERE state = 'pending' AND lot = $1 ORDER BY arrived_at LIMIT $2`,
            [where.lotId, limit],
          )
        : await this.sql.query<{ id: string }>(
            `SELECT id FROM bidding.arrival WHERE state = 'pending'
               AND arrived_at < bidding.clock() - $1 * interval '1 millisecond' ORDER BY arrived_at LIMIT $2`,
            [where.olderThanMs, limit],
          );
    return rows.map(({ id }) => id);
  }

  async accept(tx: Tx, id: string): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE bidding.arrival SET state = 'accepted' WHERE id = $1 AND state = 'pending'`,
      [id],
    );
    return changed === 1;
  }

  async refuse(
    tx: Tx,
    arrival: Arrival,
    refusal: BiddingRefusal,
    { keepRaw, handedOut }: { keepRaw: boolean; handedOut: HandedOut | null },
  ): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE bidding.arrival SET state = 'refused', raw = CASE WHEN $2 THEN raw END
       WHERE id = $1 AND state = 'pending'`,
      [arrival.id, keepRaw],
    );
    if (changed !== 1) return false;
    await tx.execute(
      `INSERT INTO bidding.refusal (arrival, lot, kind, subject, arrived_at, code, reason, facts, receipt, token)
       SELECT id, lot, kind, subject, arrived_at, $2, $3, $4, $5, $6 FROM bidding.arrival WHERE id = $1`,
      [
        arrival.id,
        refusal.code,
        reasonOf(refusal.code),
        JSON.stringify(refusal.facts),
        handedOut ? JSON.stringify(handedOut.receipt) : null,
        handedOut ? Buffer.from(handedOut.token) : null,
      ],
    );
    return true;
  }

  async refusal(arrivalId: string): Promise<Refused | null> {
    const [row] = await this.sql.query<RefusalRow>(
      `SELECT ${REFUSAL_COLUMNS} FROM bidding.refusal WHERE arrival = $1`,
      [arrivalId],
    );
    return row ? refusedOf(row) : null;
  }

  async refusedCommits(tx: Tx, lotId: LotId, limit: number): Promise<Refused[]> {
    const rows = await tx.query<RefusalRow>(
      `SELECT ${REFUSAL_COLUMNS} FROM (
         SELECT * FROM bidding.refusal WHERE lot = $1 AND kind = 'commit' AND reason IS NOT NULL
         ORDER BY reason IN ('quota', 'malformed'), arrived_at, subject LIMIT $2
       ) listed ORDER BY arrived_at, subject`,
      [lotId, limit],
    );
    return rows.map(refusedOf);
  }

  async lateReceipts(lotId: LotId): Promise<Signed<ArrivalReceipt>[]> {
    const rows = await this.sql.query<{ receipt: Signed<ArrivalReceipt> }>(
      `SELECT receipt FROM bidding.refusal WHERE lot = $1 AND reason = 'late' AND receipt IS NOT NULL
       ORDER BY arrived_at, subject`,
      [lotId],
    );
    return rows.map(({ receipt }) => receipt);
  }

  async awaitInFlight(tx: Tx, lotId: LotId): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock(bidding.lot_lock($1))', [lotId]);
  }

  async moment(lotId: LotId) {
    const [row] = await this.sql.query<{ at: Date; deadline: Date | null }>(
      'SELECT bidding.clock() AS at, tendering.bid_deadline($1) AS deadline',
      [lotId],
    );
    if (!row) throw new Error('a SELECT without FROM has one row');
    return { at: instantOf(row.at), deadline: instantOrNull(row.deadline) };
  }

  async useQuota(account: Uint8Array, kind: ArrivalKind): Promise<number> {
    const [row] = await this.sql.query<{ used: number }>(
      `INSERT INTO bidding.quota AS q (account, kind, hour, used)
       VALUES ($1, $2, date_trunc('hour', bidding.clock()), 1)
       ON CONFLICT (account, kind, hour) DO UPDATE SET used = q.used + 1 RETURNING used`,
      [Buffer.from(account), kind],
    );
    return row?.used ?? 0;
  }

  async forgetQuotas(): Promise<void> {
    await this.sql.query(`DELETE FROM bidding.quota WHERE hour < date_trunc('hour', bidding.clock())`);
  }

  async journalBoxes(lotId: LotId): Promise<Uint8Array[]> {
    const rows = await this.sql.query<{ box: Buffer }>(
      'SELECT box FROM bidding.journal_box WHERE lot = $1 ORDER BY id',
      [lotId],
    );
    return rows.map(({ box }) => box);
  }
}
