import type { HallEvent } from '../../api/hall-stream.ts';
import { EMPTY_HALL, afterEvent, faultOf } from './hall-state.ts';
import type { HallState } from './hall-state.ts';

type Said = readonly [kind: string, c: string | null, facts?: HallEvent['facts']];

const sheet = { price: '5000000.00', periodDays: 90, quality: '合格', manager: '赵工' };
const events = (said: readonly Said[]): HallEvent[] =>
  said.map(([kind, c, facts = {}], n) => ({
    seq: n + 1,
    kind,
    c,
    facts,
    at: `2026-01-01T00:00:0${n % 10}.000Z`,
  }));
const after = (...said: readonly Said[]): HallState => events(said).reduce(afterEvent, EMPTY_HALL);

const listed = (c: string, at: string): Said => ['listed', c, { arrivedAt: at }];
const CLOSED: readonly Said[] = [
  ['closed', null, { releaseAt: '2026-01-01T00:05:00.000Z', bids: 2 }],
  listed('b', '2025-12-31T02:00:00.000Z'),
  listed('a', '2025-12-31T01:00:00.000Z'),
];

describe('the hall, from its feed', () => {
  it('lists bids by arrival, sealed and without names', () => {
    const hall = after(...CLOSED);
    expect(hall.phase).toBe('closed');
    expect(hall.releaseAt).toBe('2026-01-01T00:05:00.000Z');
    expect(hall.bids.map(({ c, progress, name }) => [c, progress, name])).toEqual([
      ['a', 'sealed', null],
      ['b', 'sealed', null],
    ]);
  });

  it('follows a bid from its identity to its price and its end', () => {
    const steps: Said[] = [
      ['identity', 'a', { valid: true, name: '甲', creditCode: 'X' }],
      ['decided', 'a', { outcome: 'standing', reason: '' }],
      ['envelope', 'a', { e: 'E0', sheet }],
      ['envelope', 'a', { e: 'E1' }],
      ['opened', 'a'],
    ];
    const seen = steps.map((_, n) => after(...CLOSED, ...steps.slice(0, n + 1)).bids[0]);
    expect(seen.map((bid) => bid?.progress)).toEqual([
      'identity-opened',
      'standing',
      'sheet-opened',
      'sheet-opened',
      'opened',
    ]);
    expect(seen.at(-1)).toMatchObject({ name: '甲', sheet: { price: '5000000.00' } });
  });

  it.each([
    ['revoked', 'stage-1', 'revoked-bidder-fault', 'bidder'],
    ['damaged', 'stage-1', 'withdrawn-platform-fault', 'platform'],
    ['damaged', 'stage-0', 'damaged', 'platform'],
  ] as const)('says whose fault it is: %s in %s', (kind, phase, progress, fault) => {
    const hall = after(
      ...CLOSED,
      [phase, null],
      ['envelope', 'a', { sheet }],
      [kind, 'a', { reason: 'SEAL.ROOT' }],
    );
    const [bid] = hall.bids;
    expect(bid).toMatchObject({ progress, reason: 'SEAL.ROOT' });
    expect(bid && faultOf(bid)).toBe(fault);
    // Of a bid that fell out by its own fault the price is not read out again.
    expect(bid?.sheet === null).toBe(kind === 'revoked');
  });

  it('leaves sealed what a failed lot never opened', () => {
    const hall = after(
      ...CLOSED,
      ['stage-0', null],
      ['identity', 'a', { valid: true, name: '甲', creditCode: 'X' }],
      ['identity', 'b', { valid: false, reason: 'SIGNATURE.INVALID' }],
      ['failed', null, { distinctBidders: 1 }],
      ['recorded', null, { result: 'failed' }],
    );
    expect(hall).toMatchObject({ phase: 'recorded', failed: true, distinctBidders: 1 });
    expect(hall.bids.map(({ progress }) => progress)).toEqual(['sealed', 'invalid-identity']);
  });

  it('keeps who came, who released, what was objected and answered, and who signed', () => {
    const hall = after(
      ['deadline', null, { deadline: '2026-01-02T00:00:00.000Z' }],
      ['signed-in', null, { creditCode: 'X', name: '甲', role: 'bidder' }],
      ['shares', null, { stage: 0, audience: 'public', i: 2 }],
      ['shares', null, { stage: 0, audience: 'public', i: 1 }],
      ['shares-refused', null, { stage: 1, audience: 'public', i: 3, reason: 'x' }],
      ['objection', null, { n: 1, by: '甲', text: '异议' }],
      ['objection', null, { n: 2, by: '乙', text: '另一异议' }],
      ['answer', null, { n: 1, text: '答复' }],
      ['signed', null, { by: '代理', record: 'h' }],
      ['cancelled', null],
      ['something-new', null],
      ['something-new', 'c'],
    );
    expect(hall).toMatchObject({
      deadline: '2026-01-02T00:00:00.000Z',
      cancelled: true,
      present: [{ name: '甲', role: 'bidder' }],
      released: { '0-public': [2, 1] },
      refused: [{ i: 3, part: '1-public' }],
      objections: [
        { n: 1, answer: '答复' },
        { n: 2, answer: null },
      ],
      signed: { by: '代理', record: 'h' },
    });
    expect(hall.told).toHaveLength(12);
  });
});
