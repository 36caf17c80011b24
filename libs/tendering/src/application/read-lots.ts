import { Injectable } from '@nestjs/common';
import { hashText } from '#trust';
import type { JournalKey, LotKey, LotKeyTerms, Seat, Signed, TrusteeKey } from '#trust';
import type { Instant, LotId, ProjectId } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { nextDueAt } from '../domain/due-events.ts';
import { assembleLotKey } from '../domain/lot-key-terms.ts';
import { stageOf } from '../domain/lot.ts';
import type { Lot, LotStage, Project } from '../domain/lot.ts';
import { tenderError } from '../domain/refusals.ts';
import { Tendering } from '../tendering.facade.ts';
import type { BoardLot, BoardPage, IntakeFacts, LotView } from '../tendering.facade.ts';
import { LotKeyStore } from './lot-key-store.ts';
import { LotStore } from './lot-store.ts';
import { NoticeStore } from './notice-store.ts';
import type { StoredDocument } from './notice-store.ts';

export interface LotKeyView {
  readonly terms: LotKeyTerms;
  readonly offers: readonly TrusteeKey[];
  readonly record: LotKey | null;
  readonly signed: Signed<LotKey> | null;
  readonly journal: Signed<JournalKey> | null;
  readonly hash: string | null;
}

export interface PublicLot {
  readonly view: LotView;
  readonly nextDueAt: Instant | null;
  /** The database's clock at this answer. */
  readonly now: Instant;
}

/** A seat that an organisation holds. */
export interface HeldSeat extends ListedLot {
  readonly seat: Seat;
  /** Its key is among the offers, or in LOTKEY. */
  readonly offered: boolean;
}

export interface ListedLot {
  readonly lot: Lot;
  readonly project: Project;
  readonly stage: LotStage;
}

/** Reads for other contexts and for the public. Nothing here knows who asked for documents, or how many bids came. */
@Injectable()
export class ReadLots extends Tendering {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly lots: LotStore,
    private readonly notices: NoticeStore,
    private readonly keys: LotKeyStore,
  ) {
    super();
  }

  lot(lotId: LotId): Promise<LotView | null> {
    return this.read(async (tx) => (await this.publicLot(tx, lotId))?.view ?? null);
  }

  lotByKeyHash(lotKeyHash: string): Promise<LotView | null> {
    return this.read(async (tx) => {
      const id = await this.lots.lotIdOfKey(tx, lotKeyHash);
      return id && ((await this.publicLot(tx, id))?.view ?? null);
    });
  }

  async intakeFacts(tx: Tx, lotId: LotId): Promise<IntakeFacts | null> {
    const lot = await this.lots.lot(tx, lotId);
    if (lot?.state !== 'keyed' || lot.lotKeyHash === null) return null;
    const completed = await this.keys.completed(tx, lotId);
    if (!completed) return null;
    return {
      lotId,
      lotKeyHash: lot.lotKeyHash,
      lotKey: completed.signed.record,
      journal: completed.journal.record,
      deadline: lot.deadline,
    };
  }

  async holdDeadline(tx: Tx, lotId: LotId): Promise<Instant | null> {
    const lot = await this.lots.lockLot(tx, lotId);
    return lot?.state === 'keyed' ? lot.deadline : null;
  }

  async show(lotId: LotId): Promise<PublicLot> {
    const found = await this.read((tx) => this.publicLot(tx, lotId));
    if (!found) throw tenderError('TENDERING.LOT_UNKNOWN');
    return found;
  }

  list(page: Parameters<LotStore['publishedLots']>[1]): Promise<readonly ListedLot[]> {
    return this.read(async (tx) => {
      const now = await tx.now();
      const found = [];
      for (const lot of await this.lots.publishedLots(tx, page)) {
        const project = await this.lots.project(tx, lot.projectId);
        const { state } = lot;
        if (project && state !== 'draft')
          found.push({ lot, project, stage: stageOf(state, lot.deadline, now) });
      }
      return found;
    });
  }

  /** For a trustee: where it holds a seat, and whether its key is there. Offers are public in `lotkey`. */
  seatsOf(
    creditCode: string,
    after: readonly [createdAt: Instant, id: string] | null,
    limit: number,
  ): Promise<readonly HeldSeat[]> {
    return this.read(async (tx) => {
      const now = await tx.now();
      const found: HeldSeat[] = [];
      for (const lot of await this.lots.lotsOfSeatHolder(tx, creditCode, after, limit)) {
        const project = await this.lots.project(tx, lot.projectId);
        const seat = lot.seats.find(({ org }) => org === creditCode);
        const { state } = lot;
        if (!project || !seat || state === 'draft') continue;
        const offers = state === 'published' ? await this.keys.offers(tx, lot.id) : [];
        const offered = state === 'keyed' || offers.some(({ i }) => i === seat.i);
        found.push({ lot, project, stage: stageOf(state, lot.deadline, now), seat, offered });
      }
      return found;
    });
  }

  board(page: BoardPage): Promise<readonly BoardLot[]> {
    return this.read(async (tx) => {
      const now = await tx.now();
      const found: BoardLot[] = [];
      for (const lot of await this.lots.publishedLots(tx, page)) {
        const project = await this.lots.project(tx, lot.projectId);
        const { state } = lot;
        const notice = (await this.notices.notices(tx, lot.id)).at(-1);
        if (!project || !notice || state === 'draft') continue;
        const cancellation = await this.notices.cancellation(tx, lot.id);
        found.push({
          id: lot.id,
          name: lot.name,
          projectName: project.name,
          kind: project.kind,
          level: project.level,
          tenderee: project.tenderee,
          agency: project.agency,
          regulator: project.regulator,
          stage: stageOf(state, lot.deadline, now),
          deadline: lot.deadline,
          createdAt: lot.createdAt,
          acceleration: lot.acceleration,
          noticeHash: hashText('notice', notice.record),
          lotKeyHash: lot.lotKeyHash,
          cancellationHash: cancellation && hashText('cancellation', cancellation.record),
          now,
        });
      }
      return found;
    });
  }

  documentBytes(): Promise<bigint> {
    return this.read((tx) => this.notices.publishedBytes(tx));
  }

  /** For the agency: its project with every lot, drafts too. */
  project(projectId: ProjectId, organisation: string) {
    return this.read(async (tx) => {
      const project = await this.lots.project(tx, projectId);
      if (project?.agency.creditCode !== organisation) throw tenderError('TENDERING.PROJECT_UNKNOWN');
      return { project, lots: await this.lots.lotsOfProject(tx, projectId) };
    });
  }

  document(lotId: LotId, sha256: string): Promise<StoredDocument> {
    return this.read(async (tx) => {
      const found = await this.notices.publishedDocument(tx, lotId, sha256);
      if (!found) throw tenderError('TENDERING.DOCUMENT_UNKNOWN');
      return found;
    });
  }

  lotKey(lotId: LotId): Promise<LotKeyView> {
    return this.read(async (tx) => {
      const terms = await this.keys.terms(tx, lotId);
      if (!terms) throw tenderError('TENDERING.LOT_UNKNOWN');
      const completed = await this.keys.completed(tx, lotId);
      const offers = completed?.signed.record.trustees ?? (await this.keys.offers(tx, lotId));
      const record = completed?.signed.record ?? assembleLotKey(terms, offers);
      return {
        terms,
        offers,
        record,
        signed: completed?.signed ?? null,
        journal: completed?.journal ?? null,
        hash: record && hashText('lotkey', record),
      };
    });
  }

  private async publicLot(tx: Tx, lotId: LotId): Promise<PublicLot | null> {
    const lot = await this.lots.lot(tx, lotId);
    const project = lot && (await this.lots.project(tx, lot.projectId));
    if (!lot || !project || lot.noticeVersion === 0) return null;
    const { state } = lot;
    if (state === 'draft') return null;
    const completed = await this.keys.completed(tx, lotId);
    const view: LotView = {
      id: lot.id,
      projectId: project.id,
      projectName: project.name,
      name: lot.name,
      state,
      ruleset: lot.ruleset,
      tenderee: project.tenderee,
      agency: project.agency,
      regulator: project.regulator,
      method: lot.method,
      acceleration: lot.acceleration,
      deadline: lot.deadline,
      notices: await this.notices.notices(tx, lotId),
      deadlineChanges: await this.notices.deadlineChanges(tx, lotId),
      cancellation: await this.notices.cancellation(tx, lotId),
      seats: lot.seats,
      suite: lot.suite,
      k: lot.k,
      lotKeyHash: lot.lotKeyHash,
      lotKey: completed?.signed ?? null,
      journal: completed?.journal ?? null,
    };
    return { view, nextDueAt: nextDueAt(lot), now: await tx.now() };
  }

  private read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.unitOfWork.run(work, { isolation: 'REPEATABLE READ', readOnly: true });
  }
}
