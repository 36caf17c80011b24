import fc from 'fast-check';
import { DAY, HOUR, instant, parseInstant } from '#kernel';
import { isRealTime, REAL_TIME } from './acceleration.ts';
import { endOfCountedDay, limitAfter, ruleMs } from './deadline.ts';
import { contains, lengthMs, period } from './period.ts';
import type { Rule } from './ruleset.ts';

const at = (text: string) => {
  const parsed = parseInstant(text);
  if (parsed === null) throw new RangeError(text);
  return parsed;
};

const days = (value: number, counting: 'elapsed' | 'first-day-excluded'): Rule => ({
  id: 'example',
  article: '87号令85',
  kind: 'at-least',
  value,
  unit: 'day',
  counting,
  blocks: 'nothing',
});

describe('Period', () => {
  const span = period(instant(1000), instant(2000));
  it.each([
    [999, false],
    [1000, true],
    [1001, true],
    [1999, true],
    [2000, false],
    [2001, false],
  ])('contains %d: %s (half-open)', (ms, inside) => {
    expect(contains(span, instant(ms))).toBe(inside);
  });
  it('has a length', () => {
    expect(lengthMs(span)).toBe(1000);
  });
  it('cannot end before it begins, and may be empty', () => {
    expect(() => period(instant(2), instant(1))).toThrow(RangeError);
    expect(contains(period(instant(1), instant(1)), instant(1))).toBe(false);
  });
});

describe('counted days (87号令85)', () => {
  it.each([
    // 2026-03-10 00:00 CST is 2026-03-09T16:00Z: the first instant of the 10th.
    ['2026-03-09T15:59:59.999Z', '2026-03-12T16:00:00.000Z'],
    ['2026-03-09T16:00:00.000Z', '2026-03-13T16:00:00.000Z'],
    ['2026-03-10T15:59:59.999Z', '2026-03-13T16:00:00.000Z'],
    ['2026-03-10T16:00:00.000Z', '2026-03-14T16:00:00.000Z'],
  ])('3 days counted from %s end at %s', (from, until) => {
    expect(endOfCountedDay(at(from), 3)).toBe(at(until));
    expect(limitAfter(days(3, 'first-day-excluded'), at(from), REAL_TIME)).toBe(at(until));
  });
  it('become elapsed time when the tender is accelerated', () => {
    const from = at('2026-03-10T00:00:00.000Z');
    expect(limitAfter(days(3, 'first-day-excluded'), from, { periods: 24, waits: 1 })).toBe(from + 3 * HOUR);
  });
  it('never end earlier than the same number of elapsed days', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 400 }), (ms, n) => {
        const end = endOfCountedDay(instant(ms), n);
        const elapsed = ms + n * DAY;
        return end > elapsed && end <= elapsed + DAY;
      }),
    );
  });
});

describe('ruleMs', () => {
  it('rounds accelerated spans up, so that a rule never becomes laxer than declared', () => {
    expect(ruleMs(days(1, 'elapsed'), { periods: 1_000_000, waits: 1 })).toBe(87);
    expect(ruleMs({ ...days(1, 'elapsed'), unit: 'minute' }, { periods: 1, waits: 10_000 })).toBe(6);
    expect(ruleMs({ ...days(1, 'elapsed'), unit: 'second' }, { periods: 9, waits: 3 })).toBe(334);
  });
  it('refuses a rule that is a number', () => {
    expect(() => ruleMs({ ...days(3, 'elapsed'), unit: 'bidder' }, REAL_TIME)).toThrow(RangeError);
    expect(() => ruleMs({ ...days(3, 'elapsed'), unit: 'candidate' }, REAL_TIME)).toThrow(RangeError);
    expect(() => ruleMs({ ...days(3, 'elapsed'), unit: 'moon' as 'day' }, REAL_TIME)).toThrow(
      'unreachable value',
    );
  });
  it('knows real time from accelerated time', () => {
    expect(isRealTime(REAL_TIME)).toBe(true);
    expect(isRealTime({ periods: 2, waits: 1 })).toBe(false);
    expect(isRealTime({ periods: 1, waits: 2 })).toBe(false);
  });
});
