import { rankingSteps } from './ranking-steps.ts';

const method = {
  kind: 'lowest-evaluated-price',
  controlPrice: null,
  basePeriodDays: 90,
  lateDayBasisPoints: 10,
  earlyDayBasisPoints: 5,
  maxPeriodDays: 120,
  rounding: 'half-up',
  tieBreak: 'price-then-arrival',
} as const;

it('shows each step exactly, up to the published function’s own result', () => {
  expect(rankingSteps(method, { price: '1234567.89', periodDays: 100 })).toEqual({
    price: '1234567.89',
    lateDays: 10,
    earlyDays: 0,
    factor: '1.0100',
    exact: '1246913.568900',
    evaluated: '1246913.57',
  });
  expect(rankingSteps(method, { price: '0.01', periodDays: 80 })).toMatchObject({
    earlyDays: 10,
    factor: '0.9950',
    exact: '0.009950',
    evaluated: '0.01',
  });
});

it('never falls below nothing', () => {
  const generous = { ...method, earlyDayBasisPoints: 10_000 };
  expect(rankingSteps(generous, { price: '5.00', periodDays: 1 })).toMatchObject({
    factor: '0.0000',
    exact: '0.000000',
    evaluated: '0.00',
  });
});
