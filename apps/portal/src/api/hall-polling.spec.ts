import { pollingAfter } from './hall-polling.ts';

/** Requests a minute from one address (RATE_LIMIT_PER_ADDRESS), unless the platform is told otherwise. */
const OF_AN_ADDRESS = 6000;

describe('instead of a stream', () => {
  it('the feed is asked for at leisure where the hall is full: a thousand behind one address still may', () => {
    const polling = pollingAfter(429, 1);
    expect(polling).toEqual({ everyMs: 15_000, times: 4 });
    const { everyMs = 0, times = 0 } = polling ?? {};
    // With the attempt at a stream that ends each round.
    expect(1000 * (times + 1) * (60_000 / (everyMs * times))).toBeLessThan(OF_AN_ADDRESS);
  });

  it('it is asked for soon where no stream comes through, but not at the first failure', () => {
    expect([1, 2].map((failures) => pollingAfter(null, failures))).toEqual([null, null]);
    expect([null, 502].map((status) => pollingAfter(status, 3)?.everyMs)).toEqual([3_000, 3_000]);
  });
});
