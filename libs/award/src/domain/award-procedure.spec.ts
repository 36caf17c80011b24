import { DAY, instant } from '#kernel';
import { CURRENT_TENDERING_RULESET, REAL_TIME } from '#legal-time';
import {
  awardMachine,
  decideAward,
  publicityUntil,
  SIGNING_MS,
  type AwardEvent,
  type AwardFacts,
  type AwardState,
} from './award-procedure.ts';

const now = instant(Date.UTC(2026, 0, 10));
const ruleset = CURRENT_TENDERING_RULESET;
const facts = (over: Partial<AwardFacts> = {}): AwardFacts => ({
  ruleset,
  scale: REAL_TIME,
  publicity: { from: instant(now - 3 * DAY), until: now },
  firstRank: 'a',
  awarded: 'a',
  ...over,
});
const starting = facts({ publicity: { from: now, until: instant(now + 3 * DAY) } });

const outcome = (state: AwardState, event: AwardEvent, f: AwardFacts, at = now) => {
  const result = decideAward(state, event, f, at);
  return result.ok ? result.value : result.error.code;
};

describe('award procedure', () => {
  it.each([
    ['awaiting-publicity', 'publicise', 'publicised'],
    ['awaiting-publicity', 'award', 'AWARD.WRONG_STATE'],
    ['publicised', 'publicise', 'AWARD.WRONG_STATE'],
    ['publicised', 'award', 'awarded'],
    ['awarded', 'publicise', 'AWARD.WRONG_STATE'],
    ['awarded', 'award', 'AWARD.WRONG_STATE'],
    ['failed', 'publicise', 'AWARD.WRONG_STATE'],
    ['failed', 'award', 'AWARD.WRONG_STATE'],
  ] as const)('%s + %s -> %s', (state, event, expected) => {
    expect(outcome(state, event, event === 'publicise' ? starting : facts())).toBe(expected);
  });

  it('has no state that the walk above leaves out', () => {
    expect(Object.keys(awardMachine)).toHaveLength(4);
  });

  it('wants three whole days of publicity (条例54)', () => {
    const lasting = (ms: number) => facts({ publicity: { from: now, until: instant(now + ms) } });
    expect(outcome('awaiting-publicity', 'publicise', lasting(3 * DAY - 1))).toBe(
      'AWARD.PUBLICITY_TOO_SHORT',
    );
    expect(outcome('awaiting-publicity', 'publicise', lasting(3 * DAY))).toBe('publicised');
    expect(outcome('awaiting-publicity', 'publicise', lasting(3 * DAY + 1))).toBe('publicised');
  });

  it('counts the three days from the publication, not from the draft (条例54)', () => {
    const drafted = instant(now - 60_000);
    const until = (ms: number) => facts({ publicity: { from: drafted, until: instant(now + 3 * DAY + ms) } });
    expect(outcome('awaiting-publicity', 'publicise', until(-1))).toBe('AWARD.PUBLICITY_TOO_SHORT');
    expect(outcome('awaiting-publicity', 'publicise', until(0))).toBe('publicised');
    expect(outcome('awaiting-publicity', 'publicise', until(1))).toBe('publicised');
  });

  it.each([
    ['real time', REAL_TIME],
    ['accelerated', { periods: 960, waits: 10 }],
  ])('a draft leaves time for its signing: %s', (_, scale) => {
    const period = { from: now, until: publicityUntil(ruleset, now, scale) };
    const signedAfter = (ms: number) =>
      outcome('awaiting-publicity', 'publicise', facts({ scale, publicity: period }), instant(now + ms));
    const signing = SIGNING_MS / scale.waits;
    expect(signedAfter(signing - 1)).toBe('publicised');
    expect(signedAfter(signing)).toBe('publicised');
    expect(signedAfter(signing + 1)).not.toBe('publicised');
  });

  it('does not let publicity begin in the past', () => {
    const from = (ms: number) =>
      facts({ publicity: { from: instant(now + ms), until: instant(now + 9 * DAY) } });
    expect(outcome('awaiting-publicity', 'publicise', from(-SIGNING_MS - 1))).toBe('AWARD.PUBLICITY_IN_PAST');
    expect(outcome('awaiting-publicity', 'publicise', from(-SIGNING_MS))).toBe('publicised');
    expect(outcome('awaiting-publicity', 'publicise', facts({ publicity: null }))).toBe(
      'AWARD.PUBLICITY_IN_PAST',
    );
  });

  it('awards only when the publicity is over, its last instant excluded', () => {
    expect(outcome('publicised', 'award', facts(), instant(now - 1))).toBe('AWARD.PUBLICITY_RUNNING');
    expect(outcome('publicised', 'award', facts(), now)).toBe('awarded');
    expect(outcome('publicised', 'award', facts(), instant(now + 1))).toBe('awarded');
    expect(outcome('publicised', 'award', facts({ publicity: null }))).toBe('AWARD.PUBLICITY_RUNNING');
  });

  it('awards the first rank and nobody else (条例55)', () => {
    expect(outcome('publicised', 'award', facts({ awarded: 'b' }))).toBe('AWARD.NOT_FIRST_RANK');
    expect(outcome('publicised', 'award', facts({ firstRank: null, awarded: null }))).toBe(
      'AWARD.NOT_FIRST_RANK',
    );
  });

  it('divides legal days by the published acceleration', () => {
    const scale = { periods: 86_400, waits: 60 };
    const lasting = (ms: number) => facts({ scale, publicity: { from: now, until: instant(now + ms) } });
    expect(outcome('awaiting-publicity', 'publicise', lasting(2999))).toBe('AWARD.PUBLICITY_TOO_SHORT');
    expect(outcome('awaiting-publicity', 'publicise', lasting(3000))).toBe('publicised');
  });
});
