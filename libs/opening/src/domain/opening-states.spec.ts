import { readFileSync, writeFileSync } from 'node:fs';
import { addMs, instant } from '#kernel';
import { OPENING_EVENTS, OPENING_STATES, decide, nextDueAt, openingMachine } from './opening-states.ts';
import type { OpeningEvent, OpeningFacts, OpeningState } from './opening-states.ts';

const CLOSE_DUE = instant(1_800_000_000_000);
const RELEASE = addMs(CLOSE_DUE, 300_000);
const facts = (over: Partial<OpeningFacts> = {}): OpeningFacts => ({
  closeDueAt: CLOSE_DUE,
  releaseAt: RELEASE,
  sharesReceived: 0,
  commitments: 3,
  pendingIdentities: 0,
  distinctBidders: 3,
  pendingContents: 0,
  unansweredObjections: 0,
  ...over,
});
const codeOf = (state: OpeningState, event: OpeningEvent, f: OpeningFacts, now = RELEASE): string => {
  const result = decide(state, event, f, now);
  return result.ok ? result.value : result.error.code;
};

/** Rows: state; columns: OPENING_EVENTS, at the instant the window ends, with three bidders and nothing pending. */
const EXPECTED: Record<OpeningState, string[]> = {
  waiting: ['closed', 'S', 'S', 'O', 'S', 'S', 'S', 'S', 'S', 'S'],
  closed: ['S', 'W', 'stage-0', 'O', 'S', 'E', 'S', 'S', 'closed', 'S'],
  'stage-0': ['S', 'W', 'S', 'stage-0', 'stage-1', 'E', 'S', 'stage-0', 'stage-0', 'S'],
  'stage-1': ['S', 'W', 'S', 'stage-1', 'S', 'S', 'opened', 'stage-1', 'stage-1', 'S'],
  opened: ['S', 'W', 'S', 'opened', 'S', 'S', 'S', 'stage-1', 'opened', 'recorded'],
  failed: ['S', 'W', 'S', 'failed', 'S', 'S', 'S', 'S', 'failed', 'recorded'],
  recorded: ['S', 'W', 'S', 'recorded', 'S', 'S', 'S', 'S', 'S', 'S'],
};
const CODES: Record<string, string> = {
  S: 'OPENING.STATE',
  W: 'OPENING.WINDOW_OVER',
  O: 'OPENING.WINDOW_OPEN',
  E: 'OPENING.ENOUGH_BIDDERS',
};

describe('the opening of a lot', () => {
  it('answers every event in every state', () => {
    for (const state of OPENING_STATES) {
      const row = OPENING_EVENTS.map((event) => codeOf(state, event, facts()));
      expect({ [state]: row }).toEqual({ [state]: EXPECTED[state].map((cell) => CODES[cell] ?? cell) });
    }
  });

  it.each([
    [-1, 'OPENING.NOT_DUE'],
    [0, 'closed'],
    [1, 'closed'],
  ])('closes from the deadline and its margin on (%i ms)', (ms, expected) => {
    expect(codeOf('waiting', 'close', facts({ releaseAt: null }), addMs(CLOSE_DUE, ms))).toBe(expected);
  });

  it.each([
    [-1, 'closed', 'OPENING.WINDOW_OPEN', 'OPENING.WINDOW_OPEN'],
    [0, 'OPENING.WINDOW_OVER', 'stage-0', 'stage-0'],
    [1, 'OPENING.WINDOW_OVER', 'stage-0', 'stage-0'],
  ])('ends the window at its instant (%i ms): add, release, share', (ms, add, release, share) => {
    const now = addMs(RELEASE, ms);
    expect(codeOf('closed', 'add', facts(), now)).toBe(add);
    expect(codeOf('closed', 'release', facts(), now)).toBe(release);
    expect(codeOf('stage-0', 'share', facts(), now)).toBe(share);
  });

  it('adds nothing after the first share, whatever the clock says', () => {
    expect(codeOf('closed', 'add', facts({ sharesReceived: 1 }), addMs(RELEASE, -1))).toBe(
      'OPENING.WINDOW_OVER',
    );
  });

  it('opens no identity of fewer than three commitments', () => {
    const two = facts({ commitments: 2, distinctBidders: null });
    expect(codeOf('closed', 'release', two)).toBe('OPENING.TOO_FEW_BIDDERS');
    expect(codeOf('closed', 'too-few', two)).toBe('failed');
    expect(codeOf('closed', 'too-few', two, addMs(RELEASE, -1))).toBe('OPENING.WINDOW_OPEN');
  });

  it('opens no content for fewer than three distinct bidders', () => {
    const two = facts({ distinctBidders: 2 });
    expect(codeOf('stage-0', 'identities-opened', two)).toBe('OPENING.TOO_FEW_BIDDERS');
    expect(codeOf('stage-0', 'too-few', two)).toBe('failed');
  });

  it('decides stage 0 only when no identity is pending', () => {
    const pending = facts({ pendingIdentities: 1, distinctBidders: null });
    expect(codeOf('stage-0', 'identities-opened', pending)).toBe('OPENING.IDENTITIES_PENDING');
    expect(codeOf('stage-0', 'too-few', pending)).toBe('OPENING.IDENTITIES_PENDING');
  });

  it('ends stage 1 only when every standing bid is decided', () => {
    expect(codeOf('stage-1', 'contents-opened', facts({ pendingContents: 1 }))).toBe(
      'OPENING.CONTENTS_PENDING',
    );
  });

  it('signs no record over an unanswered objection', () => {
    const open = facts({ unansweredObjections: 1 });
    expect(codeOf('opened', 'record', open)).toBe('OPENING.OBJECTION_UNANSWERED');
    expect(codeOf('failed', 'record', open)).toBe('OPENING.OBJECTION_UNANSWERED');
  });

  it('knows when the next thing is due by itself', () => {
    expect(OPENING_STATES.map((state) => nextDueAt(state, facts()))).toEqual([
      CLOSE_DUE,
      RELEASE,
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('docs/opening.md', () => {
  const file = new URL('../../../../docs/opening.md', import.meta.url);
  const arrows = OPENING_STATES.flatMap((state) =>
    Object.entries(openingMachine[state]).map(([event, next]) => `  ${state} --> ${next} : ${event}`),
  );
  const diagram = [
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> waiting',
    ...arrows,
    '  recorded --> [*]',
    '```',
  ];
  const block = /<!-- machine -->\n[\s\S]*<!-- \/machine -->/;
  const wanted = `<!-- machine -->\n${diagram.join('\n')}\n<!-- /machine -->`;

  it('shows the machine as it is (UPDATE_DOCS=1 writes it)', () => {
    const text = readFileSync(file, 'utf8');
    if (process.env['UPDATE_DOCS']) writeFileSync(file, text.replace(block, wanted));
    expect(block.exec(readFileSync(file, 'utf8'))?.[0]).toBe(wanted);
  });
});
