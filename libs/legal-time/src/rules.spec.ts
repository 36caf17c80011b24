import { addMs, DAY, instant, MINUTE, parseInstant, SECOND } from '#kernel';
import type { Instant } from '#kernel';
import { REAL_TIME } from './acceleration.ts';
import type { TimeScale } from './acceleration.ts';
import * as rules from './rules.ts';
import type { RuleBreach } from './rules.ts';
import type { RuleId } from './ruleset.ts';
import { rulesetOf } from './rulesets.ts';
import { TENDERING_2019_03 } from './tendering-2019-03.ts';

const ruleset = TENDERING_2019_03;
const from = instant(1_774_000_000_000);
const FAST: TimeScale = { periods: 86_400, waits: 60 };

type SpanRule = (span: {
  ruleset: typeof ruleset;
  scale: TimeScale;
  from: Instant;
  to: Instant;
}) => RuleBreach | null;

/** [milliseconds from the limit, kept]. */
function expectBoundary(rule: SpanRule, days: number, id: RuleId, kept: readonly [number, boolean][]) {
  for (const scale of [REAL_TIME, FAST]) {
    const limitMs = (days * DAY) / scale.periods;
    for (const [offset, isKept] of kept) {
      const breach = rule({ ruleset, scale, from, to: addMs(from, limitMs + offset) });
      expect([scale.periods, offset, breach?.rule ?? null]).toEqual([
        scale.periods,
        offset,
        isKept ? null : id,
      ]);
    }
  }
}

const AT_LEAST = [
  [-1, false],
  [0, true],
  [1, true],
] as const satisfies readonly [number, boolean][];
const AT_MOST = [
  [-1, true],
  [0, true],
  [1, false],
] as const satisfies readonly [number, boolean][];

describe('documentAccess', () => {
  it('asks for 5 days of access (条例16), to the millisecond', () => {
    expectBoundary(rules.documentAccess, 5, 'document-access', AT_LEAST);
  });
  it('says the article, the limit and what was found', () => {
    const to = addMs(from, 5 * DAY - 1);
    expect(rules.documentAccess({ ruleset, scale: REAL_TIME, from, to })).toEqual({
      rule: 'document-access',
      article: '条例16',
      value: 5,
      unit: 'day',
      limit: '2026-03-25T09:46:40.000Z',
      actual: '2026-03-25T09:46:39.999Z',
    });
  });
});

describe('bidPreparation', () => {
  it('asks for 20 days from the documents to the deadline (法24)', () => {
    expectBoundary(rules.bidPreparation, 20, 'bid-preparation', AT_LEAST);
  });
});

describe('changeBeforeDeadline', () => {
  it('asks for 15 days from a change to the deadline (法23, 条例21)', () => {
    expectBoundary(rules.changeBeforeDeadline, 15, 'change-before-deadline', AT_LEAST);
  });
  it('names the earliest deadline that keeps it', () => {
    const to = rules.earliestDeadlineAfterChange(ruleset, from, REAL_TIME);
    expect(to).toBe(addMs(from, 15 * DAY));
    expect(rules.changeBeforeDeadline({ ruleset, scale: REAL_TIME, from, to })).toBeNull();
  });
});

describe('publicityStart', () => {
  it('allows 3 days from the report to the publicity (条例54)', () => {
    expectBoundary(rules.publicityStart, 3, 'publicity-start', AT_MOST);
  });
});

describe('publicityLength', () => {
  it('asks for 3 days of publicity (条例54)', () => {
    expectBoundary(rules.publicityLength, 3, 'publicity-length', AT_LEAST);
  });
  it('names the earliest end that keeps it', () => {
    const to = rules.earliestPublicityEnd(ruleset, from, FAST);
    expect(rules.publicityLength({ ruleset, scale: FAST, from, to })).toBeNull();
    expect(rules.publicityLength({ ruleset, scale: FAST, from, to: addMs(to, -1) })?.article).toBe('条例54');
  });
});

describe('enoughBidders', () => {
  it('stops an opening with two bidders and lets three pass (法28, 条例44)', () => {
    expect(rules.enoughBidders(ruleset, 2)).toMatchObject({ rule: 'enough-bidders', limit: 3, actual: 2 });
    expect(rules.enoughBidders(ruleset, 3)).toBeNull();
    expect(rules.enoughBidders(ruleset, 4)).toBeNull();
  });
});

describe('candidateLimit', () => {
  it('lets three candidates pass and stops four (条例53)', () => {
    expect(rules.candidateLimit(ruleset, 2)).toBeNull();
    expect(rules.candidateLimit(ruleset, 3)).toBeNull();
    expect(rules.candidateLimit(ruleset, 4)).toMatchObject({ rule: 'candidate-limit', actual: 4 });
  });
});

describe('closeMarginEnd', () => {
  it('lies 60 seconds after the deadline, divided by the accelerated waits', () => {
    expect(rules.closeMarginEnd(ruleset, from, REAL_TIME)).toBe(from + 60 * SECOND);
    expect(rules.closeMarginEnd(ruleset, from, FAST)).toBe(from + 1 * SECOND);
    expect(rules.closeMarginEnd(ruleset, from, { periods: 1, waits: 7 })).toBe(from + 8572);
  });
});

describe('findYourselfWindow', () => {
  it('is open for 5 minutes from CLOSE, its end excluded', () => {
    expect(rules.findYourselfWindow(ruleset, from, REAL_TIME)).toEqual({
      openAt: from,
      closeUntil: from + 5 * MINUTE,
    });
  });
});

describe('witnessWaitEnd', () => {
  it('lies 30 minutes after CLOSE was due', () => {
    expect(rules.witnessWaitEnd(ruleset, from, REAL_TIME)).toBe(from + 30 * MINUTE);
  });
});

describe('breachFacts', () => {
  it('gives the breach as facts of a refusal', () => {
    const breach = rules.enoughBidders(ruleset, 0);
    expect(breach && rules.breachFacts(breach)).toEqual({ ...breach });
  });
});

describe('rulesetOf', () => {
  it('knows the published editions and nothing else', () => {
    expect(rulesetOf('tendering-2019-03')).toBe(ruleset);
    expect(rulesetOf('tendering-1999-08')).toBeNull();
  });
  it('repeats each id inside its rule', () => {
    for (const [id, rule] of Object.entries(ruleset.rules)) expect(rule.id).toBe(id);
    expect(parseInstant('2019-03-02T00:00:00.000Z')).not.toBeNull();
  });
});
