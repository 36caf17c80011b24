import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#persistence';
import { PartyStore } from './party-store.ts';
import type { OrganisationRow } from './party-store.ts';

/** The operator's list, with the requests that wait for approval. */
@Injectable()
export class ListOrganisations {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly parties: PartyStore,
  ) {}

  run(after: string, limit: number): Promise<readonly OrganisationRow[]> {
    return this.unitOfWork.run((tx) => this.parties.organisations(tx, after, limit), { readOnly: true });
  }
}
