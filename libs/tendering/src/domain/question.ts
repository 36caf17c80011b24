import { formatInstant, ok, refuse } from '#kernel';
import type { Instant, Result } from '#kernel';
import type { PartyRef } from './lot.ts';
import type { LotState } from './lot-states.ts';
import type { TenderRefusal } from './refusals.ts';

export const MAX_QUESTION_LENGTH = 2000;
export const MAX_ANSWER_LENGTH = 4000;
/** Of one lot, whoever asks: a flood ends here, and no list grows without bound. */
export const MAX_QUESTIONS = 500;

/** A question on the documents, with its answer; who asked is not part of it (法22, ADR 0026). */
export interface Question {
  readonly n: number;
  readonly text: string;
  /** `YYYY-MM-DD` in Beijing. */
  readonly askedOn: string;
  readonly answer: {
    readonly text: string;
    readonly answeredAt: Instant;
    /** The clarification or change that the documents were changed by; null where nothing changed. */
    readonly noticeVersion: number | null;
  } | null;
}

interface QuestionFacts {
  readonly state: LotState;
  readonly deadline: Instant;
  readonly noticeVersion: number;
}

/** Width and case of letters, and spaces, do not hide a name. */
const plain = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/gu, '');

/** 法22: who may bid stays unknown until the deadline, also where the asker would give it away. */
export const namesAsker = (text: string, asker: PartyRef): boolean =>
  [asker.name, asker.creditCode].some((name) => plain(text).includes(plain(name)));

/** Documents can be asked about from their publication to the deadline, its instant excluded. */
function open({ state, deadline }: QuestionFacts, now: Instant): Result<null, TenderRefusal> {
  if (state !== 'published' && state !== 'keyed')
    return refuse('TENDERING.WRONG_STATE', { state, event: 'ask' });
  return now < deadline
    ? ok(null)
    : refuse('TENDERING.DEADLINE_PASSED', { deadline: formatInstant(deadline), now: formatInstant(now) });
}

export function decideQuestion(
  facts: QuestionFacts & { readonly asked: number; readonly text: string; readonly asker: PartyRef },
  now: Instant,
): Result<{ readonly n: number }, TenderRefusal> {
  const allowed = open(facts, now);
  if (!allowed.ok) return allowed;
  if (namesAsker(facts.text, facts.asker))
    return refuse('TENDERING.QUESTION_NAMES_ASKER', { article: '法22' });
  return facts.asked < MAX_QUESTIONS
    ? ok({ n: facts.asked + 1 })
    : refuse('TENDERING.QUESTION_LIMIT', { limit: MAX_QUESTIONS });
}

/** Once, before the deadline; where it says that the documents changed, by a version that is published. */
export function decideAnswer(
  facts: QuestionFacts & { readonly answered: boolean; readonly changedBy: number | null },
  now: Instant,
): Result<null, TenderRefusal> {
  const allowed = open(facts, now);
  if (!allowed.ok) return allowed;
  if (facts.answered) return refuse('TENDERING.QUESTION_ANSWERED');
  const { changedBy, noticeVersion } = facts;
  return changedBy === null || (changedBy > 1 && changedBy <= noticeVersion)
    ? ok(null)
    : refuse('TENDERING.ANSWER_VERSION', { version: changedBy, published: noticeVersion });
}
