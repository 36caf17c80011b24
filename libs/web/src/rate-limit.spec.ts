import { instant, MINUTE } from '#kernel';
import { MinuteCounter, networkOf } from './rate-limit.ts';

describe('rate limit', () => {
  it('takes as many as the limit in a minute, and begins anew with the next', () => {
    const counter = new MinuteCounter();
    const take = (ms: number, key = 'a') => counter.take(key, 2, instant(10 * MINUTE + ms));
    expect([take(0), take(1), take(2)]).toEqual([true, true, false]);
    expect(take(3, 'b')).toBe(true);
    expect(take(MINUTE - 1)).toBe(false);
    expect(take(MINUTE)).toBe(true);
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('counts %s as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
