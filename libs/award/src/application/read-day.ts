import { Injectable } from '@nestjs/common';
import { IntegrityError, parseInstant } from '#kernel';
import type { Instant } from '#kernel';
import { Evaluation } from '#evaluation';
import { rulesetOf } from '#legal-time';
import { Opening } from '#opening';
import { UnitOfWork } from '#persistence';
import { TenderDesk } from '#tendering';
import type { DeskLot, DeskQuery } from '#tendering';
import type { Principal } from '#web';
import { AwardResults } from '../award.facade.ts';
import { dayOf } from '../domain/agency-day.ts';
import type { Day, DayFacts } from '../domain/agency-day.ts';

export interface DayEntry {
  readonly lot: DeskLot;
  readonly day: Day;
}

/** The day of an agency or a tenderee, lot by lot. Before a deadline nothing behind it is even read (法22). */
@Injectable()
export class ReadDay {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly desk: TenderDesk,
    private readonly opening: Opening,
    private readonly evaluation: Evaluation,
    private readonly results: AwardResults,
  ) {}

  async run(who: Principal, query: Omit<DeskQuery, 'projectId'>): Promise<readonly DayEntry[]> {
    const lots = await this.desk.lotsOf(who.organisationId, { ...query, projectId: null });
    const now = await this.unitOfWork.run((tx) => tx.now(), { readOnly: true });
    const entries = [];
    for (const lot of lots) {
      const passed = lot.state === 'keyed' && now >= lot.deadline;
      const after = passed ? await this.after(lot) : null;
      entries.push({ lot, day: dayOf({ tender: tenderFacts(lot), after }, now) });
    }
    return entries;
  }

  private async after({ id }: DeskLot): Promise<DayFacts['after']> {
    const opened = await this.opening.result(id);
    if (!opened) return null;
    const report = opened.state === 'recorded' ? await this.evaluation.report(id) : null;
    const found = report ? await this.results.find(id) : null;
    return {
      opening: opened.state,
      result: opened.record?.record.result ?? null,
      reportedAt: at(report?.signed.record.reportedAt),
      award: found?.state ?? null,
      publicityUntil: at(found?.publicity?.record.until),
    };
  }
}

const at = (text: string | undefined): Instant | null => (text === undefined ? null : parseInstant(text));

function tenderFacts(lot: DeskLot): DayFacts['tender'] {
  const ruleset = rulesetOf(lot.ruleset);
  if (!ruleset) throw new IntegrityError('a lot names a ruleset that is not known', { lot: lot.id });
  const { state, documentsFrom, documentsUntil, deadline, documents, signaturesMissing, openQuestions } = lot;
  return {
    state,
    ruleset,
    scale: lot.acceleration,
    documentsFrom,
    documentsUntil,
    deadline,
    documents,
    seatsWithoutKey: lot.seatsWithoutKey.map(({ role }) => role),
    signaturesMissing,
    openQuestions,
    proposal: lot.proposal,
  };
}
