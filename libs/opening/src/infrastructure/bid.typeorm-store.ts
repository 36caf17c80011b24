import { Injectable } from '@nestjs/common';
import { formatInstant, instant } from '#kernel';
import type { Instant, LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { BidOutcome, BidStatement, EnvelopeName, Identity, OpeningSheet } from '#trust';
import { BidStore } from '../application/bid-store.ts';
import type { DealingKey, IndexedFile, LotBid, StoredReveal } from '../application/bid-store.ts';

interface BidRow {
  readonly c: string;
  readonly arrived_at: string;
  readonly identity: string | null;
  readonly statement: string | null;
  readonly standing: boolean;
  readonly outcome: BidOutcome | null;
  readonly reason: string;
  readonly bidder: string | null;
  readonly sheet: string | null;
  readonly damaged_at: Date | null;
  readonly damaged_envelope: EnvelopeName | null;
}

const parse = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));

const bidOf = (row: BidRow): LotBid => ({
  c: row.c,
  arrivedAt: row.arrived_at,
  identity: parse<Identity>(row.identity),
  statement: parse<BidStatement>(row.statement),
  standing: row.standing,
  outcome: row.outcome,
  reason: row.reason,
  bidder: parse<NonNullable<LotBid['bidder']>>(row.bidder),
  sheet: parse<OpeningSheet>(row.sheet),
  damagedAt: row.damaged_at === null ? null : instant(row.damaged_at.getTime()),
  damagedEnvelope: row.damaged_envelope,
});

interface FileRow {
  readonly e: EnvelopeName;
  readonly path: string;
  readonly size: string;
  readonly hash: string;
  readonly position: string;
}
const fileOf = (row: FileRow): IndexedFile => ({
  ...row,
  size: Number(row.size),
  position: Number(row.position),
});

const bytes = (buffer: Buffer | null): Uint8Array | null => (buffer === null ? null : new Uint8Array(buffer));

@Injectable()
export class TypeormBidStore extends BidStore {
  async add(tx: Tx, lotId: LotId, bid: { readonly c: string; readonly arrivedAt: string }): Promise<void> {
    await tx.execute('INSERT INTO opening.bid (lot, c, arrived_at) VALUES ($1, $2, $3)', [
      lotId,
      bid.c,
      bid.arrivedAt,
    ]);
  }

  async list(tx: Tx, lotId: LotId): Promise<readonly LotBid[]> {
    const rows = await tx.query<BidRow>(
      'SELECT * FROM opening.bid WHERE lot = $1 ORDER BY arrived_at, c COLLATE "C"',
      [lotId],
    );
    return rows.map(bidOf);
  }

  async find(tx: Tx, lotId: LotId, c: string): Promise<LotBid | null> {
    const [row] = await tx.query<BidRow>('SELECT * FROM opening.bid WHERE lot = $1 AND c = $2', [lotId, c]);
    return row ? bidOf(row) : null;
  }

  async setIdentity(
    tx: Tx,
    lotId: LotId,
    c: string,
    identity: Identity,
    statement: BidStatement | null,
  ): Promise<void> {
    await tx.execute('UPDATE opening.bid SET identity = $3, statement = $4 WHERE lot = $1 AND c = $2', [
      lotId,
      c,
      JSON.stringify(identity),
      statement === null ? null : JSON.stringify(statement),
    ]);
  }

  async setStanding(
    tx: Tx,
    lotId: LotId,
    bid: Pick<LotBid, 'c' | 'standing' | 'outcome' | 'reason' | 'bidder'>,
  ): Promise<void> {
    await tx.execute(
      `UPDATE opening.bid SET standing = $3, outcome = $4, reason = $5, bidder = $6, credit_code = $7
        WHERE lot = $1 AND c = $2`,
      [
        lotId,
        bid.c,
        bid.standing,
        bid.outcome,
        bid.reason,
        bid.bidder === null ? null : JSON.stringify(bid.bidder),
        bid.bidder?.creditCode ?? null,
      ],
    );
  }

  async setSheet(tx: Tx, lotId: LotId, c: string, sheet: OpeningSheet): Promise<void> {
    await tx.execute('UPDATE opening.bid SET sheet = $3 WHERE lot = $1 AND c = $2', [
      lotId,
      c,
      JSON.stringify(sheet),
    ]);
  }

  async setOutcome(tx: Tx, lotId: LotId, c: string, outcome: BidOutcome, reason: string): Promise<boolean> {
    const touched = await tx.execute(
      'UPDATE opening.bid SET outcome = $3, reason = $4 WHERE lot = $1 AND c = $2 AND outcome IS NULL',
      [lotId, c, outcome, reason.slice(0, 200)],
    );
    return touched === 1;
  }

  async setDamaged(tx: Tx, lotId: LotId, c: string, e: EnvelopeName, at: Instant): Promise<void> {
    await tx.execute(
      `UPDATE opening.bid SET damaged_at = $3, damaged_envelope = $4
        WHERE lot = $1 AND c = $2 AND damaged_at IS NULL`,
      [lotId, c, formatInstant(at), e],
    );
  }

  async clearDamage(tx: Tx, lotId: LotId, c: string): Promise<void> {
    await tx.execute(
      `UPDATE opening.bid SET damaged_at = NULL, damaged_envelope = NULL,
              identity = CASE WHEN standing THEN identity END, outcome = NULL, reason = ''
        WHERE lot = $1 AND c = $2 AND damaged_at IS NOT NULL`,
      [lotId, c],
    );
  }

  async addEnvelope(
    tx: Tx,
    lotId: LotId,
    c: string,
    {
      e,
      manifest,
      files,
    }: { readonly e: EnvelopeName; readonly manifest: string; readonly files: readonly IndexedFile[] },
  ): Promise<void> {
    const added = await tx.execute(
      'INSERT INTO opening.envelope (lot, c, e, manifest) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [lotId, c, e, manifest],
    );
    if (added === 0 || files.length === 0) return;
    await tx.execute(
      `INSERT INTO opening.file (lot, c, e, ordinal, path, size, hash, position)
       SELECT $1, $2, $3, f.ordinality, f.path, f.size, f.hash, f.position
         FROM ROWS FROM (unnest($4::text[]), unnest($5::bigint[]), unnest($6::text[]), unnest($7::bigint[]))
              WITH ORDINALITY AS f (path, size, hash, position, ordinality)`,
      [
        lotId,
        c,
        e,
        files.map((file) => file.path),
        files.map((file) => file.size),
        files.map((file) => file.hash),
        files.map((file) => file.position),
      ],
    );
  }

  async openedEnvelopes(tx: Tx, lotId: LotId, c: string): Promise<readonly EnvelopeName[]> {
    const rows = await tx.query<{ e: EnvelopeName }>(
      'SELECT e FROM opening.envelope WHERE lot = $1 AND c = $2 ORDER BY e',
      [lotId, c],
    );
    return rows.map((row) => row.e);
  }

  async files(tx: Tx, lotId: LotId, c: string): Promise<readonly IndexedFile[]> {
    const rows = await tx.query<FileRow>(
      'SELECT e, path, size, hash, position FROM opening.file WHERE lot = $1 AND c = $2 ORDER BY e, ordinal',
      [lotId, c],
    );
    return rows.map(fileOf);
  }

  async file(tx: Tx, lotId: LotId, c: string, e: EnvelopeName, path: string): Promise<IndexedFile | null> {
    const [row] = await tx.query<FileRow>(
      `SELECT e, path, size, hash, position FROM opening.file
        WHERE lot = $1 AND c = $2 AND e = $3 AND path = $4`,
      [lotId, c, e, path],
    );
    return row ? fileOf(row) : null;
  }

  async addKey(
    tx: Tx,
    lotId: LotId,
    c: string,
    stage: number,
    audience: string,
    { road, key, box }: DealingKey,
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO opening.dealing_key (lot, c, stage, audience, road, key, box)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [lotId, c, stage, audience, road, key && Buffer.from(key), box && Buffer.from(box)],
    );
  }

  async key(tx: Tx, lotId: LotId, c: string, stage: number, audience: string): Promise<DealingKey | null> {
    const [row] = await tx.query<{ road: 'A' | 'B'; key: Buffer | null; box: Buffer | null }>(
      `SELECT road, key, box FROM opening.dealing_key
        WHERE lot = $1 AND c = $2 AND stage = $3 AND audience = $4`,
      [lotId, c, stage, audience],
    );
    return row ? { road: row.road, key: bytes(row.key), box: bytes(row.box) } : null;
  }

  async addReveal(tx: Tx, lotId: LotId, { c, stage, audience, record, box }: StoredReveal): Promise<void> {
    await tx.execute(
      `INSERT INTO opening.reveal (lot, c, stage, audience, record, box) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT DO NOTHING`,
      [lotId, c, stage, audience, record, box && Buffer.from(box)],
    );
  }

  async reveals(tx: Tx, lotId: LotId): Promise<readonly StoredReveal[]> {
    const rows = await tx.query<StoredReveal & { readonly box: Buffer | null }>(
      `SELECT c, stage, audience, record, box FROM opening.reveal WHERE lot = $1 ORDER BY c, stage, audience`,
      [lotId],
    );
    return rows.map((row) => ({ ...row, box: bytes(row.box) }));
  }

  async addRestored(
    tx: Tx,
    lotId: LotId,
    restored: {
      readonly c: string;
      readonly e: EnvelopeName;
      readonly object: string;
      readonly creditCode: string;
    },
  ): Promise<void> {
    await tx.execute(
      'INSERT INTO opening.restored (lot, c, e, object, by_credit_code) VALUES ($1, $2, $3, $4, $5)',
      [lotId, restored.c, restored.e, restored.object, restored.creditCode],
    );
  }

  async restored(tx: Tx, lotId: LotId, c: string, e: EnvelopeName): Promise<string | null> {
    const [row] = await tx.query<{ object: string }>(
      'SELECT object FROM opening.restored WHERE lot = $1 AND c = $2 AND e = $3',
      [lotId, c, e],
    );
    return row?.object ?? null;
  }
}
