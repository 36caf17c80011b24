import { Injectable } from '@nestjs/common';
import { unwrap } from '#kernel';
import { Parties } from '#parties';
import type { PartyRole } from '#parties';
import type { Seat } from '#trust';
import type { Project } from '../domain/lot.ts';
import { tenderError } from '../domain/refusals.ts';
import { checkSeats, defaultSeats } from '../domain/seats.ts';

/** Role that an organisation must have been granted to hold a seat. */
const ROLE_OF_SEAT: { readonly [R in Seat['role']]: PartyRole } = {
  tenderee: 'tenderee',
  agency: 'agency',
  regulator: 'regulator',
  centre: 'operator',
  notary: 'notary',
  audit: 'audit',
};

/** Who will hold the lot's key: as the agency declares, or the default five. */
@Injectable()
export class ChooseSeats {
  constructor(private readonly parties: Parties) {}

  async run(
    project: Project,
    given: { readonly seats: readonly Seat[] | null; readonly k: number | null },
  ): Promise<{ seats: readonly Seat[]; k: number }> {
    const parties = {
      tenderee: project.tenderee.creditCode,
      agency: project.agency.creditCode,
      regulator: project.regulator.creditCode,
    };
    const chosen = given.seats
      ? { seats: given.seats, k: given.k ?? Math.floor(given.seats.length / 2) + 1 }
      : defaultSeats(parties, await this.only('operator'), await this.only('notary'));
    unwrap(checkSeats(chosen.seats, chosen.k, parties));
    for (const { i, role, org } of chosen.seats) {
      const holder = await this.parties.organisation(org);
      if (!holder) throw tenderError('TENDERING.PARTY_UNKNOWN', { i, creditCode: org });
      if (!holder.roles.includes(ROLE_OF_SEAT[role]))
        throw tenderError('TENDERING.PARTY_ROLE', { i, creditCode: org, role: ROLE_OF_SEAT[role] });
    }
    return chosen;
  }

  private async only(role: PartyRole): Promise<string> {
    const [first, ...others] = await this.parties.organisationsWithRole(role);
    if (!first || others.length > 0)
      throw tenderError('TENDERING.SEATS_INCOMPLETE', { role, organisations: first ? others.length + 1 : 0 });
    return first.creditCode;
  }
}
