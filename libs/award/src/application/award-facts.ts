import { Injectable } from '@nestjs/common';
import { parseInstant, refuse, RefusalError } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { Evaluation } from '#evaluation';
import { rulesetOf } from '#legal-time';
import type { Ruleset } from '#legal-time';
import { Opening } from '#opening';
import type { OpenedBid } from '#opening';
import { Tendering } from '#tendering';
import type { LotView } from '#tendering';
import type { EvaluationReport } from '#trust';
import type { Principal } from '#web';
import type { AwardRefusal } from '../domain/award-procedure.ts';

export const refused = (code: AwardRefusal, facts: Record<string, string | null> = {}): RefusalError =>
  new RefusalError(refuse(code, facts).error);

export interface AwardCase {
  readonly lot: LotView;
  readonly ruleset: Ruleset;
  readonly report: { readonly record: EvaluationReport; readonly hash: string };
  /** The report's candidates, in rank order, as they were opened. */
  readonly candidates: readonly OpenedBid[];
}

/** What publicity and award rest on, loaded before anything is decided. */
@Injectable()
export class AwardFactsReader {
  constructor(
    private readonly tendering: Tendering,
    private readonly opening: Opening,
    private readonly evaluation: Evaluation,
  ) {}

  /** For the agency of the lot; for anyone else there is nothing here. @throws RefusalError AWARD.NO_RESULT */
  async load(lotId: LotId, caller: Principal): Promise<AwardCase> {
    const lot = await this.tendering.lot(lotId);
    const report = lot ? await this.evaluation.report(lotId) : null;
    const ruleset = lot ? rulesetOf(lot.ruleset) : null;
    if (!lot || !report || !ruleset || lot.agency.creditCode !== caller.organisationId)
      throw refused('AWARD.NO_RESULT');
    const opened = new Map((await this.opening.openedBids(lotId)).map((bid) => [bid.c, bid]));
    const candidates = report.signed.record.candidates.flatMap((c) => opened.get(c) ?? []);
    return { lot, ruleset, report: { record: report.signed.record, hash: report.hash }, candidates };
  }
}

/** An instant that passed its record's schema. @throws RefusalError AWARD.RECORD_DIFFERS for a day that does not exist */
export function instantOf(text: string): Instant {
  const at = parseInstant(text);
  if (at === null) throw refused('AWARD.RECORD_DIFFERS', { instant: text });
  return at;
}
