import { addMs, formatInstant, parseInstant } from '#kernel';
import type { Instant } from '#kernel';
import type { OpeningProgress } from '#opening';
import { standingOf } from './lot-standing.ts';
import type { AwardProgress } from './lot-standing.ts';

const now = parseInstant('2026-03-01T08:00:00.000Z') as Instant;
const deadline = addMs(now, -60_000);
const lot = {
  stage: 'closed' as const,
  deadline,
  noticeHash: 'notice',
  lotKeyHash: 'lotkey',
  cancellationHash: null,
  now,
};
const opening: OpeningProgress = {
  state: 'waiting',
  closeDueAt: addMs(now, 5),
  releaseAt: null,
  closeHash: null,
  recordHash: null,
};
const award: AwardProgress = {
  state: 'awaiting-publicity',
  reportHash: 'report',
  publicity: null,
  publicityHash: null,
  awardHash: null,
};

describe('where a lot stands', () => {
  it.each([
    ['key-ceremony', { ...lot, stage: 'key-ceremony' as const, lotKeyHash: null }, 'lot-key', 'notice'],
    ['bidding', { ...lot, stage: 'bidding' as const }, 'deadline', 'lotkey'],
    ['after the deadline', lot, 'close', 'lotkey'],
  ])('%s', (_, at, event, type) => {
    expect(standingOf(at, null, null)).toMatchObject({ due: { event }, record: { type } });
  });

  it.each([
    ['waiting', 'close', null],
    ['closed', 'release', 'closehash'],
    ['stage-0', 'shares', 'closehash'],
    ['stage-1', 'shares', 'closehash'],
    ['opened', 'opening-record', 'closehash'],
    ['failed', 'opening-record', 'closehash'],
    ['recorded', 'report', 'closehash'],
  ] as const)('opening %s waits for %s', (state, event, closeHash) => {
    const told = standingOf(lot, { ...opening, state, closeHash }, null);
    expect(told.due?.event).toBe(event);
    expect(told.record?.hash).toBe(closeHash ?? 'lotkey');
  });

  it('goes from the report over the publicity to the award', () => {
    const opened = { ...opening, state: 'recorded' as const, recordHash: 'record' };
    expect(standingOf(lot, opened, award)).toEqual({
      due: { event: 'publicity', at: null, overdue: false },
      record: { type: 'evaluation-report', hash: 'report' },
    });
    const publicised = (ms: number): AwardProgress => ({
      ...award,
      state: 'publicised',
      publicity: { until: formatInstant(addMs(now, ms)) },
      publicityHash: 'publicity',
    });
    expect(standingOf(lot, opened, publicised(1)).due?.event).toBe('publicity-end');
    expect(standingOf(lot, opened, publicised(0)).due?.event).toBe('award');
    const awarded = { ...publicised(0), state: 'awarded' as const, awardHash: 'award' };
    expect(standingOf(lot, opened, awarded)).toEqual({ due: null, record: { type: 'award', hash: 'award' } });
  });

  it('says what is late, at the instant itself', () => {
    const at = (ms: number) => ({ ...lot, stage: 'bidding' as const, deadline: addMs(now, ms) });
    expect([-1, 0, 1].map((ms) => standingOf(at(ms), null, null).due?.overdue)).toEqual([true, true, false]);
  });

  it('rests on the cancellation once there is one, and on nothing where the clock ended it', () => {
    const cancelled = { ...lot, stage: 'cancelled' as const };
    expect(standingOf({ ...cancelled, cancellationHash: 'why' }, null, null)).toEqual({
      due: null,
      record: { type: 'cancellation', hash: 'why' },
    });
    expect(standingOf(cancelled, null, null)).toEqual({ due: null, record: null });
  });
});
