import { Injectable } from '@nestjs/common';
import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import { canonicalBytes, utf8 } from '#trust';
import type { KeyDestroyed, ShareAudience } from '#trust';
import type { Stored } from '../application/session-store.ts';
import { ShareStore } from '../application/share-store.ts';
import type { SharesKey, StoredShares } from '../application/share-store.ts';

interface ShareRow {
  readonly stage: number;
  readonly audience: ShareAudience;
  readonly i: number;
  readonly hash: string;
  readonly signed: string;
  readonly box: Buffer | null;
}

const sharesOf = (row: ShareRow): StoredShares => ({
  stage: row.stage,
  audience: row.audience,
  i: row.i,
  hash: row.hash,
  signed: JSON.parse(row.signed) as StoredShares['signed'],
  box: row.box === null ? null : new Uint8Array(row.box),
});

const params = (lotId: LotId, shares: StoredShares): unknown[] => [
  lotId,
  shares.stage,
  shares.audience,
  shares.i,
  shares.hash,
  utf8.decode(canonicalBytes(shares.signed)),
  shares.box === null ? null : Buffer.from(shares.box),
];

@Injectable()
export class TypeormShareStore extends ShareStore {
  async add(tx: Tx, lotId: LotId, shares: StoredShares): Promise<void> {
    await tx.execute(
      `INSERT INTO opening.shares (lot, stage, audience, i, hash, signed, box)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      params(lotId, shares),
    );
  }

  async addRefused(tx: Tx, lotId: LotId, shares: StoredShares, reason: string): Promise<void> {
    await tx.execute(
      `INSERT INTO opening.refused_shares (lot, stage, audience, i, hash, signed, box, reason)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
      [...params(lotId, shares), reason],
    );
  }

  async find(tx: Tx, lotId: LotId, { stage, audience, i }: SharesKey): Promise<StoredShares | null> {
    const [row] = await tx.query<ShareRow>(
      'SELECT * FROM opening.shares WHERE lot = $1 AND stage = $2 AND audience = $3 AND i = $4',
      [lotId, stage, audience, i],
    );
    return row ? sharesOf(row) : null;
  }

  async list(
    tx: Tx,
    lotId: LotId,
    filter: { readonly stage?: number; readonly audience?: ShareAudience },
  ): Promise<readonly StoredShares[]> {
    const rows = await tx.query<ShareRow>(
      `SELECT * FROM opening.shares WHERE lot = $1 AND ($2::int IS NULL OR stage = $2)
          AND ($3::text IS NULL OR audience = $3) ORDER BY stage, audience, i`,
      [lotId, filter.stage ?? null, filter.audience ?? null],
    );
    return rows.map(sharesOf);
  }

  async addDestruction(tx: Tx, lotId: LotId, { hash, signed }: Stored<KeyDestroyed>): Promise<void> {
    await tx.execute('INSERT INTO opening.key_destroyed (lot, i, hash, signed) VALUES ($1, $2, $3, $4)', [
      lotId,
      signed.record.i,
      hash,
      utf8.decode(canonicalBytes(signed)),
    ]);
  }

  async destructions(tx: Tx, lotId: LotId): Promise<readonly Stored<KeyDestroyed>[]> {
    const rows = await tx.query<{ hash: string; signed: string }>(
      'SELECT hash, signed FROM opening.key_destroyed WHERE lot = $1 ORDER BY i',
      [lotId],
    );
    return rows.map(({ hash, signed }) => ({
      hash,
      signed: JSON.parse(signed) as Stored<KeyDestroyed>['signed'],
    }));
  }

  async refused(
    tx: Tx,
    lotId: LotId,
  ): Promise<readonly (SharesKey & { readonly hash: string; readonly reason: string })[]> {
    return tx.query(
      'SELECT stage, audience, i, hash, reason FROM opening.refused_shares WHERE lot = $1 ORDER BY id',
      [lotId],
    );
  }
}
