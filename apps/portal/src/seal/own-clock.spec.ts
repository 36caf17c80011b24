import { SystemClock } from '#kernel';
import { clocksApart, ownNow } from './own-clock.ts';

const MINUTE = 60_000;

it('judges by the machine’s own time', () => {
  expect(Math.abs(ownNow() - new SystemClock().now())).toBeLessThan(MINUTE);
});

it.each([
  ['unknown', null, false],
  ['ten minutes behind', -10 * MINUTE, false],
  ['ten minutes ahead', 10 * MINUTE, false],
  ['more than that behind', -10 * MINUTE - 1, true],
  ['more than that ahead', 10 * MINUTE + 1, true],
])('tells whether the two can both be right: the platform’s is %s', (_, apart, stops) => {
  const own = 1_768_435_200_000;
  expect(clocksApart(apart === null ? null : own + apart, own)).toBe(stops);
});
