import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IntegrityError } from '#kernel';
import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { EnvelopeName } from '#trust';
import { PartStore } from '../application/part-store.ts';
import type { EndedUpload, Finished, PartRow, PartTarget } from '../application/part-store.ts';
import type { BidState } from '../domain/bid-states.ts';
import { Autocommit, bytesOfText, instantOf, instantOrNull, textOfBytes } from './sql.ts';

interface TargetRow {
  lot: string;
  e: EnvelopeName;
  state: BidState;
  root: Buffer;
  length: string;
  parts: number;
  object_key: string;
  upload_id: string | null;
  stored_at: Date | null;
  at: Date;
  deadline: Date | null;
}

@Injectable()
export class PgPartStore extends PartStore {
  private readonly sql: Autocommit;

  constructor(dataSource: DataSource) {
    super();
    this.sql = new Autocommit(dataSource);
  }

  async target(c: string, e: string): Promise<PartTarget | null> {
    const [row] = await this.sql.query<TargetRow>(
      `SELECT b.lot, b.state, e.e, e.root, e.length, e.parts, e.object_key, e.upload_id, e.stored_at,
              bidding.clock() AS at, tendering.bid_deadline(b.lot) AS deadline
       FROM bidding.commitment b JOIN bidding.envelope e ON e.c = b.c WHERE b.c = $1 AND e.e = $2`,
      [bytesOfText(c), e],
    );
    if (!row) return null;
    return {
      c,
      e: row.e,
      lotId: row.lot as LotId,
      bidState: row.state,
      root: textOfBytes(row.root),
      length: Number(row.length),
      parts: row.parts,
      objectKey: row.object_key,
      uploadId: row.upload_id,
      storedAt: instantOrNull(row.stored_at),
      at: instantOf(row.at),
      deadline: instantOrNull(row.deadline),
    };
  }

  async useUpload(c: string, e: EnvelopeName, uploadId: string): Promise<string> {
    const [row] = await this.sql.query<{ upload_id: string }>(
      `UPDATE bidding.envelope SET upload_id = coalesce(upload_id, $3) WHERE c = $1 AND e = $2 RETURNING upload_id`,
      [bytesOfText(c), e, uploadId],
    );
    if (!row) throw new IntegrityError('the envelope of an upload is gone', { e });
    return row.upload_id;
  }

  async dropUpload(c: string, e: EnvelopeName, uploadId: string): Promise<void> {
    await this.sql.query(
      `WITH dropped AS (
         UPDATE bidding.envelope SET upload_id = NULL, completing = false
         WHERE c = $1 AND e = $2 AND upload_id = $3 AND stored_at IS NULL RETURNING c, e
       ) DELETE FROM bidding.part p USING dropped d WHERE p.c = d.c AND p.e = d.e`,
      [bytesOfText(c), e, uploadId],
    );
  }

  async record(c: string, e: EnvelopeName, part: PartRow) {
    const [row] = await this.sql.query<{ present: number; parts: number; stored: boolean }>(
      'SELECT * FROM bidding.record_part($1, $2, $3, $4, $5, $6)',
      [bytesOfText(c), e, part.n, part.size, part.tag, Buffer.from(part.leaves)],
    );
    if (!row) throw new IntegrityError('the envelope of a part is gone', { e });
    return row;
  }

  async parts(c: string, e: EnvelopeName): Promise<PartRow[]> {
    return this.sql.query<PartRow>(
      'SELECT n, size, tag, leaves FROM bidding.part WHERE c = $1 AND e = $2 ORDER BY n',
      [bytesOfText(c), e],
    );
  }

  async claim(c: string, e: EnvelopeName): Promise<PartRow[]> {
    return this.sql.query<PartRow>('SELECT n, size, tag, leaves FROM bidding.claim_parts($1, $2)', [
      bytesOfText(c),
      e,
    ]);
  }

  async present(c: string): Promise<ReadonlyMap<EnvelopeName, number[]>> {
    const rows = await this.sql.query<{ e: EnvelopeName; n: number[] }>(
      'SELECT e, array_agg(n ORDER BY n) AS n FROM bidding.part WHERE c = $1 GROUP BY e',
      [bytesOfText(c)],
    );
    return new Map(rows.map(({ e, n }) => [e, n]));
  }

  async forget(c: string, e: EnvelopeName, parts: readonly Pick<PartRow, 'n' | 'tag'>[]): Promise<void> {
    await this.sql.query(
      `WITH open AS (
         UPDATE bidding.envelope SET completing = false WHERE c = $1 AND e = $2 AND stored_at IS NULL RETURNING c, e
       ) DELETE FROM bidding.part p USING open o, unnest($3::integer[], $4::text[]) AS gone (n, tag)
         WHERE p.c = o.c AND p.e = o.e AND p.n = gone.n AND p.tag = gone.tag`,
      [bytesOfText(c), e, parts.map(({ n }) => n), parts.map(({ tag }) => tag)],
    );
  }

  async finish(c: string, e: EnvelopeName): Promise<Finished> {
    const [row] = await this.sql.query<{
      at: Date;
      deadline: Date | null;
      envelope_stored: boolean;
      bid_state: BidState;
    }>('SELECT * FROM bidding.finish_envelope($1, $2)', [bytesOfText(c), e]);
    if (!row) throw new IntegrityError('the envelope that is finished is gone', { e });
    return {
      at: instantOf(row.at),
      deadline: instantOrNull(row.deadline),
      envelopeStored: row.envelope_stored,
      bidState: row.bid_state,
    };
  }

  async unfinished(limit: number): Promise<{ c: string; e: EnvelopeName }[]> {
    const rows = await this.sql.query<{ c: Buffer; e: EnvelopeName }>(
      `SELECT e.c, e.e FROM bidding.envelope e JOIN bidding.commitment b ON b.c = e.c
       WHERE e.stored_at IS NULL AND e.upload_id IS NOT NULL AND b.state = 'received'
         AND tendering.bid_deadline(b.lot) > bidding.clock()
         AND (SELECT count(*) FROM bidding.part p WHERE p.c = e.c AND p.e = e.e) = e.parts
       LIMIT $1`,
      [limit],
    );
    return rows.map(({ c, e }) => ({ c: textOfBytes(c), e }));
  }

  async uploadOf(objectKey: string): Promise<string | null> {
    const [row] = await this.sql.query<{ upload_id: string | null }>(
      'SELECT upload_id FROM bidding.envelope WHERE object_key = $1',
      [objectKey],
    );
    return row?.upload_id ?? null;
  }

  async endLot(tx: Tx, lotId: LotId): Promise<void> {
    await tx.execute('INSERT INTO bidding.ended_lot (lot) VALUES ($1) ON CONFLICT DO NOTHING', [lotId]);
  }

  async endedUploads(limit: number): Promise<EndedUpload[]> {
    const rows = await this.sql.query<{ c: Buffer; e: EnvelopeName; object_key: string; upload_id: string }>(
      `SELECT e.c, e.e, e.object_key, e.upload_id FROM bidding.envelope e
       JOIN bidding.commitment b ON b.c = e.c JOIN bidding.ended_lot l ON l.lot = b.lot
       WHERE e.stored_at IS NULL AND e.upload_id IS NOT NULL LIMIT $1`,
      [limit],
    );
    return rows.map((row) => ({
      c: textOfBytes(row.c),
      e: row.e,
      objectKey: row.object_key,
      uploadId: row.upload_id,
    }));
  }
}
