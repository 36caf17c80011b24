import { Injectable } from '@nestjs/common';
import { newId } from '#kernel';
import { Parties } from '#parties';
import type { PartyRole } from '#parties';
import { UnitOfWork } from '#persistence';
import type { Principal } from '#web';
import type { PartyRef, Project, ProjectKind, ProjectLevel } from '../domain/lot.ts';
import { tenderError } from '../domain/refusals.ts';
import { LotStore } from './lot-store.ts';

export interface NewProject {
  readonly name: string;
  readonly kind: ProjectKind;
  readonly level: ProjectLevel;
  /** Credit codes. */
  readonly tenderee: string;
  readonly regulator: string;
}

/** An agency registers a project of a tenderee; a tenderee without an agency enrols as its own. */
@Injectable()
export class RegisterProject {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly lots: LotStore,
    private readonly parties: Parties,
  ) {}

  async run(who: Principal, given: NewProject): Promise<Project> {
    const project: Project = {
      id: newId<'project'>(),
      name: given.name,
      kind: given.kind,
      level: given.level,
      tenderee: await this.party(given.tenderee, 'tenderee'),
      agency: await this.party(who.organisationId, 'agency'),
      regulator: await this.party(given.regulator, 'regulator'),
    };
    await this.unitOfWork.run((tx) => this.lots.addProject(tx, project, who.personId));
    return project;
  }

  private async party(creditCode: string, role: PartyRole): Promise<PartyRef> {
    const found = await this.parties.organisation(creditCode);
    if (!found) throw tenderError('TENDERING.PARTY_UNKNOWN', { creditCode });
    if (!found.roles.includes(role)) throw tenderError('TENDERING.PARTY_ROLE', { creditCode, role });
    return { name: found.name, creditCode };
  }
}
