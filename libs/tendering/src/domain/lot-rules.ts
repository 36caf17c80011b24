/** One named guard per rule; each comment names the article or the section of docs/PROTOCOL.md that it keeps. */
import { formatInstant, ok, refuse } from '#kernel';
import type { Instant, Result } from '#kernel';
import { bidPreparation, breachFacts, changeBeforeDeadline, documentAccess, isRealTime } from '#legal-time';
import type { RuleBreach, Ruleset, TimeScale } from '#legal-time';
import type { TenderCode, TenderRefusal } from './refusals.ts';

/** What the guards judge by; loaded before, a guard never queries. */
export interface LotFacts {
  readonly ruleset: Ruleset;
  readonly scale: TimeScale;
  /** The configuration allows accelerated tenders. */
  readonly demo: boolean;
  /** The effective deadline. */
  readonly deadline: Instant;
  readonly documentsFrom: Instant;
  readonly documentsUntil: Instant;
  /** Documents that the notice would name. */
  readonly documents: number;
}

/** What is asked of the lot. */
export type LotCommand =
  | { readonly event: 'publish' | 'complete-key' | 'cancel' | 'pass-deadline' }
  | { readonly event: 'change'; readonly deadline: Instant }
  | { readonly event: 'move-deadline'; readonly from: Instant; readonly to: Instant };

export type Verdict = Result<null, TenderRefusal>;
const kept: Verdict = ok(null);

const keptUnless = (code: TenderCode, breach: RuleBreach | null): Verdict =>
  breach === null ? kept : refuse(code, breachFacts(breach));

/** Documents are issued when the notice is published, or later where the notice says so. */
const issuedAt = (facts: LotFacts, now: Instant): Instant =>
  facts.documentsFrom > now ? facts.documentsFrom : now;

/** A production platform keeps real time; an accelerated tender is a demonstration, and says so in its notice. */
export const timeIsReal = (facts: Pick<LotFacts, 'scale' | 'demo'>): Verdict =>
  facts.demo || isRealTime(facts.scale) ? kept : refuse('TENDERING.ACCELERATION_REFUSED', { ...facts.scale });

/** 法19: a notice without tender documents is none. */
export const hasDocuments = (facts: LotFacts): Verdict =>
  facts.documents > 0 ? kept : refuse('TENDERING.NO_DOCUMENTS', { article: '法19' });

/** 条例16. */
export const documentAccessLongEnough = (facts: LotFacts, now: Instant): Verdict =>
  keptUnless(
    'TENDERING.DOCUMENT_ACCESS_TOO_SHORT',
    documentAccess({ ...facts, from: issuedAt(facts, now), to: facts.documentsUntil }),
  );

/** 法24. */
export const bidPeriodLongEnough = (facts: LotFacts, now: Instant): Verdict =>
  keptUnless(
    'TENDERING.BID_PERIOD_TOO_SHORT',
    bidPreparation({ ...facts, from: issuedAt(facts, now), to: facts.deadline }),
  );

/** 法23, 条例21: measured to the deadline that holds after the change. */
export const changeEarlyEnough = (facts: LotFacts, deadline: Instant, now: Instant): Verdict =>
  keptUnless('TENDERING.CHANGE_TOO_LATE', changeBeforeDeadline({ ...facts, from: now, to: deadline }));

/** 20号令27, 条例35: the deadline itself no longer belongs to the time before it. */
export const beforeDeadline = (facts: LotFacts, now: Instant): Verdict =>
  now < facts.deadline
    ? kept
    : refuse('TENDERING.DEADLINE_PASSED', {
        deadline: formatInstant(facts.deadline),
        now: formatInstant(now),
      });

/** The machine's clock event: not before the deadline. */
export const deadlineReached = (facts: LotFacts, now: Instant): Verdict =>
  now >= facts.deadline
    ? kept
    : refuse('TENDERING.DEADLINE_NOT_REACHED', { deadline: formatInstant(facts.deadline) });

/** PROTOCOL 1: a deadline only moves away, so that nobody is cut off who relied on it. */
export const deadlineNotEarlier = (facts: LotFacts, deadline: Instant): Verdict =>
  deadline >= facts.deadline
    ? kept
    : refuse('TENDERING.DEADLINE_EARLIER', {
        deadline: formatInstant(facts.deadline),
        asked: formatInstant(deadline),
      });

/** PROTOCOL 7: once LOTKEY states the deadline, only a change signed with the regulator moves it. */
export const deadlineMovesWithRegulatorOnly = (facts: LotFacts, deadline: Instant): Verdict =>
  deadline === facts.deadline
    ? kept
    : refuse('TENDERING.DEADLINE_NEEDS_REGULATOR', { deadline: formatInstant(facts.deadline) });

/** PROTOCOL 7: a signed change names the deadline that it changes; two changes cannot be applied at once. */
export const changesTheDeadlineThatHolds = (facts: LotFacts, from: Instant): Verdict =>
  from === facts.deadline
    ? kept
    : refuse('TENDERING.DEADLINE_STALE', { deadline: formatInstant(facts.deadline) });

/** A move to the same instant moves nothing. */
export const movesAway = (facts: LotFacts, to: Instant): Verdict =>
  to > facts.deadline
    ? kept
    : refuse('TENDERING.DEADLINE_EARLIER', {
        deadline: formatInstant(facts.deadline),
        asked: formatInstant(to),
      });

/** The first refusal, or null's ok. */
export const all = (...verdicts: readonly Verdict[]): Verdict =>
  verdicts.find((verdict) => !verdict.ok) ?? kept;
