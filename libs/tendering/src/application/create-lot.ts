import { Injectable } from '@nestjs/common';
import { newId, Settings, unwrap } from '#kernel';
import type { Instant, LotId, ProjectId } from '#kernel';
import { CURRENT_TENDERING_RULESET } from '#legal-time';
import { UnitOfWork } from '#persistence';
import { Transparency } from '#transparency';
import type { Acceleration, EvaluationMethod, Seat, SuiteId } from '#trust';
import type { Principal } from '#web';
import type { Lot, Project } from '../domain/lot.ts';
import { timeIsReal } from '../domain/lot-rules.ts';
import { tenderError } from '../domain/refusals.ts';
import { ChooseSeats } from './choose-seats.ts';
import { assertAgency, LotSteps } from './lot-steps.ts';
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
  /** Null: as it is, at first P256. */
  readonly suite: SuiteId | null;
}

/** A lot in preparation: nobody but its agency sees it, which says all of it anew as often as it likes. */
@Injectable()
export class CreateLot {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly lots: LotStore,
    private readonly steps: LotSteps,
    private readonly seats: ChooseSeats,
    private readonly settings: Settings,
    private readonly transparency: Transparency,
  ) {}

  async run(who: Principal, projectId: ProjectId, given: NewLot): Promise<Lot> {
    const project = await this.unitOfWork.run((tx) => this.lots.project(tx, projectId), { readOnly: true });
    const chosen = await this.judge(who, project, given);
    return this.unitOfWork.run(async (tx) => {
      const lot: Lot = {
        ...given,
        ...chosen,
        suite: given.suite ?? 'P256',
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

  /** Everything but its id, before its first notice; afterwards only a change of the notice alters it (法23). */
  async revise(who: Principal, projectId: ProjectId, lotId: LotId, given: NewLot): Promise<Lot> {
    const project = await this.unitOfWork.run((tx) => this.lots.project(tx, projectId), { readOnly: true });
    const chosen = await this.judge(who, project, given);
    return this.unitOfWork.run(async (tx) => {
      const held = await this.steps.hold(tx, lotId);
      assertAgency(held, who);
      if (held.lot.projectId !== projectId) throw tenderError('TENDERING.LOT_UNKNOWN');
      const { state } = held.lot;
      if (state !== 'draft') throw tenderError('TENDERING.WRONG_STATE', { state, event: 'revise' });
      const lot: Lot = { ...held.lot, ...given, ...chosen, suite: given.suite ?? held.lot.suite };
      if (!(await this.lots.reviseLot(tx, lot))) throw tenderError('TENDERING.CONFLICT');
      return { ...lot, version: lot.version + 1 };
    });
  }

  private async judge(who: Principal, project: Project | null, given: NewLot) {
    if (project?.agency.creditCode !== who.organisationId) throw tenderError('TENDERING.PROJECT_UNKNOWN');
    if (given.suite && !this.transparency.suites().includes(given.suite))
      throw tenderError('TENDERING.SUITE_UNAVAILABLE', { suite: given.suite });
    unwrap(timeIsReal({ scale: given.acceleration, demo: this.settings.demo }));
    return this.seats.run(project, given);
  }
}
