import { fixedBatch, unseededBatch } from './batch-layout.ts';

describe('a fixed batch', () => {
  it('has one size, whatever waits, and never more records than places', () => {
    const layout = fixedBatch(8);
    for (const waiting of [0, 1, 7, 8, 9, 1000]) {
      const { size, places } = layout(waiting);
      expect(size).toBe(8);
      expect(places).toHaveLength(Math.min(waiting, 8));
      expect(new Set(places).size).toBe(places.length);
      expect([...places].sort((a, b) => a - b)).toEqual(places);
      expect(places.every((place) => place >= 0 && place < 8)).toBe(true);
    }
  });

  it('takes every choice of places equally often', () => {
    const rounds = 6000;
    const seen = new Map<string, number>();
    for (let i = 0; i < rounds; i++) {
      const key = fixedBatch(4)(2).places.join();
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual(['0,1', '0,2', '0,3', '1,2', '1,3', '2,3']);
    const expected = rounds / 6;
    const chi = [...seen.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    // Five degrees of freedom: a fair choice goes beyond this once in 10^9 runs.
    expect(chi).toBeLessThan(50);
  });
});

test('before there is a seed a batch is what waits', () => {
  expect(unseededBatch(3)).toEqual({ size: 3, places: [0, 1, 2] });
});
