import { Injectable } from '@nestjs/common';
import { unwrap } from '#kernel';
import type { LotId } from '#kernel';
import { Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import type { Principal } from '#web';
import { decideAnswer, decideQuestion } from '../domain/question.ts';
import type { Question } from '../domain/question.ts';
import { tenderError } from '../domain/refusals.ts';
import { actorOf, assertAgency, LotSteps } from './lot-steps.ts';
import { LotStore } from './lot-store.ts';
import { QuestionLimit } from './question-limit.ts';
import { QuestionStore } from './question-store.ts';
import type { QuestionPage } from './question-store.ts';

/**
 * Questions on the documents and their answers. A question names nobody; an answer that changes the documents is a
 * notice of its own (法23), which the answer names. Objections to the documents (条例22) suspend a tender: not these.
 */
@Injectable()
export class Questions {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly lots: LotStore,
    private readonly questions: QuestionStore,
    private readonly steps: LotSteps,
    private readonly limit: QuestionLimit,
    private readonly parties: Parties,
  ) {}

  /**
   * `who` is asked for the right to ask, and for no more: nothing of it goes into the transaction. No number is
   * answered: two of them would tell how many others asked between (法22).
   */
  async ask(who: Principal, lotId: LotId, text: string): Promise<void> {
    const organisation = await this.parties.organisation(who.organisationId);
    const asker = { creditCode: who.organisationId, name: organisation?.name ?? who.organisationId };
    // The transaction may be run again; the process's memory counts once.
    let counted = false;
    await this.unitOfWork.run(async (tx) => {
      const { lot, now } = await this.steps.hold(tx, lotId);
      if (lot.state === 'draft') throw tenderError('TENDERING.LOT_UNKNOWN');
      const asked = await this.questions.count(tx, lotId);
      const { n } = unwrap(decideQuestion({ ...lot, asked, text, asker }, now));
      if (!counted) this.limit.take(who.organisationId, lotId, now);
      counted = true;
      await this.questions.ask(tx, lotId, n, text);
    });
  }

  async answer(
    who: Principal,
    lotId: LotId,
    given: { readonly n: number; readonly text: string; readonly noticeVersion: number | null },
    address: string,
  ): Promise<void> {
    const { n, text, noticeVersion } = given;
    await this.unitOfWork.run(async (tx) => {
      const held = await this.steps.hold(tx, lotId);
      assertAgency(held, who);
      const question = await this.questions.find(tx, lotId, n);
      if (!question) throw tenderError('TENDERING.QUESTION_UNKNOWN', { n });
      const facts = { ...held.lot, answered: question.answer !== null, changedBy: noticeVersion };
      unwrap(decideAnswer(facts, held.now));
      await this.questions.answer(tx, lotId, n, { text, noticeVersion, by: actorOf(who, address) });
    });
  }

  /** Answered ones, for anybody, numbered as they were answered. */
  async published(lotId: LotId, page: QuestionPage): Promise<readonly Question[]> {
    return this.unitOfWork.run(
      async (tx) => {
        const lot = await this.lots.lot(tx, lotId);
        if (!lot || lot.noticeVersion === 0) throw tenderError('TENDERING.LOT_UNKNOWN');
        return this.questions.answered(tx, lotId, page);
      },
      { readOnly: true },
    );
  }

  /** All, for the agency that answers, numbered as they were asked. */
  async all(who: Principal, lotId: LotId, page: QuestionPage): Promise<readonly Question[]> {
    return this.unitOfWork.run(
      async (tx) => {
        const lot = await this.lots.lot(tx, lotId);
        const project = lot && (await this.lots.project(tx, lot.projectId));
        if (!lot || !project) throw tenderError('TENDERING.LOT_UNKNOWN');
        assertAgency({ lot, project }, who);
        return this.questions.all(tx, lotId, page);
      },
      { readOnly: true },
    );
  }
}
