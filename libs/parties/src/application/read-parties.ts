import { Injectable } from '@nestjs/common';
import { unwrap } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { parsePem } from '#trust';
import type { Certificate } from '#trust';
import type { PartyRole } from '../domain/roles.ts';
import { Parties } from '../parties.facade.ts';
import type { CertificateView, OrganisationView, StoredCrl, TrustedRoot } from '../parties.facade.ts';
import { AuthorityStore } from './authority-store.ts';
import { CertificateCheck } from './certificate-check.ts';
import { PartyStore } from './party-store.ts';
import type { OrganisationRow } from './party-store.ts';

export const organisationView = (row: OrganisationRow): OrganisationView => ({
  creditCode: row.creditCode,
  name: row.name,
  roles: row.grants.filter(({ state }) => state === 'granted').map(({ role }) => role),
});

/** Answers the other contexts' questions about parties. */
@Injectable()
export class ReadParties extends Parties {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly parties: PartyStore,
    private readonly authorities: AuthorityStore,
    private readonly check: CertificateCheck,
  ) {
    super();
  }

  async certificate(fingerprint: string): Promise<CertificateView | null> {
    const row = await this.unitOfWork.run((tx) => this.parties.certificate(tx, fingerprint), {
      readOnly: true,
    });
    if (!row) return null;
    const { chain, personId, personName, creditCode, organisationName } = row;
    const organisation = { creditCode, name: organisationName };
    return { fingerprint, chain, personId, personName, organisation };
  }

  async certificates(fingerprints: readonly string[]): Promise<ReadonlyMap<string, Certificate>> {
    return this.unitOfWork.run((tx) => this.leaves(tx, fingerprints, () => Promise.resolve(true)), {
      readOnly: true,
    });
  }

  async validCertificates(fingerprints: readonly string[]): Promise<ReadonlyMap<string, Certificate>> {
    return this.unitOfWork.run(
      async (tx) => {
        const now = await tx.now();
        return this.leaves(tx, fingerprints, async (chain) => (await this.check.check(tx, chain, now)).ok);
      },
      { readOnly: true },
    );
  }

  private async leaves(
    tx: Tx,
    fingerprints: readonly string[],
    keep: (chain: string) => Promise<boolean>,
  ): Promise<ReadonlyMap<string, Certificate>> {
    const leaves = new Map<string, Certificate>();
    for (const each of new Set(fingerprints)) {
      const row = await this.parties.certificate(tx, each);
      const [leaf] = row && (await keep(row.chain)) ? unwrap(parsePem(row.chain)) : [];
      if (leaf) leaves.set(each, leaf);
    }
    return leaves;
  }

  async organisationsWithRole(role: PartyRole): Promise<readonly OrganisationView[]> {
    const rows = await this.unitOfWork.run((tx) => this.parties.withRole(tx, role, 100), { readOnly: true });
    return rows.map(organisationView);
  }

  async organisation(creditCode: string): Promise<OrganisationView | null> {
    const row = await this.unitOfWork.run((tx) => this.parties.organisation(tx, creditCode), {
      readOnly: true,
    });
    return row && organisationView(row);
  }

  trustedRoots(): Promise<readonly TrustedRoot[]> {
    return this.unitOfWork.run((tx) => this.authorities.trustedRoots(tx), { readOnly: true });
  }

  crls(): Promise<readonly StoredCrl[]> {
    return this.unitOfWork.run((tx) => this.authorities.crls(tx), { readOnly: true });
  }

  crl(sha256: string): Promise<StoredCrl | null> {
    return this.unitOfWork.run((tx) => this.authorities.crl(tx, sha256), { readOnly: true });
  }
}
