import { addMs, formatInstant } from '#kernel';
import type { Instant } from '#kernel';
import { bidPreparation, closeMarginEnd, documentAccess, limitAfter, ruleMs } from '#legal-time';
import type { RuleBreach, Ruleset, TimeScale } from '#legal-time';
import type { AwardState } from './award-procedure.ts';

/** Where a lot is, for whoever has to do something about it. */
export const DAY_STAGES = [
  'draft',
  'key-ceremony',
  'bidding',
  'closed',
  'opening',
  'sign-record',
  'too-few',
  'evaluation',
  'report',
  'publicity',
  'award',
  'awarded',
  'all-rejected',
  'cancelled',
] as const;
export type DayStage = (typeof DAY_STAGES)[number];

/** What happens, or ends, at an instant by itself. */
export const DUE_KINDS = [
  'deadline',
  'key-until-deadline',
  'change-freely-until',
  'publish-until',
  'close',
  'publicity-starts-until',
  'publicity-over',
] as const;
export const BLOCKS = [
  'no-documents',
  'document-access-short',
  'bid-preparation-short',
  'keys-missing',
  'signatures-missing',
  'questions-open',
  'regulator-signature',
  'publicity-running',
  'publicity-late',
] as const;
export const NEXT_STEPS = [
  'add-documents',
  'mend-times',
  'publish',
  'call-trustees',
  'answer-questions',
  'call-regulator',
  'wait-for-deadline',
  'wait-for-close',
  'go-to-hall',
  'sign-opening-record',
  'tender-again',
  'evaluate',
  'publicise',
  'wait-for-publicity',
  'award',
] as const;
export type NextStep = (typeof NEXT_STEPS)[number];

export interface Due {
  readonly what: (typeof DUE_KINDS)[number];
  readonly at: Instant;
  readonly article: string;
}
export interface Block {
  readonly what: (typeof BLOCKS)[number];
  readonly article: string;
  /** Numbers and instants behind it, as text. */
  readonly facts: Readonly<Record<string, string>>;
}
export interface Day {
  readonly stage: DayStage;
  /** In order of time. */
  readonly due: readonly Due[];
  readonly blocks: readonly Block[];
  /** Null: nothing is left to do. */
  readonly next: NextStep | null;
}

/** What the derivation looks at. No field depends on bids before the deadline: there is none that could (法22). */
export interface DayFacts {
  readonly tender: {
    readonly state: 'draft' | 'published' | 'keyed' | 'cancelled';
    readonly ruleset: Ruleset;
    readonly scale: TimeScale;
    readonly documentsFrom: Instant;
    readonly documentsUntil: Instant;
    readonly deadline: Instant;
    readonly documents: number;
    /** Roles of the seats that have not offered a key; empty once the key is made. */
    readonly seatsWithoutKey: readonly string[];
    readonly signaturesMissing: number;
    readonly openQuestions: number;
    readonly proposal: boolean;
  };
  /** After the deadline only; null before it, and while there is nothing. */
  readonly after: {
    readonly opening: 'waiting' | 'closed' | 'stage-0' | 'stage-1' | 'opened' | 'failed' | 'recorded';
    /** The recorded result; null before the record. */
    readonly result: 'opened' | 'failed' | null;
    readonly reportedAt: Instant | null;
    readonly award: AwardState | null;
    readonly publicityUntil: Instant | null;
  } | null;
}

const CANCELLED: Day = { stage: 'cancelled', due: [], blocks: [], next: null };

type Tender = DayFacts['tender'];
type After = NonNullable<DayFacts['after']>;

/** What is due, what blocks and what to do next; pure, so that every state can be tested. */
export function dayOf({ tender, after }: DayFacts, now: Instant): Day {
  switch (tender.state) {
    case 'cancelled':
      return CANCELLED;
    case 'draft':
      return draft(tender, now);
    case 'published':
      // The clock cancels it at the deadline, also where the worker has not come by yet.
      return now < tender.deadline ? making(tender, now) : CANCELLED;
    case 'keyed':
      return now < tender.deadline ? bidding(tender, now) : closed(tender, after, now);
  }
}

/** 法19, 条例16, 法24: what keeps a draft from being published now, and until when its times still can be. */
function draft(tender: Tender, now: Instant): Day {
  const { ruleset, scale, documentsFrom, documentsUntil, deadline } = tender;
  const from = documentsFrom > now ? documentsFrom : now;
  const access = documentAccess({ ruleset, scale, from, to: documentsUntil });
  const preparation = bidPreparation({ ruleset, scale, from, to: deadline });
  const blocks: Block[] = [
    ...(tender.documents === 0 ? [block('no-documents', '法19')] : []),
    ...breach('document-access-short', access),
    ...breach('bid-preparation-short', preparation),
  ];
  const { 'document-access': a, 'bid-preparation': b } = ruleset.rules;
  const latest = addMs(documentsUntil, -ruleMs(a, scale));
  const latestByDeadline = addMs(deadline, -ruleMs(b, scale));
  const at = latest < latestByDeadline ? latest : latestByDeadline;
  const article = latest < latestByDeadline ? a.article : b.article;
  const due: Due[] = at >= now ? [{ what: 'publish-until', at, article }] : [];
  const mend = access !== null || preparation !== null ? 'mend-times' : 'publish';
  return { stage: 'draft', due, blocks, next: tender.documents === 0 ? 'add-documents' : mend };
}

/** PROTOCOL 1: without a complete key the clock cancels the lot at its deadline. */
function making(tender: Tender, now: Instant): Day {
  const missing = tender.seatsWithoutKey;
  const key = missing.length > 0;
  const blocks: Block[] = [
    ...(key ? [block('keys-missing', 'PROTOCOL 1', { seats: missing.join(',') })] : []),
    ...(key || tender.signaturesMissing === 0
      ? []
      : [block('signatures-missing', 'PROTOCOL 1', { count: String(tender.signaturesMissing) })]),
    ...questions(tender),
  ];
  const due: Due[] = [
    ...changeFreely(tender, now),
    { what: 'key-until-deadline', at: tender.deadline, article: 'PROTOCOL 1' },
  ];
  return { stage: 'key-ceremony', due, blocks, next: 'call-trustees' };
}

function bidding(tender: Tender, now: Instant): Day {
  const blocks = [
    ...questions(tender),
    ...(tender.proposal ? [block('regulator-signature', 'PROTOCOL 7')] : []),
  ];
  const due: Due[] = [
    ...changeFreely(tender, now),
    { what: 'deadline', at: tender.deadline, article: '20号令27' },
  ];
  const call = tender.proposal ? 'call-regulator' : 'wait-for-deadline';
  return { stage: 'bidding', due, blocks, next: tender.openQuestions > 0 ? 'answer-questions' : call };
}

function closed(tender: Tender, after: After | null, now: Instant): Day {
  const closeAt = closeMarginEnd(tender.ruleset, tender.deadline, tender.scale);
  if (after === null || after.opening === 'waiting') {
    const due: Due[] = now < closeAt ? [{ what: 'close', at: closeAt, article: 'PROTOCOL 7' }] : [];
    return { stage: 'closed', due, blocks: [], next: 'wait-for-close' };
  }
  const idle = { due: [], blocks: [] };
  switch (after.opening) {
    case 'closed':
    case 'stage-0':
    case 'stage-1':
      return { stage: 'opening', ...idle, next: 'go-to-hall' };
    case 'opened':
      return { stage: 'sign-record', ...idle, next: 'sign-opening-record' };
    case 'failed':
      return { stage: 'too-few', ...idle, next: 'sign-opening-record' };
    case 'recorded':
      return after.result === 'failed'
        ? { stage: 'too-few', ...idle, next: 'tender-again' }
        : recorded(tender, after, now);
  }
}

function recorded(tender: Tender, after: After, now: Instant): Day {
  if (after.reportedAt === null) return { stage: 'evaluation', due: [], blocks: [], next: 'evaluate' };
  switch (after.award) {
    case null:
    case 'awaiting-publicity':
      return reported(tender, after.reportedAt, now);
    case 'publicised':
      return publicised(after.publicityUntil, now);
    case 'awarded':
      return { stage: 'awarded', due: [], blocks: [], next: null };
    case 'failed':
      return { stage: 'all-rejected', due: [], blocks: [], next: 'tender-again' };
  }
}

/** 条例54: publicity starts within three days of the report. */
function reported({ ruleset, scale }: Tender, reportedAt: Instant, now: Instant): Day {
  const rule = ruleset.rules['publicity-start'];
  const at = limitAfter(rule, reportedAt, scale);
  const late = now > at;
  return {
    stage: 'report',
    due: late ? [] : [{ what: 'publicity-starts-until', at, article: rule.article }],
    blocks: late ? [block('publicity-late', rule.article, { limit: formatInstant(at) })] : [],
    next: 'publicise',
  };
}

/** 条例54: no award before publicity is over, its last instant excluded. */
function publicised(until: Instant | null, now: Instant): Day {
  if (until === null || now >= until) return { stage: 'award', due: [], blocks: [], next: 'award' };
  return {
    stage: 'publicity',
    due: [{ what: 'publicity-over', at: until, article: '条例54' }],
    blocks: [block('publicity-running', '条例54', { until: formatInstant(until) })],
    next: 'wait-for-publicity',
  };
}

/** 法23, 条例21: until then a change of the documents moves no deadline. */
function changeFreely({ ruleset, scale, deadline }: Tender, now: Instant): Due[] {
  const rule = ruleset.rules['change-before-deadline'];
  const at = addMs(deadline, -ruleMs(rule, scale));
  return at >= now ? [{ what: 'change-freely-until', at, article: rule.article }] : [];
}

const questions = ({ openQuestions }: Tender): Block[] =>
  openQuestions > 0 ? [block('questions-open', '条例21', { count: String(openQuestions) })] : [];

const block = (what: Block['what'], article: string, facts: Block['facts'] = {}): Block => ({
  what,
  article,
  facts,
});

const breach = (what: Block['what'], found: RuleBreach | null): Block[] =>
  found === null
    ? []
    : [block(what, found.article, { limit: String(found.limit), actual: String(found.actual) })];
