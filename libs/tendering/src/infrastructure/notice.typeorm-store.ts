import { Injectable } from '@nestjs/common';
import { instant } from '#kernel';
import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { Cancellation, DeadlineChange, Notice, Signed } from '#trust';
import { NoticeStore } from '../application/notice-store.ts';
import type { StoredDocument } from '../application/notice-store.ts';

/** bigint comes as text. */
type DocumentRecord = Omit<StoredDocument, 'size'> & { readonly size: string };

const COLUMNS = 'd.id, d.name, d.size, d.sha256, d.blob_key AS key';
const documentOf = (row: DocumentRecord): StoredDocument => ({ ...row, size: Number(row.size) });

@Injectable()
export class TypeormNoticeStore extends NoticeStore {
  async putDraft(tx: Tx, lotId: LotId, document: StoredDocument): Promise<StoredDocument | null> {
    const replaced = await this.removeDraft(tx, lotId, document.name);
    await tx.execute(
      'INSERT INTO tendering.document (id, lot_id, name, size, sha256, blob_key) VALUES ($1, $2, $3, $4, $5, $6)',
      [document.id, lotId, document.name, document.size, document.sha256, document.key],
    );
    return replaced;
  }

  async removeDraft(tx: Tx, lotId: LotId, name: string): Promise<StoredDocument | null> {
    const [removed] = await tx.query<DocumentRecord>(
      `DELETE FROM tendering.document d WHERE d.lot_id = $1 AND d.name = $2 AND d.notice_version IS NULL
       RETURNING ${COLUMNS}`,
      [lotId, name],
    );
    return removed ? documentOf(removed) : null;
  }

  async nextDocuments(tx: Tx, lotId: LotId): Promise<readonly StoredDocument[]> {
    const rows = await tx.query<DocumentRecord>(
      `SELECT DISTINCT ON (d.name) ${COLUMNS} FROM tendering.document d
        WHERE d.lot_id = $1 ORDER BY d.name, d.seq DESC`,
      [lotId],
    );
    return rows.map(documentOf);
  }

  async publishDrafts(tx: Tx, lotId: LotId, version: number): Promise<void> {
    await tx.execute(
      'UPDATE tendering.document SET notice_version = $2 WHERE lot_id = $1 AND notice_version IS NULL',
      [lotId, version],
    );
  }

  async publishedDocument(tx: Tx, lotId: LotId, sha256: string): Promise<StoredDocument | null> {
    const [row] = await tx.query<DocumentRecord>(
      `SELECT ${COLUMNS} FROM tendering.document d
        WHERE d.lot_id = $1 AND d.sha256 = $2 AND d.notice_version IS NOT NULL ORDER BY d.seq LIMIT 1`,
      [lotId, sha256],
    );
    return row ? documentOf(row) : null;
  }

  async publishedBytes(tx: Tx): Promise<bigint> {
    const [row] = await tx.query<{ total: string }>(
      'SELECT coalesce(sum(size), 0) AS total FROM tendering.document WHERE notice_version IS NOT NULL',
    );
    return BigInt(row?.total ?? 0);
  }

  async namedKeys(tx: Tx, keys: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ blob_key: string }>(
      'SELECT blob_key FROM tendering.document WHERE blob_key = ANY($1::text[])',
      [keys],
    );
    return new Set(rows.map(({ blob_key }) => blob_key));
  }

  async addNotice(tx: Tx, signed: Signed<Notice>, hash: string): Promise<void> {
    const { lot, version } = signed.record;
    await tx.execute(
      'INSERT INTO tendering.notice (lot_id, version, hash, signed) VALUES ($1, $2, $3, $4::jsonb)',
      [lot, version, hash, JSON.stringify(signed)],
    );
  }

  async notices(tx: Tx, lotId: LotId): Promise<readonly Signed<Notice>[]> {
    const rows = await tx.query<{ signed: Signed<Notice> }>(
      'SELECT signed FROM tendering.notice WHERE lot_id = $1 ORDER BY version',
      [lotId],
    );
    return rows.map(({ signed }) => signed);
  }

  async addDeadlineChange(tx: Tx, lotId: LotId, signed: Signed<DeadlineChange>, hash: string): Promise<void> {
    await tx.execute(
      'INSERT INTO tendering.deadline_change (lot_id, sequence, hash, signed) VALUES ($1, $2, $3, $4::jsonb)',
      [lotId, signed.record.sequence, hash, JSON.stringify(signed)],
    );
  }

  async deadlineChanges(tx: Tx, lotId: LotId): Promise<readonly Signed<DeadlineChange>[]> {
    const rows = await tx.query<{ signed: Signed<DeadlineChange> }>(
      'SELECT signed FROM tendering.deadline_change WHERE lot_id = $1 ORDER BY sequence',
      [lotId],
    );
    return rows.map(({ signed }) => signed);
  }

  async addCancellation(tx: Tx, signed: Signed<Cancellation>, hash: string): Promise<void> {
    await tx.execute('INSERT INTO tendering.cancellation (lot_id, hash, signed) VALUES ($1, $2, $3::jsonb)', [
      signed.record.lot,
      hash,
      JSON.stringify(signed),
    ]);
  }

  async cancellation(tx: Tx, lotId: LotId): Promise<Signed<Cancellation> | null> {
    const [row] = await tx.query<{ signed: Signed<Cancellation> }>(
      'SELECT signed FROM tendering.cancellation WHERE lot_id = $1',
      [lotId],
    );
    return row?.signed ?? null;
  }

  async propose(
    tx: Tx,
    lotId: LotId,
    signed: Signed<DeadlineChange>,
    by: Parameters<NoticeStore['propose']>[3],
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO tendering.deadline_proposal (lot_id, signed, person_id, credit_code, address)
       VALUES ($1, $2::jsonb, $3, $4, $5)`,
      [lotId, JSON.stringify(signed), by.personId, by.creditCode, by.address],
    );
  }

  async proposal(tx: Tx, lotId: LotId) {
    const [row] = await tx.query<{ signed: Signed<DeadlineChange>; proposedAt: Date }>(
      `SELECT signed, proposed_at AS "proposedAt" FROM tendering.deadline_proposal
        WHERE lot_id = $1 ORDER BY id DESC LIMIT 1`,
      [lotId],
    );
    return row ? { signed: row.signed, proposedAt: instant(row.proposedAt.getTime()) } : null;
  }
}
