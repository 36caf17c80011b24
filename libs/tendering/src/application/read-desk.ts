import { Injectable } from '@nestjs/common';
import type { Instant, LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import type { DocumentRef } from '#trust';
import type { Principal } from '#web';
import type { Lot, Project } from '../domain/lot.ts';
import { tenderError } from '../domain/refusals.ts';
import { TenderDesk } from '../tendering.facade.ts';
import type { DeskLot, DeskQuery } from '../tendering.facade.ts';
import { DeskStore } from './desk-store.ts';
import type { DeskPage, DeskProject } from './desk-store.ts';
import { LotKeyStore } from './lot-key-store.ts';
import { LotStore } from './lot-store.ts';
import { NoticeStore } from './notice-store.ts';
import { stillFits } from './propose-deadline.ts';

/** A lot as its own agency works on it; a draft too. */
export interface WorkLot {
  readonly lot: Lot;
  readonly project: Project;
  /** What the next notice would name: `published` ones are part of a version already. */
  readonly documents: readonly (DocumentRef & { readonly published: boolean })[];
  readonly now: Instant;
}

/** What an agency or a tenderee sees of its own tenders. Nothing here depends on bids. */
@Injectable()
export class ReadDesk extends TenderDesk {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly desk: DeskStore,
    private readonly lots: LotStore,
    private readonly notices: NoticeStore,
    private readonly keys: LotKeyStore,
  ) {
    super();
  }

  projects(who: Principal, page: DeskPage): Promise<readonly DeskProject[]> {
    return this.read((tx) => this.desk.projects(tx, who.organisationId, page));
  }

  lotsOf(organisation: string, query: DeskQuery): Promise<readonly DeskLot[]> {
    return this.read(async (tx) => {
      const found = [];
      for (const lot of await this.desk.lots(tx, organisation, query)) {
        const project = await this.lots.project(tx, lot.projectId);
        if (project) found.push(await this.deskLot(tx, lot, project, organisation));
      }
      return found;
    });
  }

  lot(who: Principal, lotId: LotId): Promise<WorkLot> {
    return this.read(async (tx) => {
      const lot = await this.lots.lot(tx, lotId);
      const project = lot && (await this.lots.project(tx, lot.projectId));
      const mine = project && sideOf(project, who.organisationId);
      if (!lot || !project || !mine || (lot.state === 'draft' && mine !== 'agency'))
        throw tenderError('TENDERING.LOT_UNKNOWN');
      const published = new Set(
        (await this.notices.notices(tx, lotId)).flatMap(({ record }) =>
          record.documents.map(({ name, sha256 }) => `${name}\0${sha256}`),
        ),
      );
      const documents = (await this.notices.nextDocuments(tx, lotId)).map(({ name, size, sha256 }) => ({
        name,
        size,
        sha256,
        published: published.has(`${name}\0${sha256}`),
      }));
      return { lot, project, documents, now: await tx.now() };
    });
  }

  private async deskLot(tx: Tx, lot: Lot, project: Project, organisation: string): Promise<DeskLot> {
    const making = lot.state === 'published';
    const offered = making ? (await this.keys.offers(tx, lot.id)).map(({ i }) => i) : [];
    const signed = making ? await this.keys.signatures(tx, lot.id) : [];
    const proposal = lot.state === 'keyed' ? await this.notices.proposal(tx, lot.id) : null;
    const { id, name, state, ruleset, acceleration, documentsFrom, documentsUntil, deadline } = lot;
    return {
      id,
      name,
      projectId: project.id,
      projectName: project.name,
      side: sideOf(project, organisation) ?? 'tenderee',
      state,
      ruleset,
      acceleration,
      documentsFrom,
      documentsUntil,
      deadline,
      createdAt: lot.createdAt,
      noticeVersion: lot.noticeVersion,
      documents: (await this.notices.nextDocuments(tx, id)).length,
      seatsWithoutKey: lot.seats.filter(({ i }) => !offered.includes(i)),
      signaturesMissing: lot.seats.length - signed.length,
      openQuestions: await this.desk.openQuestions(tx, id),
      proposal: proposal !== null && stillFits(lot, proposal.signed, await tx.now()),
    };
  }

  private read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.unitOfWork.run(work, { isolation: 'REPEATABLE READ', readOnly: true });
  }
}

function sideOf({ agency, tenderee }: Project, organisation: string): 'agency' | 'tenderee' | null {
  if (agency.creditCode === organisation) return 'agency';
  return tenderee.creditCode === organisation ? 'tenderee' : null;
}
