import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import type { Question } from '../domain/question.ts';
import type { Actor } from './lot-store.ts';

type Person = Exclude<Actor, 'clock'>;

/** Questions and answers; nothing here is ever changed or removed. */
export abstract class QuestionStore {
  /** MUST write nothing but the text and its day: no account, no address, no time of day. */
  abstract ask(tx: Tx, lotId: LotId, n: number, text: string): Promise<void>;
  abstract count(tx: Tx, lotId: LotId): Promise<number>;
  abstract find(tx: Tx, lotId: LotId, n: number): Promise<Question | null>;
  /** In order, after `after` (exclusive). */
  abstract list(
    tx: Tx,
    lotId: LotId,
    page: { readonly answeredOnly: boolean; readonly after: number; readonly limit: number },
  ): Promise<readonly Question[]>;
  abstract answer(
    tx: Tx,
    lotId: LotId,
    n: number,
    given: { readonly text: string; readonly noticeVersion: number | null; readonly by: Person },
  ): Promise<void>;
}
