import { checkChange, checkNotice, localText, readLocal, recordText } from './rules.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 2, 1);
const REAL = { periods: 1, waits: 1 };
const times = {
  now: NOW,
  documentsFrom: NOW,
  documentsUntil: NOW + 5 * DAY,
  deadline: NOW + 20 * DAY,
  scale: REAL,
};
const kept = (change: object) => checkNotice({ ...times, ...change }).map((each) => each.kept);

it('judges the bound itself as kept, and a millisecond less as broken', () => {
  expect(kept({})).toEqual([true, true]);
  expect(kept({ documentsUntil: NOW + 5 * DAY - 1 })).toEqual([false, true]);
  expect(kept({ deadline: NOW + 20 * DAY - 1 })).toEqual([true, false]);
});

it('measures from now where the documents were to be had earlier, from then where later', () => {
  expect(kept({ documentsFrom: NOW - DAY })).toEqual([true, true]);
  expect(checkNotice({ ...times, documentsFrom: NOW + DAY }).map(({ limit }) => limit)).toEqual([
    NOW + 6 * DAY,
    NOW + 21 * DAY,
  ]);
});

it('says article, days and the earliest instant that is allowed, also accelerated', () => {
  const [access, preparation] = checkNotice({ ...times, scale: { periods: 2, waits: 1 }, deadline: null });
  expect(access).toMatchObject({ article: '条例16', days: 5, limit: NOW + 2.5 * DAY, kept: true });
  expect(preparation).toMatchObject({ article: '法24', days: 20, limit: NOW + 10 * DAY, kept: null });
});

it('asks fifteen days between a change and the deadline', () => {
  const at = (deadline: number | null) => checkChange({ now: NOW, deadline, scale: REAL }).kept;
  expect([at(NOW + 15 * DAY), at(NOW + 15 * DAY - 1), at(null)]).toEqual([true, false, null]);
});

it('reads and writes Beijing time, whatever the zone of the machine', () => {
  expect(readLocal('2026-03-01T16:00')).toBe(Date.UTC(2026, 2, 1, 8));
  expect(readLocal('2026-03-01T16:00:07')).toBe(Date.UTC(2026, 2, 1, 8, 0, 7));
  expect(['', '2026-03-01', '2026-13-01T00:00', 'x'].map(readLocal)).toEqual([null, null, null, null]);
  expect(localText(Date.UTC(2026, 2, 1, 20, 1, 2))).toBe('2026-03-02T04:01:02');
  expect(recordText(NOW)).toBe('2026-03-01T00:00:00.000Z');
});
