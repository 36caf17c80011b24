import { addMs, assertNever, DAY, HOUR, instant, MINUTE, SECOND } from '#kernel';
import type { Instant } from '#kernel';
import { isRealTime } from './acceleration.ts';
import type { TimeScale } from './acceleration.ts';
import type { Rule } from './ruleset.ts';

/** China keeps one time zone and no summer time. */
const CHINA_STANDARD_TIME_MS = 8 * HOUR;

/** Midnight (CST) at which the n-th day after the day of `from` ends: the first day is excluded (87号令85). */
export function endOfCountedDay(from: Instant, days: number): Instant {
  const localDay = Math.floor((from + CHINA_STANDARD_TIME_MS) / DAY);
  return instant((localDay + days + 1) * DAY - CHINA_STANDARD_TIME_MS);
}

/** Milliseconds of a rule about time under this scale, rounded up to a whole one; at least 1. */
export function ruleMs(rule: Rule, scale: TimeScale): number {
  switch (rule.unit) {
    case 'day':
      return Math.ceil((rule.value * DAY) / scale.periods);
    case 'minute':
      return Math.ceil((rule.value * MINUTE) / scale.waits);
    case 'second':
      return Math.ceil((rule.value * SECOND) / scale.waits);
    case 'bidder':
    case 'candidate':
      throw new RangeError(`${rule.id} is a number, not a span`);
    default:
      return assertNever(rule.unit);
  }
}

/** The instant that lies the rule's span after `from`. Counted days have no meaning in accelerated time. */
export const limitAfter = (rule: Rule, from: Instant, scale: TimeScale): Instant =>
  rule.counting === 'first-day-excluded' && isRealTime(scale)
    ? endOfCountedDay(from, rule.value)
    : addMs(from, ruleMs(rule, scale));
