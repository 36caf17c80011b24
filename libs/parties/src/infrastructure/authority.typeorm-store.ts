import { Injectable } from '@nestjs/common';
import { formatInstant, instant, Settings } from '#kernel';
import type { Tx } from '#persistence';
import { AuthorityStore } from '../application/authority-store.ts';
import type { StoredCrl, TrustedRoot } from '../parties.facade.ts';

interface CrlRecord {
  readonly sha256: string;
  readonly der: Buffer;
  readonly issuer: string;
  readonly this_update: Date;
  readonly next_update: Date;
}

const crlOf = (row: CrlRecord): StoredCrl => ({
  sha256: row.sha256,
  der: new Uint8Array(row.der),
  issuer: row.issuer,
  thisUpdate: instant(row.this_update.getTime()),
  nextUpdate: instant(row.next_update.getTime()),
});

@Injectable()
export class TypeormAuthorityStore extends AuthorityStore {
  constructor(private readonly settings: Settings) {
    super();
  }

  async trustedRoots(tx: Tx): Promise<readonly TrustedRoot[]> {
    const roots = await this.kept(tx);
    return roots.filter((root) => this.mayTrust(root));
  }

  async distrustedRoots(tx: Tx): Promise<readonly TrustedRoot[]> {
    const roots = await this.kept(tx);
    return roots.filter((root) => !this.mayTrust(root));
  }

  /** The key files of a demonstration are public, the operator's too. */
  private mayTrust({ development }: TrustedRoot): boolean {
    return this.settings.demo || !development;
  }

  private kept(tx: Tx): Promise<readonly TrustedRoot[]> {
    return tx.query<TrustedRoot>(
      `SELECT fingerprint, pem, label, development FROM parties.authority
        WHERE withdrawn_at IS NULL ORDER BY trusted_at, fingerprint`,
    );
  }

  async trust(tx: Tx, root: TrustedRoot): Promise<void> {
    await tx.execute(
      `INSERT INTO parties.authority (fingerprint, pem, label, development) VALUES ($1, $2, $3, $4)
       ON CONFLICT (fingerprint) DO UPDATE SET label = excluded.label, withdrawn_at = NULL`,
      [root.fingerprint, root.pem, root.label, root.development],
    );
  }

  async withdraw(tx: Tx, fingerprint: string): Promise<boolean> {
    const touched = await tx.execute(
      'UPDATE parties.authority SET withdrawn_at = clock_timestamp() WHERE fingerprint = $1 AND withdrawn_at IS NULL',
      [fingerprint],
    );
    return touched === 1;
  }

  async crls(tx: Tx): Promise<readonly StoredCrl[]> {
    const rows = await tx.query<CrlRecord>(
      `SELECT DISTINCT ON (issuer) sha256, der, issuer, this_update, next_update
         FROM parties.crl ORDER BY issuer, this_update DESC, stored_at DESC`,
    );
    return rows.map(crlOf);
  }

  async crl(tx: Tx, sha256: string): Promise<StoredCrl | null> {
    const [row] = await tx.query<CrlRecord>(
      'SELECT sha256, der, issuer, this_update, next_update FROM parties.crl WHERE sha256 = $1',
      [sha256],
    );
    return row ? crlOf(row) : null;
  }

  async addCrl(tx: Tx, crl: StoredCrl): Promise<void> {
    await tx.execute(
      `INSERT INTO parties.crl (sha256, issuer, der, this_update, next_update) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (sha256) DO NOTHING`,
      [
        crl.sha256,
        crl.issuer,
        Buffer.from(crl.der),
        formatInstant(crl.thisUpdate),
        formatInstant(crl.nextUpdate),
      ],
    );
  }
}
