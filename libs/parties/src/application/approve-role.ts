import { Injectable } from '@nestjs/common';
import { refuse, RefusalError } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Principal } from '#web';
import type { PartyRole } from '../domain/roles.ts';
import { PartyStore } from './party-store.ts';
import type { OrganisationRow } from './party-store.ts';

/** The operator grants a role that an organisation asked for. */
@Injectable()
export class ApproveRole {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly parties: PartyStore,
  ) {}

  async run(creditCode: string, role: PartyRole, who: Principal, address: string): Promise<OrganisationRow> {
    return this.unitOfWork.run(async (tx) => {
      const organisation = await this.parties.organisation(tx, creditCode);
      if (!organisation) throw new RefusalError(refuse('PARTIES.ORGANISATION_UNKNOWN', { creditCode }).error);
      if (!(await this.parties.grantRole(tx, creditCode, role, who.personId)))
        throw new RefusalError(refuse('PARTIES.ROLE_NOT_REQUESTED', { creditCode, role }).error);
      await this.parties.record(tx, {
        action: 'role-approved',
        address,
        personId: who.personId,
        creditCode: who.organisationId,
        fingerprint: who.certificateFingerprint,
        object: { creditCode, role },
      });
      return (await this.parties.organisation(tx, creditCode)) ?? organisation;
    });
  }
}
