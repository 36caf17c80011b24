import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IntegrityError } from '#kernel';
import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { ArrivalReceipt, EnvelopeName, Signed, SignedMove, StoredReceipt } from '#trust';
import { BidStore } from '../application/bid-store.ts';
import type { Bid, BidToMove, Envelope, Move, NewBid, NewMove } from '../application/bid-store.ts';
import type { UniqueValue } from '../domain/commit-rules.ts';
import type { BidState } from '../domain/bid-states.ts';
import { partCount } from '../domain/part-plan.ts';
import { Autocommit, bytesOfText, dateOf, instantOf, instantOrNull, textOfBytes } from './sql.ts';

interface BidRow {
  c: Buffer;
  lot: string;
  state: BidState;
  chain_sequence: number;
  arrived_at: Date;
  receipt: Signed<ArrivalReceipt>;
  token: Buffer;
  stored_at: Date | null;
  stored_receipt: Signed<StoredReceipt> | null;
}
const BID_COLUMNS = 'c, lot, state, chain_sequence, arrived_at, receipt, token, stored_at, stored_receipt';

interface MoveRow {
  hash: Buffer;
  signed: SignedMove;
  arrived_at: Date;
  receipt: Signed<ArrivalReceipt>;
  token: Buffer;
}
const MOVE_COLUMNS = 'hash, signed, arrived_at, receipt, token';

const factsOf = (row: Pick<BidRow, 'c' | 'lot' | 'state' | 'chain_sequence'>) => ({
  c: textOfBytes(row.c),
  lotId: row.lot as LotId,
  state: row.state,
  chainSequence: row.chain_sequence,
});

const bidOf = (row: BidRow): Bid => ({
  ...factsOf(row),
  arrivedAt: instantOf(row.arrived_at),
  receipt: row.receipt,
  token: row.token,
  storedAt: instantOrNull(row.stored_at),
  storedReceipt: row.stored_receipt,
});

const moveOf = (row: MoveRow): Move => ({
  hash: textOfBytes(row.hash),
  move: row.signed,
  arrivedAt: instantOf(row.arrived_at),
  receipt: row.receipt,
  token: row.token,
});

@Injectable()
export class PgBidStore extends BidStore {
  private readonly sql: Autocommit;

  constructor(dataSource: DataSource) {
    super();
    this.sql = new Autocommit(dataSource);
  }

  async settledBytes(tx: Tx): Promise<bigint> {
    const [row] = await tx.query<{ total: string }>(
      `SELECT coalesce(sum(e.length), 0) AS total FROM bidding.envelope e JOIN bidding.commitment c USING (c)
        WHERE e.stored_at IS NOT NULL AND tendering.bid_deadline(c.lot) <= bidding.clock()`,
    );
    return BigInt(row?.total ?? 0);
  }

  async insert(tx: Tx, bid: NewBid): Promise<UniqueValue['kind'] | null> {
    const { arrival, commit, receipt, token } = bid;
    const c = bytesOfText(arrival.subject);
    await tx.execute(
      `INSERT INTO bidding.commitment (c, lot, arrival, wk, withdraws_all, arrived_at, receipt, token)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        c,
        arrival.lotId,
        arrival.id,
        bytesOfText(commit.wk),
        commit.withdraw === 'all',
        dateOf(arrival.arrivedAt),
        JSON.stringify(receipt),
        Buffer.from(token),
      ],
    );
    const taken = await this.claim(tx, c, bid.values);
    if (taken) return taken;
    await tx.execute(
      `INSERT INTO bidding.envelope (c, e, position, root, length, parts, object_key)
       SELECT $1, * FROM unnest($2::text[], $3::integer[], $4::bytea[], $5::bigint[], $6::integer[], $7::text[])`,
      [
        c,
        commit.envelopes.map(({ e }) => e),
        commit.envelopes.map((_, position) => position),
        commit.envelopes.map(({ root }) => bytesOfText(root)),
        commit.envelopes.map(({ length }) => length),
        commit.envelopes.map(({ length }) => partCount(length)),
        commit.envelopes.map(({ e }) => bid.objectKeys.get(e)),
      ],
    );
    return null;
  }

  /** In one order for everybody: two bids that share values wait for each other, and never in a circle. */
  private async claim(
    tx: Tx,
    c: Buffer,
    values: readonly UniqueValue[],
  ): Promise<UniqueValue['kind'] | null> {
    const ordered = [...values].sort((a, b) => compareText(`${a.kind}/${a.value}`, `${b.kind}/${b.value}`));
    const inserted = await tx.query<{ kind: UniqueValue['kind']; value: Buffer }>(
      `INSERT INTO bidding.unique_value (kind, value, c)
       SELECT kind, value, $3 FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS v (kind, value, nth) ORDER BY nth
       ON CONFLICT DO NOTHING RETURNING kind, value`,
      [ordered.map(({ kind }) => kind), ordered.map(({ value }) => bytesOfText(value)), c],
    );
    if (inserted.length === values.length) return null;
    const own = new Set(inserted.map(({ kind, value }) => `${kind}/${textOfBytes(value)}`));
    // Also where one commitment carries a value twice: then all are "own", and the first kind is named.
    const taken = ordered.find(({ kind, value }) => !own.has(`${kind}/${value}`)) ?? ordered[0];
    return taken?.kind ?? null;
  }

  async find(c: string): Promise<Bid | null> {
    const [row] = await this.sql.query<BidRow>(`SELECT ${BID_COLUMNS} FROM bidding.commitment WHERE c = $1`, [
      bytesOfText(c),
    ]);
    return row ? bidOf(row) : null;
  }

  async commitBytes(c: string): Promise<Uint8Array | null> {
    const [row] = await this.sql.query<{ raw: Buffer }>(
      'SELECT a.raw FROM bidding.commitment b JOIN bidding.arrival a ON a.id = b.arrival WHERE b.c = $1',
      [bytesOfText(c)],
    );
    return row?.raw ?? null;
  }

  async envelopes(c: string): Promise<Envelope[]> {
    const rows = await this.sql.query<{
      e: EnvelopeName;
      root: Buffer;
      length: string;
      parts: number;
      object_key: string;
      stored_at: Date | null;
    }>(
      `SELECT e, root, length, parts, object_key, stored_at FROM bidding.envelope WHERE c = $1 ORDER BY position`,
      [bytesOfText(c)],
    );
    return rows.map((row) => ({
      e: row.e,
      root: textOfBytes(row.root),
      length: Number(row.length),
      parts: row.parts,
      objectKey: row.object_key,
      storedAt: instantOrNull(row.stored_at),
    }));
  }

  async replaceObject(tx: Tx, c: string, e: EnvelopeName, objectKey: string): Promise<void> {
    const touched = await tx.execute(
      'UPDATE bidding.envelope SET object_key = $3 WHERE c = $1 AND e = $2 AND stored_at IS NOT NULL',
      [bytesOfText(c), e, objectKey],
    );
    if (touched !== 1) throw new IntegrityError('no stored envelope to replace', { e });
  }

  async lockForMove(tx: Tx, cs: readonly string[]): Promise<(BidToMove | null)[]> {
    const rows = await tx.query<BidRow & { wk: Buffer }>(
      `SELECT c, lot, state, chain_sequence, wk FROM bidding.commitment WHERE c = ANY($1::bytea[])
       ORDER BY c FOR UPDATE`,
      [cs.map(bytesOfText)],
    );
    const found = new Map(rows.map((row) => [textOfBytes(row.c), { ...factsOf(row), wk: row.wk }]));
    return cs.map((c) => found.get(c) ?? null);
  }

  async insertMove(tx: Tx, { arrival, move, was, becomes, receipt, token }: NewMove): Promise<boolean> {
    const { from, to, sequence } = move.record;
    const moved = await tx.execute('UPDATE bidding.commitment SET state = $3 WHERE c = $1 AND state = $2', [
      bytesOfText(from),
      was,
      becomes,
    ]);
    if (moved !== 1) return false;
    if (to !== null)
      await tx.execute(
        'UPDATE bidding.commitment SET chain_sequence = greatest(chain_sequence, $2) WHERE c = $1',
        [bytesOfText(to), sequence],
      );
    await tx.execute(
      `INSERT INTO bidding.move (hash, lot, arrival, from_c, to_c, sequence, signed, arrived_at, receipt, token)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        bytesOfText(arrival.subject),
        arrival.lotId,
        arrival.id,
        bytesOfText(from),
        to === null ? null : bytesOfText(to),
        sequence,
        JSON.stringify(move),
        dateOf(arrival.arrivedAt),
        JSON.stringify(receipt),
        Buffer.from(token),
      ],
    );
    return true;
  }

  async move(hash: string): Promise<Move | null> {
    const [row] = await this.sql.query<MoveRow>(`SELECT ${MOVE_COLUMNS} FROM bidding.move WHERE hash = $1`, [
      bytesOfText(hash),
    ]);
    return row ? moveOf(row) : null;
  }

  async owedReceipts(lotId: LotId | null, limit: number): Promise<string[]> {
    const rows = await this.sql.query<{ c: Buffer }>(
      `SELECT c FROM bidding.commitment
       WHERE stored_at IS NOT NULL AND stored_receipt IS NULL AND ($1::uuid IS NULL OR lot = $1) LIMIT $2`,
      [lotId, limit],
    );
    return rows.map(({ c }) => textOfBytes(c));
  }

  async saveStoredReceipt(tx: Tx, c: string, receipt: Signed<StoredReceipt>): Promise<boolean> {
    const changed = await tx.execute(
      'UPDATE bidding.commitment SET stored_receipt = $2 WHERE c = $1 AND stored_receipt IS NULL',
      [bytesOfText(c), JSON.stringify(receipt)],
    );
    return changed === 1;
  }

  async bidsOf(tx: Tx, lotId: LotId): Promise<Bid[]> {
    const rows = await tx.query<BidRow>(`SELECT ${BID_COLUMNS} FROM bidding.commitment WHERE lot = $1`, [
      lotId,
    ]);
    return rows.map(bidOf).sort((a, b) => a.arrivedAt - b.arrivedAt || compareText(a.c, b.c));
  }

  async movesOf(tx: Tx, lotId: LotId): Promise<Move[]> {
    const rows = await tx.query<MoveRow>(`SELECT ${MOVE_COLUMNS} FROM bidding.move WHERE lot = $1`, [lotId]);
    return rows.map(moveOf).sort((a, b) => a.arrivedAt - b.arrivedAt || compareText(a.hash, b.hash));
  }

  async unsettled(tx: Tx, lotId: LotId): Promise<number> {
    const [row] = await tx.query<{ n: string }>(
      `SELECT (SELECT count(*) FROM bidding.arrival WHERE lot = $1 AND state = 'pending')
            + (SELECT count(*) FROM bidding.commitment
               WHERE lot = $1 AND stored_at IS NOT NULL AND stored_receipt IS NULL) AS n`,
      [lotId],
    );
    return Number(row?.n);
  }
}

/** By code unit, as everywhere in records; not by the database's collation. */
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
