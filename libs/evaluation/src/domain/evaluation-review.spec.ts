import type { EvaluationMethod, OpeningSheet } from '#trust';
import {
  checkDecision,
  decideReview,
  methodSays,
  rankReviewed,
  reviewMachine,
  type OpenedBid,
} from './evaluation-review.ts';

const method: EvaluationMethod = {
  kind: 'lowest-evaluated-price',
  controlPrice: '500.00',
  basePeriodDays: 10,
  lateDayBasisPoints: 0,
  earlyDayBasisPoints: 0,
  maxPeriodDays: 20,
  rounding: 'half-up',
  tieBreak: 'price-then-arrival',
};

const bid = (c: string, price: string): OpenedBid => ({
  c,
  arrivedAt: '2026-01-01T00:00:00.000Z',
  sheet: { price, periodDays: 10 } as OpeningSheet,
});

describe('evaluation review', () => {
  it.each([
    ['reviewing', 'decide-bid', 'reviewing'],
    ['reviewing', 'report', 'reported'],
    ['reported', 'decide-bid', 'EVALUATION.ALREADY_REPORTED'],
    ['reported', 'report', 'EVALUATION.ALREADY_REPORTED'],
  ] as const)('%s + %s -> %s', (state, event, expected) => {
    const result = decideReview(state, event);
    expect(result.ok ? result.value : result.error.code).toBe(expected);
  });

  it('walks every state and event', () => {
    expect(Object.keys(reviewMachine)).toEqual(['reviewing', 'reported']);
  });

  it('decides only on bids that were opened', () => {
    const known = checkDecision([bid('a', '1.00')], { c: 'a', rejected: null });
    expect(known.ok).toBe(true);
    const unknown = checkDecision([bid('a', '1.00')], { c: 'b', rejected: null });
    expect(!unknown.ok && unknown.error.code).toBe('EVALUATION.UNKNOWN_BID');
  });

  it('lets a later decision replace an earlier one on the same bid', () => {
    const bids = [bid('a', '1.00'), bid('b', '2.00')];
    const rejection = { ground: '51-6', reason: 'does not meet a substantial requirement' } as const;
    expect(rankReviewed(method, bids, [{ c: 'a', rejected: rejection }]).candidates).toEqual(['b']);
    const taken = [
      { c: 'a', rejected: rejection },
      { c: 'a', rejected: null },
    ];
    expect(rankReviewed(method, bids, taken).candidates).toEqual(['a', 'b']);
  });

  it('shows what the method itself rejects', () => {
    expect(methodSays(method, bid('a', '500.01'))).toBe('51-5');
    expect(methodSays(method, bid('a', '500.00'))).toBeNull();
  });
});
