import { Injectable } from '@nestjs/common';
import { instant, newId } from '#kernel';
import type { PersonId } from '#kernel';
import type { Tx } from '#persistence';
import { PartyStore } from '../application/party-store.ts';
import type { AccessEntry, CertificateRow, GrantRow, OrganisationRow } from '../application/party-store.ts';
import type { Holder } from '../domain/holder.ts';
import type { PartyRole } from '../domain/roles.ts';

interface OrganisationRecord {
  readonly credit_code: string;
  readonly name: string;
  readonly enrolled_at: Date;
  readonly grants: readonly GrantRow[] | null;
}

const ORGANISATION = `
  SELECT o.credit_code, o.name, o.enrolled_at,
         (SELECT json_agg(json_build_object('role', g.role, 'state', g.state) ORDER BY g.role)
            FROM parties.role_grant g WHERE g.credit_code = o.credit_code) AS grants
    FROM parties.organisation o`;

const organisationOf = (row: OrganisationRecord): OrganisationRow => ({
  creditCode: row.credit_code,
  name: row.name,
  enrolledAt: instant(row.enrolled_at.getTime()),
  grants: row.grants ?? [],
});

@Injectable()
export class TypeormPartyStore extends PartyStore {
  async organisation(tx: Tx, creditCode: string): Promise<OrganisationRow | null> {
    const [row] = await tx.query<OrganisationRecord>(`${ORGANISATION} WHERE o.credit_code = $1`, [
      creditCode,
    ]);
    return row ? organisationOf(row) : null;
  }

  async organisations(tx: Tx, after: string, limit: number): Promise<readonly OrganisationRow[]> {
    const rows = await tx.query<OrganisationRecord>(
      `${ORGANISATION} WHERE o.credit_code > $1 ORDER BY o.credit_code LIMIT $2`,
      [after, limit],
    );
    return rows.map(organisationOf);
  }

  async withRole(tx: Tx, role: PartyRole, limit: number): Promise<readonly OrganisationRow[]> {
    const rows = await tx.query<OrganisationRecord>(
      `${ORGANISATION} WHERE EXISTS (SELECT 1 FROM parties.role_grant g
          WHERE g.credit_code = o.credit_code AND g.role = $1 AND g.state = 'granted')
        ORDER BY o.credit_code LIMIT $2`,
      [role, limit],
    );
    return rows.map(organisationOf);
  }

  async ensureOrganisation(tx: Tx, creditCode: string, name: string): Promise<string> {
    await tx.execute(
      'INSERT INTO parties.organisation (credit_code, name) VALUES ($1, $2) ON CONFLICT (credit_code) DO NOTHING',
      [creditCode, name],
    );
    const [row] = await tx.query<{ name: string }>(
      'SELECT name FROM parties.organisation WHERE credit_code = $1',
      [creditCode],
    );
    return row?.name ?? name;
  }

  async ensurePerson(tx: Tx, holder: Holder): Promise<string> {
    const { creditCode, personKey, person } = holder;
    await tx.execute(
      `INSERT INTO parties.person (id, credit_code, person_key, name) VALUES ($1, $2, $3, $4)
       ON CONFLICT (credit_code, person_key) DO NOTHING`,
      [newId<'person'>(), creditCode, personKey, person],
    );
    const [row] = await tx.query<{ id: PersonId }>(
      'SELECT id FROM parties.person WHERE credit_code = $1 AND person_key = $2',
      [creditCode, personKey],
    );
    return row?.id ?? '';
  }

  async ensureCertificate(tx: Tx, fingerprint: string, personId: string, chain: string): Promise<void> {
    await tx.execute(
      `INSERT INTO parties.certificate (fingerprint, person_id, chain) VALUES ($1, $2, $3)
       ON CONFLICT (fingerprint) DO NOTHING`,
      [fingerprint, personId, chain],
    );
  }

  async certificate(tx: Tx, fingerprint: string): Promise<CertificateRow | null> {
    const [row] = await tx.query<CertificateRow>(
      `SELECT c.fingerprint, c.chain, p.id AS "personId", p.name AS "personName",
              o.credit_code AS "creditCode", o.name AS "organisationName"
         FROM parties.certificate c
         JOIN parties.person p ON p.id = c.person_id
         JOIN parties.organisation o ON o.credit_code = p.credit_code
        WHERE c.fingerprint = $1`,
      [fingerprint],
    );
    return row ?? null;
  }

  async requestRoles(tx: Tx, creditCode: string, roles: readonly PartyRole[]): Promise<void> {
    await tx.execute(
      `INSERT INTO parties.role_grant (credit_code, role) SELECT $1, unnest($2::text[])
       ON CONFLICT (credit_code, role) DO NOTHING`,
      [creditCode, roles],
    );
  }

  async grantRole(tx: Tx, creditCode: string, role: PartyRole, by: string | null): Promise<boolean> {
    const touched = await tx.execute(
      `UPDATE parties.role_grant
          SET state = 'granted', granted_at = coalesce(granted_at, clock_timestamp()),
              granted_by = coalesce(granted_by, $3::uuid)
        WHERE credit_code = $1 AND role = $2`,
      [creditCode, role, by],
    );
    return touched === 1;
  }

  async record(tx: Tx, entry: AccessEntry): Promise<void> {
    await tx.execute(
      `INSERT INTO parties.access_record (action, address, person_id, credit_code, fingerprint, object)
       VALUES ($1, $2, $3, $4, $5, $6::jsonb)`,
      [
        entry.action,
        entry.address,
        entry.personId,
        entry.creditCode,
        entry.fingerprint,
        JSON.stringify(entry.object),
      ],
    );
  }
}
