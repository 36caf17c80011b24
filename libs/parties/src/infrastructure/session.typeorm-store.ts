import { Injectable } from '@nestjs/common';
import { formatInstant, instant } from '#kernel';
import type { Instant } from '#kernel';
import type { Tx } from '#persistence';
import { SessionStore } from '../application/session-store.ts';
import type { LiveSession, NewSession } from '../application/session-store.ts';

const LIVE = 's.revoked_at IS NULL AND s.expires_at > clock_timestamp()';

@Injectable()
export class TypeormSessionStore extends SessionStore {
  async addChallenge(tx: Tx, nonce: string, expiresAt: Instant): Promise<void> {
    await tx.execute('INSERT INTO parties.challenge (nonce, expires_at) VALUES ($1, $2)', [
      nonce,
      formatInstant(expiresAt),
    ]);
  }

  async takeChallenge(tx: Tx, nonce: string): Promise<{ expiresAt: Instant } | null> {
    const [row] = await tx.query<{ expires_at: Date }>(
      'DELETE FROM parties.challenge WHERE nonce = $1 RETURNING expires_at',
      [nonce],
    );
    return row ? { expiresAt: instant(row.expires_at.getTime()) } : null;
  }

  async open(tx: Tx, session: NewSession): Promise<void> {
    await tx.execute(
      `INSERT INTO parties.session (id, token_hash, person_id, fingerprint, expires_at)
       VALUES ($1, $2, $3, $4, $5)`,
      [
        session.id,
        Buffer.from(session.tokenHash),
        session.personId,
        session.fingerprint,
        formatInstant(session.expiresAt),
      ],
    );
  }

  async findLive(tx: Tx, tokenHash: Uint8Array): Promise<LiveSession | null> {
    const [row] = await tx.query<LiveSession>(
      `SELECT s.id, s.person_id AS "personId", p.credit_code AS "creditCode", s.fingerprint,
              coalesce((SELECT json_agg(g.role ORDER BY g.role) FROM parties.role_grant g
                         WHERE g.credit_code = p.credit_code AND g.state = 'granted'), '[]'::json) AS roles
         FROM parties.session s JOIN parties.person p ON p.id = s.person_id
        WHERE s.token_hash = $1 AND ${LIVE}`,
      [Buffer.from(tokenHash)],
    );
    return row ?? null;
  }

  async revoke(tx: Tx, sessionId: string): Promise<boolean> {
    const touched = await tx.execute(
      `UPDATE parties.session s SET revoked_at = clock_timestamp() WHERE s.id = $1 AND ${LIVE}`,
      [sessionId],
    );
    return touched === 1;
  }

  async liveCertificates(tx: Tx): Promise<readonly string[]> {
    const rows = await tx.query<{ fingerprint: string }>(
      `SELECT DISTINCT s.fingerprint FROM parties.session s WHERE ${LIVE}`,
    );
    return rows.map(({ fingerprint }) => fingerprint);
  }

  async revokeByCertificate(tx: Tx, fingerprint: string): Promise<number> {
    return tx.execute(
      `UPDATE parties.session s SET revoked_at = clock_timestamp() WHERE s.fingerprint = $1 AND ${LIVE}`,
      [fingerprint],
    );
  }

  async sweep(tx: Tx, before: Instant): Promise<void> {
    const at = formatInstant(before);
    await tx.execute('DELETE FROM parties.challenge WHERE expires_at < $1', [at]);
    await tx.execute('DELETE FROM parties.session WHERE expires_at < $1', [at]);
  }
}
