import { addMs, instant } from '#kernel';
import { LOT_STATES } from './lot-states.ts';
import { decideAnswer, decideQuestion, MAX_QUESTIONS, namesAsker } from './question.ts';

const DEADLINE = instant(1_000_000);
const EARLY = addMs(DEADLINE, -1);
const asker = { name: '甲建设有限公司', creditCode: '91330100MA27W00001' };
const open = { state: 'keyed', deadline: DEADLINE, noticeVersion: 2 } as const;
const asking = { ...open, asked: 0, text: '第三章的工期含节假日吗？', asker };
const code = (result: { ok: boolean; error?: { code: string } }) => (result.ok ? 'ok' : result.error?.code);

describe('a question', () => {
  it('is taken from publication to the deadline, its instant excluded', () => {
    for (const state of LOT_STATES)
      for (const now of [EARLY, DEADLINE, addMs(DEADLINE, 1)]) {
        const taken = state === 'published' || state === 'keyed';
        const expected = !taken
          ? 'TENDERING.WRONG_STATE'
          : now < DEADLINE
            ? 'ok'
            : 'TENDERING.DEADLINE_PASSED';
        expect([state, now, code(decideQuestion({ ...asking, state }, now))]).toEqual([state, now, expected]);
        const answer = { ...open, state, answered: false, changedBy: null };
        expect([state, now, code(decideAnswer(answer, now))]).toEqual([state, now, expected]);
      }
  });

  it('has the next number, up to the limit of the lot', () => {
    expect(decideQuestion({ ...asking, asked: MAX_QUESTIONS - 1 }, EARLY)).toEqual({
      ok: true,
      value: { n: MAX_QUESTIONS },
    });
    expect(code(decideQuestion({ ...asking, asked: MAX_QUESTIONS }, EARLY))).toBe('TENDERING.QUESTION_LIMIT');
  });

  it('does not name who asks, however it is written', () => {
    for (const text of [
      '我们甲建设有限公司想问',
      '甲建设 有限 公司',
      '代码 91330100ma27w00001',
      '代码 ９１３３０１００ＭＡ２７Ｗ００００１',
    ]) {
      expect(namesAsker(text, asker)).toBe(true);
      expect(code(decideQuestion({ ...asking, text }, EARLY))).toBe('TENDERING.QUESTION_NAMES_ASKER');
    }
    expect(namesAsker('乙建设有限公司', asker)).toBe(false);
  });
});

describe('an answer', () => {
  it('is given once, and names a change only if it is published', () => {
    const answer = { ...open, answered: false };
    expect(code(decideAnswer({ ...answer, answered: true, changedBy: null }, EARLY))).toBe(
      'TENDERING.QUESTION_ANSWERED',
    );
    expect(
      [null, 0, 1, 2, 3].map((changedBy) => code(decideAnswer({ ...answer, changedBy }, EARLY))),
    ).toEqual([
      'ok',
      'TENDERING.ANSWER_VERSION',
      'TENDERING.ANSWER_VERSION',
      'ok',
      'TENDERING.ANSWER_VERSION',
    ]);
  });
});
