import { formatInstant } from '#kernel';
import type { Fact, Instant } from '#kernel';
import type { TimeScale } from './acceleration.ts';
import { limitAfter } from './deadline.ts';
import { period } from './period.ts';
import type { Period } from './period.ts';
import type { Rule, Ruleset } from './ruleset.ts';

/** A rule that is not kept: which, and by how much. A context gives it a refusal code of its own. */
export interface RuleBreach {
  readonly rule: string;
  readonly article: string;
  /** `value` and `unit` as the law states them, before acceleration. */
  readonly value: number;
  readonly unit: string;
  /** The bound, and what was found: instants as text, or numbers. */
  readonly limit: string | number;
  readonly actual: string | number;
}

/** A breach as facts of a refusal. */
export const breachFacts = (breach: RuleBreach): Readonly<Record<string, Fact>> => ({ ...breach });

interface Span {
  readonly ruleset: Ruleset;
  readonly scale: TimeScale;
  readonly from: Instant;
  readonly to: Instant;
}

const breachOf = (rule: Rule, limit: string | number, actual: string | number): RuleBreach => ({
  rule: rule.id,
  article: rule.article,
  value: rule.value,
  unit: rule.unit,
  limit,
  actual,
});

/** The span must reach the limit; ending at the very limit keeps the rule. */
function atLeast(rule: Rule, span: Span): RuleBreach | null {
  const limit = limitAfter(rule, span.from, span.scale);
  return span.to >= limit ? null : breachOf(rule, formatInstant(limit), formatInstant(span.to));
}

/** The span must not pass the limit; ending at the very limit keeps the rule (87号令86: 以内 includes it). */
function atMost(rule: Rule, span: Span): RuleBreach | null {
  const limit = limitAfter(rule, span.from, span.scale);
  return span.to <= limit ? null : breachOf(rule, formatInstant(limit), formatInstant(span.to));
}

/** 条例16: documents may be had for at least 5 days. `from` = first access, `to` = end of access (exclusive). */
export const documentAccess = (span: Span): RuleBreach | null =>
  atLeast(span.ruleset.rules['document-access'], span);

/** 法24: at least 20 days from the issue of the documents to the bid deadline. */
export const bidPreparation = (span: Span): RuleBreach | null =>
  atLeast(span.ruleset.rules['bid-preparation'], span);

/** 法23, 条例21: at least 15 days from a clarification or change to the bid deadline, else the deadline moves. */
export const changeBeforeDeadline = (span: Span): RuleBreach | null =>
  atLeast(span.ruleset.rules['change-before-deadline'], span);

/** The earliest deadline that a change published at `from` allows (法23). */
export const earliestDeadlineAfterChange = (ruleset: Ruleset, from: Instant, scale: TimeScale): Instant =>
  limitAfter(ruleset.rules['change-before-deadline'], from, scale);

/** 条例54: publicity starts at most 3 days after the report. `from` = report, `to` = start of publicity. */
export const publicityStart = (span: Span): RuleBreach | null =>
  atMost(span.ruleset.rules['publicity-start'], span);

/** 条例54: candidates are public for at least 3 days. `from` = start, `to` = end (exclusive). */
export const publicityLength = (span: Span): RuleBreach | null =>
  atLeast(span.ruleset.rules['publicity-length'], span);

/** The earliest end of a publicity that starts at `from`. */
export const earliestPublicityEnd = (ruleset: Ruleset, from: Instant, scale: TimeScale): Instant =>
  limitAfter(ruleset.rules['publicity-length'], from, scale);

/** 法28, 条例44: with fewer than three distinct bidders the bids are not opened. */
export function enoughBidders(ruleset: Ruleset, bidders: number): RuleBreach | null {
  const rule = ruleset.rules['enough-bidders'];
  return bidders >= rule.value ? null : breachOf(rule, rule.value, bidders);
}

/** 条例53: at most three candidates. */
export function candidateLimit(ruleset: Ruleset, candidates: number): RuleBreach | null {
  const rule = ruleset.rules['candidate-limit'];
  return candidates <= rule.value ? null : breachOf(rule, rule.value, candidates);
}

/** PROTOCOL 7: CLOSE is made from this instant on. */
export const closeMarginEnd = (ruleset: Ruleset, deadline: Instant, scale: TimeScale): Instant =>
  limitAfter(ruleset.rules['close-margin'], deadline, scale);

/** PROTOCOL 7: a receipt shown in this window adds its bid; shares are released from its end on. */
export const findYourselfWindow = (ruleset: Ruleset, closedAt: Instant, scale: TimeScale): Period =>
  period(closedAt, limitAfter(ruleset.rules['find-yourself'], closedAt, scale));

/** PROTOCOL 7: from this instant on, k trustees may stand in for missing witnesses. */
export const witnessWaitEnd = (ruleset: Ruleset, closeDueAt: Instant, scale: TimeScale): Instant =>
  limitAfter(ruleset.rules['witness-wait'], closeDueAt, scale);
