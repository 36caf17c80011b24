import { instant } from '#kernel';
import type { LotId } from '#kernel';
import { decide, isInTime } from './bid-rules.ts';
import type { BidCommand, BidFacts } from './bid-rules.ts';
import { BID_EVENTS, BID_STATES, bidMachine } from './bid-states.ts';
import type { BidEvent, BidState } from './bid-states.ts';
import { reasonOf } from './refusals.ts';

const lotId = 'lot-1' as LotId;
const deadline = instant(1_000_000);
const before = { at: instant(999_999), deadline };
const bid = (state: BidState, more: Partial<BidFacts> = {}): BidFacts => ({
  c: 'c-1',
  lotId,
  state,
  chainSequence: 0,
  ...more,
});
const stored = bid('stored', { c: 'c-2' });
const commands: { readonly [E in BidEvent]: BidCommand } = {
  'put-part': { event: 'put-part' },
  complete: { event: 'complete', missing: 0 },
  withdraw: { event: 'withdraw', move: { sequence: 1, signed: true } },
  replace: { event: 'replace', move: { sequence: 1, signed: true }, replacement: stored },
};
const outcome = (...args: Parameters<typeof decide>): string => {
  const decided = decide(...args);
  return decided.ok ? decided.value : decided.error.code;
};

describe('every state and every event', () => {
  const product = BID_STATES.flatMap((state) => BID_EVENTS.map((event) => [state, event] as const));

  it.each(product)('%s, %s', (state, event) => {
    const taken = Object.entries(bidMachine[state]).find(([name]) => name === event)?.[1];
    expect(outcome(bid(state), commands[event], before)).toBe(taken ?? 'BIDDING.BID_ENDED');
    expect(outcome(bid(state), commands[event], { at: deadline, deadline })).toBe(
      taken ? 'BIDDING.LATE' : 'BIDDING.BID_ENDED',
    );
  });

  it('leaves no state that a bid could come back from', () => {
    expect(bidMachine.replaced).toEqual({});
    expect(bidMachine.withdrawn).toEqual({});
  });
});

describe('the deadline', () => {
  it.each([
    [-1, true],
    [0, false],
    [1, false],
  ])('at %i ms', (offset, inTime) => {
    expect(isInTime({ at: instant(deadline + offset), deadline })).toBe(inTime);
  });
});

describe('a move', () => {
  const withdraw = (sequence: number, signed = true): BidCommand => ({
    event: 'withdraw',
    move: { sequence, signed },
  });
  const replaceBy = (replacement: BidFacts | null): BidCommand => ({
    event: 'replace',
    move: { sequence: 1, signed: true },
    replacement,
  });

  it('that the key did not sign is refused before anything is said of the bid', () => {
    for (const state of BID_STATES)
      expect(outcome(bid(state), withdraw(1, false), before)).toBe('BIDDING.SIGNATURE_INVALID');
  });

  it('has a greater sequence than the one that led here', () => {
    expect(outcome(bid('stored', { chainSequence: 3 }), withdraw(3), before)).toBe('BIDDING.SEQUENCE');
    expect(outcome(bid('stored', { chainSequence: 3 }), withdraw(4), before)).toBe('withdrawn');
  });

  it.each([
    ['none', null, 'BIDDING.REPLACEMENT_UNKNOWN'],
    ['one of another lot', { ...stored, lotId: 'lot-2' as LotId }, 'BIDDING.REPLACEMENT_UNKNOWN'],
    ['the bid itself', bid('stored'), 'BIDDING.REPLACEMENT_UNKNOWN'],
    ['one that is not whole', { ...stored, state: 'received' as const }, 'BIDDING.REPLACEMENT_NOT_STORED'],
    ['one that was replaced', { ...stored, state: 'replaced' as const }, 'BIDDING.REPLACEMENT_ENDED'],
    ['one that was withdrawn', { ...stored, state: 'withdrawn' as const }, 'BIDDING.REPLACEMENT_ENDED'],
    ['a stored one', stored, 'replaced'],
  ])('to %s', (_, replacement, expected) => {
    expect(outcome(bid('stored'), replaceBy(replacement), before)).toBe(expected);
  });

  it('to one in a state that nobody knows stops', () => {
    const unknown = { ...stored, state: 'planted' as never };
    expect(() => outcome(bid('stored'), replaceBy(unknown), before)).toThrow('unreachable value');
  });
});

it('does not complete while a part is missing', () => {
  expect(outcome(bid('received'), { event: 'complete', missing: 1 }, before)).toBe('BIDDING.PART_UNKNOWN');
});

it('names in CLOSE only what arrived and was refused', () => {
  expect(reasonOf('BIDDING.LATE')).toBe('late');
  expect(reasonOf('BIDDING.DUPLICATE')).toBe('duplicate');
  expect(reasonOf('BIDDING.DEALING_INVALID')).toBe('invalid-dealing');
  expect(reasonOf('BIDDING.QUOTA')).toBe('quota');
  for (const code of ['MALFORMED', 'WRONG_LOT', 'WRONG_STRUCTURE', 'IMPLAUSIBLE_LENGTH'] as const)
    expect(reasonOf(`BIDDING.${code}`)).toBe('malformed');
  expect(reasonOf('BIDDING.TOO_LARGE')).toBeNull();
});
