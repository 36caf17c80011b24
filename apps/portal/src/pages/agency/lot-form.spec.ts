import { EMPTY_LOT, lotBody, lotFaults, suggestedTiming, yuanOf } from './lot-form.ts';
import { basisPointsOf, wholeOf } from './numbers.ts';
import { checkNotice, readLocal } from './rules.ts';

const NOW = Date.UTC(2026, 2, 1, 3, 4, 5);
const lot = { ...EMPTY_LOT, name: '一标段', estimate: '1,000,000' };

it('reads amounts as records have them, by text', () => {
  expect(['1', '1.5', '1,000,000.25', '0.01', '', '01', '1.234', '-1', 'x'].map(yuanOf)).toEqual([
    '1.00',
    '1.50',
    '1000000.25',
    '0.01',
    null,
    null,
    null,
    null,
    null,
  ]);
});

it('reads shares in whole basis points and numbers within their bounds', () => {
  expect(['0.10', '0', '0.1', '100', '100.01', '1.005', ''].map(basisPointsOf)).toEqual([
    10,
    0,
    10,
    10_000,
    null,
    null,
    null,
  ]);
  expect(['1', '10000', '10001', '0', '1.5', ''].map((text) => wholeOf(text, 1, 10_000))).toEqual([
    1,
    10_000,
    null,
    null,
    null,
    null,
  ]);
});

it('names what is wrong, field by field, and sends nothing meanwhile', () => {
  expect(lotFaults(lot)).toEqual({});
  const wrong = { ...EMPTY_LOT, estimate: '0', controlPrice: 'x', maxPeriodDays: '80', lateDay: '0.001' };
  expect(lotFaults(wrong)).toEqual({
    name: 'required',
    estimate: 'aboveZero',
    controlPrice: 'amount',
    maxPeriodDays: 'shorter',
    lateDay: 'share',
  });
  expect(lotBody(wrong, suggestedTiming(NOW))).toBeNull();
  expect(lotBody(lot, { ...suggestedTiming(NOW), deadline: '' })).toBeNull();
});

it('suggests times that keep every rule, and sends what was typed', () => {
  const timing = suggestedTiming(NOW);
  const [documentsFrom, documentsUntil, deadline] = [
    timing.documentsFrom,
    timing.documentsUntil,
    timing.deadline,
  ].map(readLocal);
  const times = { documentsFrom, documentsUntil, deadline, now: NOW, scale: { periods: 1, waits: 1 } };
  expect(checkNotice(times as never).map(({ kept }) => kept)).toEqual([true, true]);
  expect(lotBody(lot, timing)).toMatchObject({
    estimate: '1000000.00',
    method: { lateDayBasisPoints: 10, controlPrice: null },
    documentsFrom: '2026-03-01T03:05:00.000Z',
  });
});
