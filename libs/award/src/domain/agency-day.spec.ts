import { addMs, DAY, instant } from '#kernel';
import { CURRENT_TENDERING_RULESET, REAL_TIME } from '#legal-time';
import { BLOCKS, dayOf, DAY_STAGES, DUE_KINDS, NEXT_STEPS } from './agency-day.ts';
import type { Day, DayFacts } from './agency-day.ts';
import { AWARD_STATES } from './award-procedure.ts';

const NOW = instant(Date.UTC(2026, 2, 1));
const days = (n: number) => addMs(NOW, n * DAY);
const STATES = ['draft', 'published', 'keyed', 'cancelled'] as const;
const OPENINGS = ['waiting', 'closed', 'stage-0', 'stage-1', 'opened', 'failed', 'recorded'] as const;

const tender: DayFacts['tender'] = {
  state: 'keyed',
  ruleset: CURRENT_TENDERING_RULESET,
  scale: REAL_TIME,
  documentsFrom: NOW,
  documentsUntil: days(10),
  deadline: days(30),
  documents: 1,
  seatsWithoutKey: [],
  signaturesMissing: 0,
  openQuestions: 0,
  proposal: false,
};
const after: NonNullable<DayFacts['after']> = {
  opening: 'recorded',
  result: 'opened',
  reportedAt: null,
  award: null,
  publicityUntil: null,
};

/** Every combination that the columns can hold, possible or not: none may be without an answer. */
function* product(): Generator<DayFacts> {
  const afters: DayFacts['after'][] = [null];
  for (const opening of OPENINGS)
    for (const result of ['opened', 'failed', null] as const)
      for (const award of [null, ...AWARD_STATES])
        for (const reportedAt of [null, days(31)])
          for (const publicityUntil of [null, days(34)])
            afters.push({ opening, result, reportedAt, award, publicityUntil });
  for (const state of STATES)
    for (const documents of [0, 1])
      for (const seatsWithoutKey of [[], ['notary']])
        for (const openQuestions of [0, 2])
          for (const proposal of [false, true])
            for (const each of afters)
              yield {
                tender: {
                  ...tender,
                  state,
                  documents,
                  seatsWithoutKey,
                  openQuestions,
                  proposal,
                  signaturesMissing: 5,
                },
                after: each,
              };
}

const MOMENTS = [0, 10, 15, 30, 34, 50].flatMap((n) => [addMs(days(n), -1), days(n)]);

describe('the day of an agency', () => {
  it('has an answer for every state, with nothing due in the past and every due thing in order', () => {
    const seen: Day[] = [];
    for (const facts of product())
      for (const now of MOMENTS) {
        const day = dayOf(facts, now);
        seen.push(day);
        if (day.due.some(({ at }) => at < now)) throw new Error(JSON.stringify([facts, now, day]));
        const times = day.due.map(({ at }) => at);
        if (times.some((at, i) => i > 0 && at < (times[i - 1] ?? 0))) throw new Error(JSON.stringify(day));
        if ((day.next === null) !== ['awarded', 'cancelled'].includes(day.stage))
          throw new Error(JSON.stringify(day));
      }
    const values = (pick: (day: Day) => readonly (string | null)[]) => new Set(seen.flatMap(pick));
    expect([...values(({ stage }) => [stage])].sort()).toEqual([...DAY_STAGES].sort());
    expect([...values(({ due }) => due.map(({ what }) => what))].sort()).toEqual([...DUE_KINDS].sort());
    expect([...values(({ blocks }) => blocks.map(({ what }) => what))].sort()).toEqual([...BLOCKS].sort());
    expect([...values(({ next }) => [next])].filter((next) => next !== null).sort()).toEqual(
      [...NEXT_STEPS].sort(),
    );
  });

  it('before the deadline says the same whatever the opening might say (法22)', () => {
    const days = new Map<string, Set<string>>();
    for (const { tender: each, after: later } of product()) {
      const key = JSON.stringify(each);
      const said = JSON.stringify(dayOf({ tender: each, after: later }, addMs(tender.deadline, -1)));
      days.set(key, (days.get(key) ?? new Set()).add(said));
    }
    expect(days.size).toBeGreaterThan(30);
    expect([...days.values()].filter(({ size }) => size !== 1)).toEqual([]);
  });

  it('turns from taking bids to closed at the very instant of the deadline', () => {
    const at = (ms: number) => dayOf({ tender, after: null }, addMs(tender.deadline, ms)).stage;
    expect([at(-1), at(0), at(1)]).toEqual(['bidding', 'closed', 'closed']);
  });

  it('says until when a draft’s own times can still be kept, and by which article', () => {
    const draft = { tender: { ...tender, state: 'draft' as const }, after: null };
    expect(dayOf(draft, NOW).due).toEqual([{ what: 'publish-until', at: days(5), article: '条例16' }]);
    const early = { ...draft, tender: { ...draft.tender, documentsUntil: days(29) } };
    expect(dayOf(early, NOW).due).toEqual([{ what: 'publish-until', at: days(10), article: '法24' }]);
    const late = dayOf(early, addMs(days(10), 1));
    expect([late.due, late.blocks.map(({ what, article }) => [what, article]), late.next]).toEqual([
      [],
      [['bid-preparation-short', '法24']],
      'mend-times',
    ]);
    expect(dayOf(early, days(10)).next).toBe('publish');
  });

  it('names who holds the key up, and when the clock will cancel the lot', () => {
    const making = { ...tender, state: 'published' as const, seatsWithoutKey: ['regulator', 'notary'] };
    expect(dayOf({ tender: making, after: null }, NOW)).toMatchObject({
      due: [
        { what: 'change-freely-until', at: days(15) },
        { what: 'key-until-deadline', at: days(30) },
      ],
      blocks: [{ what: 'keys-missing', facts: { seats: 'regulator,notary' } }],
      next: 'call-trustees',
    });
  });

  it('holds the award until publicity is over, its last instant excluded', () => {
    const publicised = {
      ...after,
      reportedAt: days(31),
      award: 'publicised',
      publicityUntil: days(34),
    } as const;
    const at = (now: number) => dayOf({ tender, after: publicised }, addMs(days(34), now)).next;
    expect([at(-1), at(0)]).toEqual(['wait-for-publicity', 'award']);
  });

  it('counts three days from the report to publicity, the last instant included', () => {
    const reported = { ...after, reportedAt: days(31), award: 'awaiting-publicity' } as const;
    const at = (now: number) => dayOf({ tender, after: reported }, addMs(days(34), now)).blocks.length;
    expect([at(0), at(1)]).toEqual([0, 1]);
  });
});
