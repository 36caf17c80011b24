import { Injectable } from '@nestjs/common';
import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { JournalKey, LotKey, LotKeyTerms, Signature, Signed, TrusteeKey } from '#trust';
import { LotKeyStore } from '../application/lot-key-store.ts';

@Injectable()
export class TypeormLotKeyStore extends LotKeyStore {
  async replaceTerms(tx: Tx, lotId: LotId, terms: LotKeyTerms): Promise<void> {
    await tx.execute('DELETE FROM tendering.lot_key_signature WHERE lot_id = $1', [lotId]);
    await tx.execute('DELETE FROM tendering.lot_key_offer WHERE lot_id = $1', [lotId]);
    await tx.execute(
      `INSERT INTO tendering.lot_key_terms (lot_id, terms) VALUES ($1, $2::jsonb)
       ON CONFLICT (lot_id) DO UPDATE SET terms = excluded.terms`,
      [lotId, JSON.stringify(terms)],
    );
  }

  async terms(tx: Tx, lotId: LotId): Promise<LotKeyTerms | null> {
    const [row] = await tx.query<{ terms: LotKeyTerms }>(
      'SELECT terms FROM tendering.lot_key_terms WHERE lot_id = $1',
      [lotId],
    );
    return row?.terms ?? null;
  }

  async putOffer(tx: Tx, lotId: LotId, key: TrusteeKey): Promise<void> {
    await tx.execute('DELETE FROM tendering.lot_key_signature WHERE lot_id = $1', [lotId]);
    await tx.execute(
      `INSERT INTO tendering.lot_key_offer (lot_id, i, key) VALUES ($1, $2, $3::jsonb)
       ON CONFLICT (lot_id, i) DO UPDATE SET key = excluded.key`,
      [lotId, key.i, JSON.stringify(key)],
    );
  }

  async offers(tx: Tx, lotId: LotId): Promise<readonly TrusteeKey[]> {
    const rows = await tx.query<{ key: TrusteeKey }>(
      'SELECT key FROM tendering.lot_key_offer WHERE lot_id = $1 ORDER BY i',
      [lotId],
    );
    return rows.map(({ key }) => key);
  }

  async putSignature(tx: Tx, lotId: LotId, i: number, signature: Signature): Promise<void> {
    await tx.execute(
      `INSERT INTO tendering.lot_key_signature (lot_id, i, signature) VALUES ($1, $2, $3::jsonb)
       ON CONFLICT (lot_id, i) DO NOTHING`,
      [lotId, i, JSON.stringify(signature)],
    );
  }

  async signatures(tx: Tx, lotId: LotId): Promise<readonly Signature[]> {
    const rows = await tx.query<{ signature: Signature }>(
      'SELECT signature FROM tendering.lot_key_signature WHERE lot_id = $1 ORDER BY i',
      [lotId],
    );
    return rows.map(({ signature }) => signature);
  }

  async complete(
    tx: Tx,
    lotId: LotId,
    key: { readonly signed: Signed<LotKey>; readonly hash: string },
    journal: { readonly signed: Signed<JournalKey>; readonly hash: string },
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO tendering.lot_key (lot_id, hash, signed, journal_hash, journal)
       VALUES ($1, $2, $3::jsonb, $4, $5::jsonb)`,
      [lotId, key.hash, JSON.stringify(key.signed), journal.hash, JSON.stringify(journal.signed)],
    );
  }

  async completed(tx: Tx, lotId: LotId) {
    const [row] = await tx.query<{ signed: Signed<LotKey>; journal: Signed<JournalKey> }>(
      'SELECT signed, journal FROM tendering.lot_key WHERE lot_id = $1',
      [lotId],
    );
    return row ?? null;
  }

  async readyToComplete(tx: Tx, limit: number): Promise<readonly LotId[]> {
    const rows = await tx.query<{ id: LotId }>(
      `SELECT l.id FROM tendering.lot l
        WHERE l.state = 'published' AND l.deadline > clock_timestamp()
          AND jsonb_array_length(l.seats) =
              (SELECT count(*) FROM tendering.lot_key_signature s WHERE s.lot_id = l.id)
        LIMIT $1`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }
}
