import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { Question } from '../domain/question.ts';
import type { Actor } from './lot-store.ts';

type Person = Exclude<Actor, 'clock'>;

/** After a number, exclusive. */
export interface QuestionPage {
  readonly after: number;
  readonly limit: number;
}

/** Questions and answers; nothing here is ever changed or removed. */
export abstract class QuestionStore {
  /** MUST write nothing but the text and its day: no account, no address, no time of day. */
  abstract ask(tx: Tx, lotId: LotId, n: number, text: string): Promise<void>;
  abstract count(tx: Tx, lotId: LotId): Promise<number>;
  abstract find(tx: Tx, lotId: LotId, n: number): Promise<Question | null>;
  /** In the order of asking, after `after` (exclusive). */
  abstract all(tx: Tx, lotId: LotId, page: QuestionPage): Promise<readonly Question[]>;
  /** In the order of answering, and numbered by it: no gap tells of questions that wait. */
  abstract answered(tx: Tx, lotId: LotId, page: QuestionPage): Promise<readonly Question[]>;
  abstract answer(
    tx: Tx,
    lotId: LotId,
    n: number,
    given: { readonly text: string; readonly noticeVersion: number | null; readonly by: Person },
  ): Promise<void>;
}
