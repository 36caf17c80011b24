import fc from 'fast-check';
import {
  addMs,
  DAY,
  FixedClock,
  formatInstant,
  HOUR,
  instant,
  parseInstant,
  SystemClock,
} from './instant.ts';

describe('instants', () => {
  it('are whole milliseconds', () => {
    expect(() => instant(0.5)).toThrow(RangeError);
    expect(() => instant(Number.NaN)).toThrow(RangeError);
    expect(() => instant(2 ** 53)).toThrow(RangeError);
  });

  it('read back as they were written, and in one form only', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
        expect(parseInstant(formatInstant(instant(ms)))).toBe(ms);
      }),
    );
  });

  it.each([
    ['without milliseconds', '2026-11-22T08:00:00Z'],
    ['with an offset', '2026-11-22T08:00:00.000+08:00'],
    ['on a day that does not exist', '2026-02-30T00:00:00.000Z'],
    ['in a month that does not exist', '2026-13-01T00:00:00.000Z'],
    ['with something behind', '2026-11-22T08:00:00.000Z '],
  ])('refuse a text %s', (_what, text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it('move by milliseconds, rounded where a scaled period is no whole number', () => {
    expect(addMs(instant(1000), 0.6)).toBe(1001);
    expect(addMs(instant(DAY), -24 * HOUR)).toBe(0);
  });
});

describe('clocks', () => {
  it('stand still until they are moved', () => {
    const clock = new FixedClock(instant(5));
    expect([clock.now(), clock.now()]).toEqual([5, 5]);
    clock.moveTo(instant(7));
    expect(clock.now()).toBe(7);
  });

  it('tell the time of the process', () => {
    const clock = new SystemClock();
    const first = clock.now();
    expect(first).toBeGreaterThan(instant(1_700_000_000_000));
    expect(clock.now()).toBeGreaterThanOrEqual(first);
  });
});
