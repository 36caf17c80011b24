import fc from 'fast-check';
import type { EvaluationMethod } from '#trust';
import {
  evaluatedPrice,
  rankByLowestEvaluatedPrice,
  rejectionByMethod,
  type BidForRanking,
} from './lowest-evaluated-price.ts';
import { roundQuotient } from './rounding.ts';

const method: EvaluationMethod = {
  kind: 'lowest-evaluated-price',
  controlPrice: '1000000.00',
  basePeriodDays: 100,
  lateDayBasisPoints: 10,
  earlyDayBasisPoints: 5,
  maxPeriodDays: 130,
  rounding: 'half-up',
  tieBreak: 'price-then-arrival',
};

const bid = (c: string, price: string, periodDays = 100, second = 0): BidForRanking => ({
  c,
  price,
  periodDays,
  arrivedAt: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`,
  rejected: null,
});

describe('lowest evaluated price', () => {
  it.each([
    ['950000.00', 100, '950000.00'],
    ['950000.00', 110, '959500.00'],
    ['950000.00', 90, '945250.00'],
    ['0.01', 101, '0.01'],
    ['999.99', 130, '1029.99'],
    ['0.00', 130, '0.00'],
  ])('takes %s for %i days to %s', (price, periodDays, expected) => {
    expect(evaluatedPrice(method, { price, periodDays })).toBe(expected);
  });

  it('never evaluates below nothing, however early', () => {
    const generous = { ...method, earlyDayBasisPoints: 10_000 };
    expect(evaluatedPrice(generous, { price: '5.00', periodDays: 1 })).toBe('0.00');
  });

  it('accepts the control price and the longest period themselves, and rejects beyond them', () => {
    expect(rejectionByMethod(method, { price: '1000000.00', periodDays: 130 })).toBeNull();
    expect(rejectionByMethod(method, { price: '1000000.01', periodDays: 130 })).toBe('51-5');
    expect(rejectionByMethod(method, { price: '1.00', periodDays: 131 })).toBe('51-6');
    expect(
      rejectionByMethod({ ...method, controlPrice: null }, { price: '2000000.00', periodDays: 1 }),
    ).toBeNull();
  });

  it('ranks by evaluated price, then price, then arrival, then commitment', () => {
    const ranking = rankByLowestEvaluatedPrice(method, [
      bid('d', '900000.00', 100, 4),
      bid('b', '900000.00', 100, 3),
      bid('a', '900000.00', 100, 4),
      bid('late', '891089.11', 110, 1),
      bid('cheap', '800000.00', 100, 9),
    ]);
    const order = [...ranking.bids].sort((x, y) => (x.rank ?? 0) - (y.rank ?? 0)).map((x) => x.c);
    expect(order).toEqual(['cheap', 'late', 'b', 'a', 'd']);
    expect(ranking.candidates).toEqual(['cheap', 'late', 'b']);
    expect(ranking.result).toBe('ranked');
  });

  it('leaves a rejected bid without price or rank, keeps the committee’s reason, and adds its own', () => {
    const ranking = rankByLowestEvaluatedPrice(method, [
      { ...bid('x', '1.00'), rejected: { ground: '51-1', reason: 'not sealed by the legal representative' } },
      bid('y', '1000000.01'),
    ]);
    expect(ranking.result).toBe('all-rejected');
    expect(ranking.candidates).toEqual([]);
    expect(ranking.bids.map((b) => [b.c, b.rejected?.ground, b.evaluatedPrice, b.rank])).toEqual([
      ['x', '51-1', null, null],
      ['y', '51-5', null, null],
    ]);
  });

  it('gives the same ranking whatever order the bids come in', () => {
    const arbitrary = fc.uniqueArray(
      fc.record({
        c: fc.string({ minLength: 1, maxLength: 4 }),
        fen: fc.integer({ min: 0, max: 120_000_000 }),
        periodDays: fc.integer({ min: 1, max: 140 }),
        second: fc.integer({ min: 0, max: 59 }),
      }),
      { selector: (b) => b.c, maxLength: 8 },
    );
    fc.assert(
      fc.property(arbitrary, (drawn) => {
        const bids = drawn.map((b) => {
          const digits = String(b.fen).padStart(3, '0');
          return bid(b.c, `${digits.slice(0, -2)}.${digits.slice(-2)}`, b.periodDays, b.second);
        });
        const forward = rankByLowestEvaluatedPrice(method, bids);
        expect(rankByLowestEvaluatedPrice(method, [...bids].reverse())).toEqual(forward);
        const prices = forward.bids
          .filter((b) => b.rank !== null)
          .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
          .map((b) => Number(b.evaluatedPrice));
        expect(prices).toEqual([...prices].sort((a, b) => a - b));
      }),
    );
  });

  it('refuses amounts and instants that are not in the record’s form', () => {
    expect(() => evaluatedPrice(method, { price: '1,000', periodDays: 1 })).toThrow(RangeError);
    expect(() =>
      rankByLowestEvaluatedPrice(method, [{ ...bid('a', '1.00'), arrivedAt: 'today' }, bid('b', '1.00')]),
    ).toThrow(RangeError);
  });
});

describe('rounding', () => {
  it.each([
    [5n, 2n, 'half-up', 3n],
    [5n, 2n, 'half-even', 2n],
    [7n, 2n, 'half-even', 4n],
    [5n, 2n, 'down', 2n],
    [8n, 3n, 'half-even', 3n],
    [7n, 3n, 'half-up', 2n],
  ] as const)('%s/%s %s is %s', (numerator, denominator, mode, expected) => {
    expect(roundQuotient(numerator, denominator, mode)).toBe(expected);
  });

  it('refuses a negative quotient', () => {
    expect(() => roundQuotient(-1n, 2n, 'down')).toThrow(RangeError);
    expect(() => roundQuotient(1n, 0n, 'down')).toThrow(RangeError);
  });
});
