/** The platform's own rules (libs/legal-time), run on what is being typed: what a field may say, before it is sent. */
import { instant } from '#kernel';
import type { Instant } from '#kernel';
import {
  bidPreparation,
  changeBeforeDeadline,
  CURRENT_TENDERING_RULESET,
  documentAccess,
  limitAfter,
  rulesetOf,
} from '#legal-time';
import type { Rule, RuleBreach, Ruleset, TimeScale } from '#legal-time';

export type RuleName = 'document-access' | 'bid-preparation' | 'change-before-deadline';

/** One rule beside its field. `limit` is the earliest instant that keeps it, now. */
export interface RuleCheck {
  readonly rule: RuleName;
  readonly article: string;
  /** Days, as the law says them. */
  readonly days: number;
  /** Null: what it measures is not filled in. */
  readonly kept: boolean | null;
  readonly limit: number;
  readonly actual: number | null;
}

export interface Times {
  readonly now: number;
  readonly documentsFrom: number | null;
  readonly documentsUntil: number | null;
  readonly deadline: number | null;
  readonly scale: TimeScale;
}

export const ruleset = (edition?: string): Ruleset =>
  (edition === undefined ? null : rulesetOf(edition)) ?? CURRENT_TENDERING_RULESET;

type Keeper = (span: { ruleset: Ruleset; scale: TimeScale; from: Instant; to: Instant }) => RuleBreach | null;

function check(
  rule: Rule & { readonly id: RuleName },
  keeper: Keeper,
  span: {
    readonly ruleset: Ruleset;
    readonly scale: TimeScale;
    readonly from: number;
    readonly to: number | null;
  },
): RuleCheck {
  const from = instant(Math.floor(span.from));
  const { ruleset: edition, scale } = span;
  const breach = span.to === null ? null : keeper({ ruleset: edition, scale, from, to: instant(span.to) });
  return {
    rule: rule.id,
    article: rule.article,
    days: rule.value,
    kept: span.to === null ? null : breach === null,
    limit: limitAfter(rule, from, scale),
    actual: span.to,
  };
}

/** 条例16 and 法24, as they will be judged when the notice is published at `now`: documents are issued then, or later. */
export function checkNotice(times: Times, edition = ruleset()): readonly RuleCheck[] {
  const from = Math.max(times.now, times.documentsFrom ?? times.now);
  const span = { ruleset: edition, scale: times.scale, from };
  const { 'document-access': access, 'bid-preparation': preparation } = edition.rules;
  return [
    check(access, documentAccess, { ...span, to: times.documentsUntil }),
    check(preparation, bidPreparation, { ...span, to: times.deadline }),
  ];
}

/** 法23, 条例21: from a change that is published at `now` to the deadline that then holds. */
export const checkChange = (
  given: { readonly now: number; readonly deadline: number | null; readonly scale: TimeScale },
  edition = ruleset(),
): RuleCheck =>
  check(edition.rules['change-before-deadline'], changeBeforeDeadline, {
    ruleset: edition,
    scale: given.scale,
    from: given.now,
    to: given.deadline,
  });

const BEIJING = '+08:00';

/** `2026-03-01T16:00` or with seconds, in Beijing; null for anything else. */
export function readLocal(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text)) return null;
  const at = Date.parse(`${text.length === 16 ? `${text}:00` : text}.000${BEIJING}`);
  return Number.isNaN(at) ? null : at;
}

/** For an input of the kind `datetime-local`, to the second. */
export const localText = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19);

export const recordText = (at: number): string => new Date(at).toISOString();
