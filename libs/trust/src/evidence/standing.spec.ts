import fc from 'fast-check';
import { standingBids } from './standing.ts';
import type { IdentityFinding } from './standing.ts';

const at = (ms: number): string => new Date(1_800_000_000_000 + ms).toISOString();
const valid = (c: string, ms: number, creditCode: string, withdrawAll = false): IdentityFinding => ({
  c,
  arrivedAt: at(ms),
  identity: { ok: true, creditCode, name: `company ${creditCode}`, withdrawAll },
});
const invalid = (c: string, ms: number, fault: 'bidder' | 'platform' = 'bidder'): IdentityFinding => ({
  c,
  arrivedAt: at(ms),
  identity: { ok: false, fault, reason: 'SEAL.WRONG_KEY' },
});
const outcomes = (findings: IdentityFinding[], moves: { from: string; to: string | null }[] = []) =>
  Object.fromEntries(standingBids(findings, moves).bids.map(({ c, outcome }) => [c, outcome]));

describe('stage 0', () => {
  it('lets the last valid bid of each credit code stand, by arrival', () => {
    const standing = standingBids(
      [valid('b2', 30, 'B'), valid('a', 10, 'A'), valid('b1', 20, 'B'), valid('c', 40, 'C')],
      [],
    );
    expect(standing.bids.map(({ c, outcome }) => [c, outcome])).toEqual([
      ['a', 'standing'],
      ['b1', 'superseded'],
      ['b2', 'standing'],
      ['c', 'standing'],
    ]);
    expect(standing).toMatchObject({ distinctBidders: 3, goesOn: true });
  });

  it('breaks equal arrivals by commitment', () => {
    expect(outcomes([valid('y', 10, 'A'), valid('x', 10, 'A')])).toEqual({ x: 'superseded', y: 'standing' });
  });

  it('counts two bids of one company once', () => {
    const standing = standingBids([valid('a', 1, 'A'), valid('b', 2, 'B'), valid('b2', 3, 'B')], []);
    expect(standing).toMatchObject({ distinctBidders: 2, goesOn: false });
  });

  it('does not count junk that shows no valid identity', () => {
    const standing = standingBids([valid('a', 1, 'A'), valid('b', 2, 'B'), invalid('j', 3)], []);
    expect(standing).toMatchObject({ distinctBidders: 2, goesOn: false });
    expect(standing.bids[2]).toEqual({
      c: 'j',
      outcome: 'invalid-identity',
      reason: 'SEAL.WRONG_KEY',
      bidder: null,
    });
  });

  it('never revives a bid that its own key replaced, when the successor is invalid', () => {
    expect(outcomes([valid('a1', 1, 'A'), invalid('a2', 2)], [{ from: 'a1', to: 'a2' }])).toEqual({
      a1: 'superseded',
      a2: 'invalid-identity',
    });
  });

  it('leaves the earlier bid standing when a stranger sends junk after it', () => {
    expect(outcomes([valid('a', 1, 'A'), invalid('junk', 2)])).toMatchObject({ a: 'standing' });
  });

  it('takes a bid out that its own key withdrew', () => {
    expect(outcomes([valid('a', 1, 'A')], [{ from: 'a', to: null }])).toEqual({ a: 'withdrawn' });
  });

  it('withdraws every earlier bid of its signer with `withdraw: all`, and itself', () => {
    expect(outcomes([valid('a1', 1, 'A'), valid('b', 2, 'B'), valid('w', 3, 'A', true)])).toEqual({
      a1: 'withdrawn',
      b: 'standing',
      w: 'withdrawn',
    });
  });

  it('lets a bid stand that came after `withdraw: all`', () => {
    expect(outcomes([valid('a1', 1, 'A'), valid('w', 2, 'A', true), valid('a2', 3, 'A')])).toEqual({
      a1: 'superseded',
      w: 'superseded',
      a2: 'standing',
    });
  });

  it('blames the platform for damaged bytes', () => {
    expect(outcomes([invalid('a', 1, 'platform')])).toEqual({ a: 'withdrawn-platform-fault' });
  });

  it('gives at most one standing bid a credit code, whatever the order of the input', () => {
    const finding = fc.record({
      code: fc.constantFrom('A', 'B', 'C', 'D'),
      ms: fc.integer({ min: 0, max: 5 }),
      kind: fc.constantFrom('valid', 'invalid', 'all'),
    });
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (list, order) => {
        const findings = list.map(({ code, ms, kind }, i) =>
          kind === 'invalid' ? invalid(`c${i}`, ms) : valid(`c${i}`, ms, code, kind === 'all'),
        );
        const shuffled = findings
          .map((f) => ({ f, key: order.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ f }) => f);
        const standing = standingBids(findings, []);
        const names = standing.bids.filter((b) => b.outcome === 'standing').map((b) => b.bidder?.creditCode);
        expect(new Set(names).size).toBe(names.length);
        expect(names.length).toBe(standing.distinctBidders);
        expect(standingBids(shuffled, [])).toEqual(standing);
      }),
    );
  });
});
