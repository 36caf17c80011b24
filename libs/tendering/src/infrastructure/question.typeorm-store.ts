import { Injectable } from '@nestjs/common';
import { instant } from '#kernel';
import type { LotId } from '#kernel';
import type { Tx } from '#persistence';
import { QuestionStore } from '../application/question-store.ts';
import type { QuestionPage } from '../application/question-store.ts';
import type { Question } from '../domain/question.ts';

interface QuestionRecord {
  readonly n: number;
  readonly text: string;
  readonly askedOn: string;
  readonly answer: string | null;
  readonly answeredAt: Date | null;
  readonly noticeVersion: number | null;
}

/** The day as text: a driver's Date would have a zone. */
const QUESTION = `
  SELECT q.n, q.text, to_char(q.asked_on, 'YYYY-MM-DD') AS "askedOn", a.text AS answer,
         a.answered_at AS "answeredAt", a.notice_version AS "noticeVersion"
    FROM tendering.question q LEFT JOIN tendering.answer a USING (lot_id, n)`;

const questionOf = ({ n, text, askedOn, answer, answeredAt, noticeVersion }: QuestionRecord): Question => ({
  n,
  text,
  askedOn,
  answer:
    answer === null || answeredAt === null
      ? null
      : { text: answer, answeredAt: instant(answeredAt.getTime()), noticeVersion },
});

@Injectable()
export class TypeormQuestionStore extends QuestionStore {
  async ask(tx: Tx, lotId: LotId, n: number, text: string): Promise<void> {
    await tx.execute('INSERT INTO tendering.question (lot_id, n, text) VALUES ($1, $2, $3)', [
      lotId,
      n,
      text,
    ]);
  }

  async count(tx: Tx, lotId: LotId): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      'SELECT coalesce(max(n), 0) AS n FROM tendering.question WHERE lot_id = $1',
      [lotId],
    );
    return row?.n ?? 0;
  }

  async find(tx: Tx, lotId: LotId, n: number): Promise<Question | null> {
    const [row] = await tx.query<QuestionRecord>(`${QUESTION} WHERE q.lot_id = $1 AND q.n = $2`, [lotId, n]);
    return row ? questionOf(row) : null;
  }

  async all(tx: Tx, lotId: LotId, { after, limit }: QuestionPage): Promise<readonly Question[]> {
    const rows = await tx.query<QuestionRecord>(
      `${QUESTION} WHERE q.lot_id = $1 AND q.n > $2 ORDER BY q.n LIMIT $3`,
      [lotId, after, limit],
    );
    return rows.map(questionOf);
  }

  async answered(tx: Tx, lotId: LotId, { after, limit }: QuestionPage): Promise<readonly Question[]> {
    // Answers of a lot come one after another, under its lock.
    const rows = await tx.query<QuestionRecord>(
      `SELECT * FROM (
         SELECT (row_number() OVER (ORDER BY a.answered_at, a.n))::integer AS n, q.text,
                to_char(q.asked_on, 'YYYY-MM-DD') AS "askedOn", a.text AS answer, a.answered_at AS "answeredAt",
                a.notice_version AS "noticeVersion"
           FROM tendering.question q JOIN tendering.answer a USING (lot_id, n) WHERE q.lot_id = $1) AS numbered
        WHERE n > $2 ORDER BY n LIMIT $3`,
      [lotId, after, limit],
    );
    return rows.map(questionOf);
  }

  async answer(
    tx: Tx,
    lotId: LotId,
    n: number,
    given: Parameters<QuestionStore['answer']>[3],
  ): Promise<void> {
    const { text, noticeVersion, by } = given;
    await tx.execute(
      `INSERT INTO tendering.answer (lot_id, n, text, notice_version, person_id, credit_code, fingerprint, address)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [lotId, n, text, noticeVersion, by.personId, by.creditCode, by.fingerprint, by.address],
    );
  }
}
