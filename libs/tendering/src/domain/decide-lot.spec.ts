import fc from 'fast-check';
import { addMs, DAY, instant } from '#kernel';
import type { Instant } from '#kernel';
import { CURRENT_TENDERING_RULESET, REAL_TIME } from '#legal-time';
import { decide } from './decide-lot.ts';
import { dueEvents, nextDueAt } from './due-events.ts';
import type { LotCommand, LotFacts } from './lot-rules.ts';
import { LOT_EVENTS, LOT_STATES, lotDiagram, lotMachine } from './lot-states.ts';
import type { LotEvent, LotState } from './lot-states.ts';

const now = instant(1_774_000_000_000);
const days = (n: number, ms = 0): Instant => addMs(now, n * DAY + ms);

const facts: LotFacts = {
  ruleset: CURRENT_TENDERING_RULESET,
  scale: REAL_TIME,
  demo: false,
  deadline: days(30),
  documentsFrom: now,
  documentsUntil: days(10),
  documents: 1,
};

const command = (event: LotEvent): LotCommand => {
  if (event === 'change') return { event, deadline: facts.deadline };
  if (event === 'move-deadline') return { event, from: facts.deadline, to: days(31) };
  return { event };
};

const codeOf = (state: LotState, asked: LotCommand, given: LotFacts = facts, at: Instant = now) => {
  const result = decide(state, asked, given, at);
  return result.ok ? result.value.state : result.error.code;
};

/** What each state answers to each event, when every rule about time and content is kept. */
const EXPECTED: { readonly [S in LotState]: { readonly [E in LotEvent]: string } } = {
  draft: {
    publish: 'published',
    change: 'TENDERING.WRONG_STATE',
    'complete-key': 'TENDERING.WRONG_STATE',
    'move-deadline': 'TENDERING.WRONG_STATE',
    cancel: 'cancelled',
    'pass-deadline': 'TENDERING.WRONG_STATE',
  },
  published: {
    publish: 'TENDERING.WRONG_STATE',
    change: 'published',
    'complete-key': 'keyed',
    'move-deadline': 'TENDERING.WRONG_STATE',
    cancel: 'cancelled',
    'pass-deadline': 'TENDERING.DEADLINE_NOT_REACHED',
  },
  keyed: {
    publish: 'TENDERING.WRONG_STATE',
    change: 'keyed',
    'complete-key': 'TENDERING.WRONG_STATE',
    'move-deadline': 'keyed',
    cancel: 'cancelled',
    'pass-deadline': 'TENDERING.DEADLINE_NOT_REACHED',
  },
  cancelled: {
    publish: 'TENDERING.WRONG_STATE',
    change: 'TENDERING.WRONG_STATE',
    'complete-key': 'TENDERING.WRONG_STATE',
    'move-deadline': 'TENDERING.WRONG_STATE',
    cancel: 'TENDERING.WRONG_STATE',
    'pass-deadline': 'TENDERING.WRONG_STATE',
  },
};

/** The same product one month later, when the deadline has passed. */
const EXPECTED_AFTER: { readonly [S in 'published' | 'keyed']: { readonly [E in LotEvent]: string } } = {
  published: {
    ...EXPECTED.published,
    change: 'TENDERING.DEADLINE_PASSED',
    'complete-key': 'TENDERING.DEADLINE_PASSED',
    cancel: 'TENDERING.DEADLINE_PASSED',
    'pass-deadline': 'cancelled',
  },
  keyed: {
    ...EXPECTED.keyed,
    change: 'TENDERING.DEADLINE_PASSED',
    'move-deadline': 'TENDERING.DEADLINE_PASSED',
    cancel: 'TENDERING.DEADLINE_PASSED',
    'pass-deadline': 'keyed',
  },
};

describe('every state and every event', () => {
  const product = LOT_STATES.flatMap((state) => LOT_EVENTS.map((event) => [state, event] as const));
  it.each(product)('%s takes %s as the table says', (state, event) => {
    expect(codeOf(state, command(event))).toBe(EXPECTED[state][event]);
  });
  it.each(product.filter(([state]) => state === 'published' || state === 'keyed'))(
    '%s takes %s after the deadline as the table says',
    (state, event) => {
      const expected = EXPECTED_AFTER[state as 'published' | 'keyed'][event];
      expect(codeOf(state, command(event), facts, facts.deadline)).toBe(expected);
    },
  );
});

describe('publish', () => {
  it.each([
    [-1, 'TENDERING.BID_PERIOD_TOO_SHORT'],
    [0, 'published'],
    [1, 'published'],
  ])('asks for 20 days to the deadline (法24): %d ms', (ms, answer) => {
    expect(codeOf('draft', command('publish'), { ...facts, deadline: days(20, ms) })).toBe(answer);
  });
  it.each([
    [-1, 'TENDERING.DOCUMENT_ACCESS_TOO_SHORT'],
    [0, 'published'],
    [1, 'published'],
  ])('asks for 5 days of access (条例16): %d ms', (ms, answer) => {
    expect(codeOf('draft', command('publish'), { ...facts, documentsUntil: days(5, ms) })).toBe(answer);
  });
  it('counts from the issue of the documents where that is later than the notice', () => {
    const later = { ...facts, documentsFrom: days(2), documentsUntil: days(7), deadline: days(22) };
    expect(codeOf('draft', command('publish'), later)).toBe('published');
    expect(codeOf('draft', command('publish'), { ...later, deadline: days(22, -1) })).toBe(
      'TENDERING.BID_PERIOD_TOO_SHORT',
    );
  });
  it('counts from the notice where the documents are announced for an earlier day', () => {
    const early = { ...facts, documentsFrom: days(-3), deadline: days(20, -1) };
    expect(codeOf('draft', command('publish'), early)).toBe('TENDERING.BID_PERIOD_TOO_SHORT');
  });
  it('refuses a notice without documents (法19)', () => {
    expect(codeOf('draft', command('publish'), { ...facts, documents: 0 })).toBe('TENDERING.NO_DOCUMENTS');
  });
  it('refuses accelerated time, except in a demonstration', () => {
    const fast = { ...facts, scale: { periods: 86_400, waits: 60 } };
    expect(codeOf('draft', command('publish'), fast)).toBe('TENDERING.ACCELERATION_REFUSED');
    expect(codeOf('draft', command('publish'), { ...fast, demo: true })).toBe('published');
  });
});

describe('change', () => {
  it.each([
    [-1, 'TENDERING.CHANGE_TOO_LATE'],
    [0, 'published'],
    [1, 'published'],
  ])('comes 15 days before the deadline (法23): %d ms', (ms, answer) => {
    const late = { ...facts, deadline: days(15, ms) };
    expect(codeOf('published', { event: 'change', deadline: late.deadline }, late)).toBe(answer);
  });
  it('moves the deadline where it comes later, and only away', () => {
    const late = { ...facts, deadline: days(3) };
    const moved = decide('published', { event: 'change', deadline: days(15) }, late, now);
    expect(moved).toEqual({ ok: true, value: { state: 'published', deadline: days(15), closed: false } });
    expect(codeOf('published', { event: 'change', deadline: days(3, -1) }, late)).toBe(
      'TENDERING.DEADLINE_EARLIER',
    );
  });
  it('moves no deadline once LOTKEY states it: that takes the regulator', () => {
    expect(codeOf('keyed', { event: 'change', deadline: days(31) })).toBe(
      'TENDERING.DEADLINE_NEEDS_REGULATOR',
    );
    const late = { ...facts, deadline: days(14) };
    expect(codeOf('keyed', { event: 'change', deadline: days(14) }, late)).toBe('TENDERING.CHANGE_TOO_LATE');
  });
});

describe('move-deadline', () => {
  const move = (from: Instant, to: Instant): LotCommand => ({ event: 'move-deadline', from, to });
  it.each([
    [-1, 'TENDERING.DEADLINE_EARLIER'],
    [0, 'TENDERING.DEADLINE_EARLIER'],
    [1, 'keyed'],
  ])('moves only away: %d ms', (ms, answer) => {
    expect(codeOf('keyed', move(facts.deadline, addMs(facts.deadline, ms)))).toBe(answer);
  });
  it('must name the deadline that holds', () => {
    expect(codeOf('keyed', move(days(29), days(40)))).toBe('TENDERING.DEADLINE_STALE');
  });
  it.each([
    [-1, 'keyed'],
    [0, 'TENDERING.DEADLINE_PASSED'],
    [1, 'TENDERING.DEADLINE_PASSED'],
  ])('comes before the deadline, which does not belong to the time before it: %d ms', (ms, answer) => {
    expect(codeOf('keyed', move(facts.deadline, days(40)), facts, addMs(facts.deadline, ms))).toBe(answer);
  });
});

describe('pass-deadline', () => {
  it.each([
    [-1, 'TENDERING.DEADLINE_NOT_REACHED'],
    [0, 'keyed'],
    [1, 'keyed'],
  ])('is applied from the deadline on: %d ms', (ms, answer) => {
    expect(codeOf('keyed', { event: 'pass-deadline' }, facts, addMs(facts.deadline, ms))).toBe(answer);
  });
  it('closes the lot, and happens once', () => {
    const closed = decide('keyed', { event: 'pass-deadline' }, facts, facts.deadline);
    expect(closed.ok && closed.value.closed).toBe(true);
    expect(dueEvents({ state: 'keyed', deadline: facts.deadline, closed: true })).toEqual([]);
  });
});

describe('cancel', () => {
  it('takes a draft out at any time', () => {
    expect(codeOf('draft', { event: 'cancel' }, facts, days(300))).toBe('cancelled');
  });
});

describe('nextDueAt', () => {
  it('is the deadline while the lot waits for it, and null before and after', () => {
    const { deadline } = facts;
    const due = (state: LotState, closed = false) => nextDueAt({ state, deadline, closed });
    expect([due('draft'), due('published'), due('keyed'), due('keyed', true), due('cancelled')]).toEqual([
      null,
      deadline,
      deadline,
      null,
      null,
    ]);
  });
});

describe('no sequence of events', () => {
  it('moves a deadline to an earlier time, or leaves cancelled', () => {
    const step = fc.record({ event: fc.constantFrom(...LOT_EVENTS), wait: fc.nat(40 * DAY), to: fc.nat(80) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        let lot = { state: 'draft' as LotState, deadline: facts.deadline };
        let at = now;
        for (const { event, wait, to } of steps) {
          at = addMs(at, wait);
          const asked: LotCommand =
            event === 'change'
              ? { event, deadline: days(to) }
              : event === 'move-deadline'
                ? { event, from: lot.deadline, to: days(to) }
                : { event };
          const next = decide(lot.state, asked, { ...facts, deadline: lot.deadline }, at);
          if (!next.ok) continue;
          expect(lot.state).not.toBe('cancelled');
          expect(next.value.deadline).toBeGreaterThanOrEqual(lot.deadline);
          lot = next.value;
        }
      }),
    );
  });
});

describe('lotDiagram', () => {
  it('draws every arrow of the machine', () => {
    const arrows = LOT_STATES.flatMap((state) => Object.keys(lotMachine[state]));
    expect(
      lotDiagram()
        .split('\n')
        .filter((line) => line.includes(': ')),
    ).toHaveLength(arrows.length);
  });
});
