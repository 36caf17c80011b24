import { stageAt } from './shown-stage.ts';

const deadline = '2026-12-01T08:00:00.000Z';
const at = Date.parse(deadline);

it.each([
  [-1, 'bidding'],
  [0, 'closed'],
  [1, 'closed'],
])('a lot that was read in its bidding time is, %i ms from the deadline, %s', (ms, stage) => {
  expect(stageAt({ stage: 'bidding', deadline }, at + ms)).toBe(stage);
});

it('says what was read while the platform’s clock is not known, and of every other stage', () => {
  expect(stageAt({ stage: 'bidding', deadline }, null)).toBe('bidding');
  expect(stageAt({ stage: 'cancelled', deadline }, at + 1)).toBe('cancelled');
});
