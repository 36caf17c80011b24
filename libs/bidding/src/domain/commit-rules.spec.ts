import type { Commit, LotKey } from '#trust';
import { ciphertextLength } from '#trust';
import { makeBid } from '../../../../test/support/sealed-bid.ts';
import { makeLot } from '../../../../test/support/lot-fixture.ts';
import { checkCommit, isPlausibleLength, uniqueValues } from './commit-rules.ts';

const GIB = 2 ** 30;
let lotKey: LotKey;
let lotKeyHash: string;
let commit: Commit;

beforeAll(async () => {
  ({ lotKey, lotKeyHash } = await makeLot());
  commit = makeBid(lotKey).commit;
});

const codeOf = (changed: Partial<Commit>, maxBidBytes = GIB): string => {
  const checked = checkCommit({ ...commit, ...changed }, { lotKey, lotKeyHash }, maxBidBytes);
  return checked.ok ? 'ok' : checked.error.code;
};
const [I, E0, E1] = ['I', 'E0', 'E1'].map((e) => () => commit.envelopes.find((one) => one.e === e)!);

describe('the shape of a commitment', () => {
  it('is taken as the lot’s key record fixes it', () => {
    expect(codeOf({})).toBe('ok');
  });

  it('names this lot', () => {
    expect(codeOf({ lotKeyHash: commit.bidNonce })).toBe('BIDDING.WRONG_LOT');
  });

  it('is of the lot’s suite', () => {
    expect(codeOf({ suite: 'SM' })).toBe('BIDDING.WRONG_SUITE');
  });

  it('has exactly one dealing per stage and audience, in order', () => {
    const [first, second, third] = commit.dealings;
    for (const dealings of [
      [first!, second!],
      [second!, first!, third!],
      [first!, second!, third!, third!],
      [first!, second!, { ...third!, audience: 'public' as const }],
      [first!, second!, { ...third!, stage: 2 }],
    ])
      expect(codeOf({ dealings })).toBe('BIDDING.WRONG_STRUCTURE');
  });

  it.each(['C', 'E', 'a1', 'a2', 'r'] as const)('has exactly as many %s as the lot asks for', (list) => {
    const [first, ...rest] = commit.dealings;
    const longer = { ...first!, [list]: [...first![list], first![list][0]!] };
    const shorter = { ...first!, [list]: first![list].slice(1) };
    expect(codeOf({ dealings: [longer, ...rest] })).toBe('BIDDING.WRONG_STRUCTURE');
    expect(codeOf({ dealings: [shorter, ...rest] })).toBe('BIDDING.WRONG_STRUCTURE');
  });

  it('has exactly the envelopes of the lot, in order', () => {
    for (const envelopes of [[I!(), E0!()], [E0!(), I!(), E1!()], [I!(), E0!(), E1!(), E1!()], [I!()]])
      expect(codeOf({ envelopes })).toBe('BIDDING.WRONG_STRUCTURE');
  });

  it('carries the identity alone when it withdraws all', () => {
    const withdrawal = makeBid(lotKey, { withdraw: 'all' }).commit;
    expect(checkCommit(withdrawal, { lotKey, lotKeyHash }, GIB).ok).toBe(true);
    expect(codeOf({ withdraw: 'all' })).toBe('BIDDING.WRONG_STRUCTURE');
    const { withdraw: _, ...bare } = withdrawal;
    const checked = checkCommit(bare, { lotKey, lotKeyHash }, GIB);
    expect(checked.ok ? 'ok' : checked.error.code).toBe('BIDDING.WRONG_STRUCTURE');
  });

  it('has only lengths that a padded payload can have', () => {
    const long = (length: number) => codeOf({ envelopes: [I!(), E0!(), { ...E1!(), length }] });
    expect(long(E1!().length + 1)).toBe('BIDDING.IMPLAUSIBLE_LENGTH');
    expect(long(1)).toBe('BIDDING.IMPLAUSIBLE_LENGTH');
    expect(long(ciphertextLength(8 * 2 ** 20))).toBe('ok');
  });

  it('stays below the limit of a bid, and of an identity', () => {
    expect(codeOf({}, I!().length * 3 - 1)).toBe('BIDDING.IMPLAUSIBLE_LENGTH');
    expect(codeOf({}, I!().length * 3)).toBe('ok');
    const huge = { ...I!(), length: ciphertextLength(5 * 2 ** 18) };
    expect(codeOf({ envelopes: [huge, E0!(), E1!()] })).toBe('BIDDING.IMPLAUSIBLE_LENGTH');
  });

  it('is a length of no envelope that is a chunk short', () => {
    expect(isPlausibleLength(ciphertextLength(64 * 1024))).toBe(true);
    expect(isPlausibleLength(ciphertextLength(64 * 1024) - 1)).toBe(false);
    expect(isPlausibleLength(ciphertextLength(0))).toBe(false);
  });

  it('takes nothing but a refusal of the length for an implausible length', () => {
    expect(() => isPlausibleLength(Symbol('planted') as never)).toThrow(TypeError);
  });
});

it('names every value that must be unique on the platform', () => {
  const values = uniqueValues(commit);
  expect(values.map(({ kind }) => kind)).toEqual([
    'bidNonce',
    'wk',
    'C0',
    'C0',
    'C0',
    'root',
    'root',
    'root',
  ]);
  expect(new Set(values.map(({ value }) => value)).size).toBe(8);
});
