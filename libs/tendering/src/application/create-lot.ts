import { Injectable } from '@nestjs/common';
import { newId, Settings, unwrap } from '#kernel';
import type { Instant, ProjectId } from '#kernel';
import { CURRENT_TENDERING_RULESET } from '#legal-time';
import { Parties } from '#parties';
import type { PartyRole } from '#parties';
import { UnitOfWork } from '#persistence';
import type { Acceleration, EvaluationMethod, Seat } from '#trust';
import type { Principal } from '#web';
import type { Lot, Project } from '../domain/lot.ts';
import { timeIsReal } from '../domain/lot-rules.ts';
import { tenderError } from '../domain/refusals.ts';
import { checkSeats, defaultSeats } from '../domain/seats.ts';
import { LotStore } from './lot-store.ts';

export interface NewLot {
  readonly name: string;
  readonly estimate: string;
  readonly method: EvaluationMethod;
  readonly deadline: Instant;
  readonly documentsFrom: Instant;
  readonly documentsUntil: Instant;
  readonly acceleration: Acceleration;
  /** Absent: the default five seats, where the platform has one centre and one notary. */
  readonly seats: readonly Seat[] | null;
  readonly k: number | null;
}

/** Role that an organisation must have been granted to hold a seat. */
const ROLE_OF_SEAT: { readonly [R in Seat['role']]: PartyRole } = {
  tenderee: 'tenderee',
  agency: 'agency',
  regulator: 'regulator',
  centre: 'operator',
  notary: 'notary',
  audit: 'audit',
};

@Injectable()
export class CreateLot {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly lots: LotStore,
    private readonly parties: Parties,
    private readonly settings: Settings,
  ) {}

  async run(who: Principal, projectId: ProjectId, given: NewLot): Promise<Lot> {
    const project = await this.unitOfWork.run((tx) => this.lots.project(tx, projectId), { readOnly: true });
    if (project?.agency.creditCode !== who.organisationId) throw tenderError('TENDERING.PROJECT_UNKNOWN');
    unwrap(timeIsReal({ scale: given.acceleration, demo: this.settings.demo }));
    const { seats, k } = await this.seatsOf(project, given);
    return this.unitOfWork.run(async (tx) => {
      const lot: Lot = {
        ...given,
        seats,
        k,
        id: newId<'lot'>(),
        projectId,
        ruleset: CURRENT_TENDERING_RULESET.edition,
        state: 'draft',
        noticeVersion: 0,
        deadlineChanges: 0,
        closed: false,
        lotKeyHash: null,
        createdAt: await tx.now(),
        version: 1,
      };
      await this.lots.addLot(tx, lot);
      return lot;
    });
  }

  private async seatsOf(project: Project, given: NewLot): Promise<{ seats: readonly Seat[]; k: number }> {
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
