import fc from 'fast-check';
import { b64u, systemRandom, uint } from '../encoding/bytes.ts';
import { newKeyPair } from '../group/key-pair.ts';
import type { KeyPair } from '../group/key-pair.ts';
import { B, G_PVSS, Q, decodePoint, decodeScalar, encodePoint, encodeScalar } from '../group/index.ts';
import type { Point, Scalar } from '../group/index.ts';
import { suiteOf } from '../suite/index.ts';
import { dealing as dealingSchema } from '../records/index.ts';
import type { Commit, Dealing, JournalKey } from '../records/index.ts';
import { checkDealing, checkDealings } from './check.ts';
import type { DealingClaim } from './check.ts';
import { keyOfSecretPoint, prepareDealing, proveDealing } from './deal.ts';
import type { DealingTerms } from './deal.ts';
import { bidLabel, commitBody, journalBody, journalLabel } from './labels.ts';
import { combineShares, openWithSecret } from './open.ts';

const { group } = suiteOf('P256');
const mod = (value: bigint): Scalar => group.mod(value);
const refusal = (code: string) => expect.objectContaining({ code });
const hash = (fill: number): string => b64u.encode(new Uint8Array(32).fill(fill));

interface Dealt {
  readonly keys: readonly KeyPair[];
  readonly terms: DealingTerms;
  readonly secret: Scalar;
  readonly K: Uint8Array;
  readonly claim: DealingClaim;
}

const trustees = (n: number): KeyPair[] => Array.from({ length: n }, () => newKeyPair(systemRandom));
const five = trustees(5);

function dealt(changes: Partial<DealingTerms> = {}, keys: readonly KeyPair[] = five): Dealt {
  const terms: DealingTerms = {
    type: 'bid',
    label: bidLabel({ suite: 'P256', lotKeyHash: hash(1), bidNonce: hash(2) }, 0, 'public'),
    stage: 0,
    audience: 'public',
    seedKey: systemRandom(32),
    trusteeKeys: keys.map((pair) => pair.public),
    k: 3,
    ...changes,
  };
  const prepared = prepareDealing(terms);
  const body = systemRandom(32);
  const dealing = proveDealing(prepared, body, systemRandom);
  const { type, label, trusteeKeys, k } = terms;
  return {
    keys,
    terms,
    secret: prepared.secret,
    K: prepared.K(),
    claim: { dealing, type, label, body, trusteeKeys, k },
  };
}

/** D_i straight from the definition; proofs of shares have their own tests. */
const partial = ({ claim, keys }: Dealt, i: number) => ({
  i,
  D: encodePoint(
    decodePoint(claim.dealing.E[i - 1] as string).multiply(inverse((keys[i - 1] as KeyPair).secret)),
  ),
});
const inverse = (x: Scalar): Scalar => {
  let [result, base, exponent] = [1n, x, Q - 2n];
  for (; exponent > 0n; exponent >>= 1n, base = (base * base) % Q)
    if (exponent & 1n) result = (result * base) % Q;
  return result;
};

const subsets = (n: number, size: number, from = 1): number[][] =>
  size === 0
    ? [[]]
    : Array.from({ length: Math.max(0, n - from + 1) }, (_, j) => from + j).flatMap((first) =>
        subsets(n, size - 1, first + 1).map((rest) => [first, ...rest]),
      );

// ---- opening ---------------------------------------------------------------

test.each([
  [2, 3],
  [3, 5],
  [4, 7],
])('every %i-subset of %i opens to the dealt key, no smaller one does', (k, n) => {
  const d = dealt({ k }, n === 5 ? five : trustees(n));
  expect(checkDealing(d.claim)).toBe(true);
  const S = B.multiply(d.secret);
  const shares = Array.from({ length: n }, (_, index) => partial(d, index + 1));
  const choose = (seats: readonly number[]) => seats.map((i) => shares[i - 1] as { i: number; D: string });

  for (const seats of subsets(n, k)) {
    const opened = combineShares(choose(seats), k);
    expect(opened.equals(S)).toBe(true);
    expect(keyOfSecretPoint(opened, d.claim.label)).toEqual(d.K);
  }
  for (const seats of subsets(n, k - 1)) {
    expect(() => combineShares(choose(seats), k)).toThrow(refusal('SHARE.TOO_FEW'));
    // Interpolating with what there is, against the rules, gives another point.
    expect(combineShares(choose(seats), k - 1).equals(S)).toBe(false);
  }
  expect(combineShares([...shares].reverse(), k).equals(S)).toBe(true);
});

test('road A opens to the same point, and only with the dealt secret', () => {
  const d = dealt();
  expect(openWithSecret(d.secret, d.claim.dealing).equals(B.multiply(d.secret))).toBe(true);
  for (const wrong of [0n, 1n, Q, Q + d.secret, -d.secret, Q - d.secret, mod(d.secret + 1n)]) {
    expect(() => openWithSecret(wrong, d.claim.dealing)).toThrow(refusal('DEALING.SECRET'));
  }
});

test('one seat twice is not two seats', () => {
  const d = dealt();
  const [one, two] = [partial(d, 1), partial(d, 2)];
  expect(() => combineShares([one, two, one], 3)).toThrow(refusal('SHARE.DUPLICATE'));
});

// ---- dealing ---------------------------------------------------------------

test('the seed gives the dealing again; another seed, label or type gives another', () => {
  const seedKey = new Uint8Array(32).fill(5);
  const make = (changes: Partial<DealingTerms> = {}) => dealt({ seedKey, ...changes });
  const [first, again] = [make(), make()];
  expect(again.claim.dealing.C).toEqual(first.claim.dealing.C);
  expect(again.claim.dealing.E).toEqual(first.claim.dealing.E);
  // Fresh nonces every time: equal ones under two challenges would publish the secret.
  expect(again.claim.dealing.a1).not.toEqual(first.claim.dealing.a1);
  for (const other of [
    make({ seedKey: systemRandom(32) }),
    make({ label: `${first.terms.label}x` }),
    make({ type: 'draw' }),
  ]) {
    expect(other.claim.dealing.C.filter((c) => first.claim.dealing.C.includes(c))).toEqual([]);
  }
});

test('a broken random source does not repeat a nonce for another body', () => {
  const prepared = prepareDealing(dealt().terms);
  const zero = (n: number) => new Uint8Array(n);
  const [one, two] = [1, 2].map((fill) => proveDealing(prepared, new Uint8Array(32).fill(fill), zero)) as [
    Dealing,
    Dealing,
  ];
  expect(one.a1.filter((a) => two.a1.includes(a))).toEqual([]);
});

test.each([
  ['k = 1', { k: 1 }],
  ['k > n', { k: 6 }],
  ['a short seed', { seedKey: new Uint8Array(31) }],
  ['n = 16', { trusteeKeys: new Array<Point>(16).fill(B) }],
])('does not deal with %s', (_, changes) => {
  expect(() => prepareDealing({ ...dealt().terms, ...changes })).toThrow(refusal('DEALING.SHAPE'));
});

test('proves over a hash only', () => {
  expect(() => proveDealing(prepareDealing(dealt().terms), new Uint8Array(31), systemRandom)).toThrow(
    refusal('DEALING.SHAPE'),
  );
});

test('a dealing is what the record schema takes', () => {
  expect(dealingSchema.safeParse(dealt().claim.dealing).success).toBe(true);
});

// The values were computed a second time, from the protocol's text, by code that shares nothing with this.
test('a dealing of the first version is still made, bit for bit, and still valid', () => {
  const keys = [1, 2, 3].map((fill) => newKeyPair((n) => new Uint8Array(n).fill(fill)));
  const terms: DealingTerms = {
    type: 'bid',
    label: 'pinned',
    stage: 1,
    audience: 'committee',
    seedKey: new Uint8Array(32).fill(9),
    trusteeKeys: keys.map((pair) => pair.public),
    k: 2,
  };
  const prepared = prepareDealing(terms);
  const body = new Uint8Array(32).fill(8);
  const dealing = proveDealing(prepared, body, (n) => new Uint8Array(n).fill(7));
  expect({ C0: dealing.C[0], E3: dealing.E[2], r1: dealing.r[0], K: b64u.encode(prepared.K()) }).toEqual({
    C0: 'ArSvJmKC_A81FEoy4ZTtQG4QuRjWeODf1RnLZaaQGRKS',
    E3: 'A4-c6A_uinaduCbxYKNiwBT58I4F2h_agHjDqmGTEuIA',
    r1: '4BYMTv7zgLabv0zG0CwX_TBTJGUT_TOhbseFofPOzuY',
    K: 'vFgRir9Ni4RtPv9V8AZUzzxUfc0qf6AXO5_i54ZucP0',
  });
  expect(
    checkDealing({ dealing, type: 'bid', label: 'pinned', body, trusteeKeys: terms.trusteeKeys, k: 2 }),
  ).toBe(true);
});

// ---- checking --------------------------------------------------------------

const LISTS = ['C', 'E', 'a1', 'a2', 'r'] as const;
const edit = (
  dealing: Dealing,
  list: (typeof LISTS)[number],
  change: (values: string[]) => string[],
): Dealing => ({
  ...dealing,
  [list]: change([...dealing[list]]),
});
const one = dealt();
const refused = (changes: Partial<DealingClaim>) =>
  expect(checkDealing({ ...one.claim, ...changes })).toBe(false);

test('any flipped bit of any field is refused', () => {
  fc.assert(
    fc.property(fc.constantFrom(...LISTS), fc.nat(), fc.nat(), (list, at, bit) => {
      const changed = edit(one.claim.dealing, list, (values) => {
        const index = at % values.length;
        const bytes = b64u.decode(values[index] as string);
        const byte = bit % bytes.length;
        values[index] = b64u.encode(bytes.with(byte, (bytes[byte] as number) ^ (1 << (bit % 8))));
        return values;
      });
      refused({ dealing: changed });
    }),
    { numRuns: 60 },
  );
});

test.each(LISTS)(
  '%s: one member more, one less, two exchanged, one replaced by another valid one',
  (list) => {
    const { dealing } = one.claim;
    refused({ dealing: edit(dealing, list, (values) => [...values, values[0] as string]) });
    refused({ dealing: edit(dealing, list, (values) => values.slice(1)) });
    refused({ dealing: edit(dealing, list, (values) => values.slice(0, -1)) });
    refused({ dealing: edit(dealing, list, ([a, b, ...rest]) => [b as string, a as string, ...rest]) });
    const valid = list === 'r' ? encodeScalar(1n) : encodePoint(B);
    refused({ dealing: edit(dealing, list, ([, ...rest]) => [valid, ...rest]) });
  },
);

test.each([
  ['a scalar of q', 'r', b64u.encode(uint(Q, 32))],
  ['a scalar with q added', 'r', b64u.encode(uint(2n ** 256n - 1n, 32))],
  ['a short scalar', 'r', b64u.encode(uint(1, 31))],
  ['the identity', 'E', b64u.encode(new Uint8Array(33))],
  ['the identity of SEC 1', 'E', 'AA'],
  ['an uncompressed point', 'C', b64u.encode(B.toBytes(false))],
  ['a point off the curve', 'a1', b64u.encode(Uint8Array.of(2, ...uint(1n, 32)))],
  ['another spelling of base64url', 'a2', `${encodePoint(B)}=`],
] as const)('refuses %s', (_, list, value) => {
  refused({ dealing: edit(one.claim.dealing, list, ([, ...rest]) => [value, ...rest]) });
});

test('extra coefficients are refused: p of degree k needs k + 1 seats', () => {
  const four = dealt({ k: 4 });
  expect(checkDealing(four.claim)).toBe(true);
  expect(checkDealing({ ...four.claim, k: 3 })).toBe(false);
  expect(checkDealing({ ...one.claim, k: 4 })).toBe(false);
});

test('a share that is not p(i)·y_i is refused, however its proof is made', () => {
  // The dealer knows everything, and moves E_1 by y_1 after having made the commitments.
  const E1 = decodePoint(one.claim.dealing.E[0] as string).add(one.claim.trusteeKeys[0] as Point);
  refused({ dealing: edit(one.claim.dealing, 'E', ([, ...rest]) => [encodePoint(E1), ...rest]) });
});

test('seats cannot be permuted, also with their keys', () => {
  const [y1, y2, ...others] = one.claim.trusteeKeys as [Point, Point];
  const swapped = LISTS.filter((list) => list !== 'C').reduce(
    (dealing, list) => edit(dealing, list, ([a, b, ...rest]) => [b as string, a as string, ...rest]),
    one.claim.dealing,
  );
  refused({ dealing: swapped });
  refused({ dealing: swapped, trusteeKeys: [y2, y1, ...others] });
  refused({ trusteeKeys: [y2, y1, ...others] });
});

test('a draw is not a bid, nor a journal', () => {
  const draw = dealt({ type: 'draw' });
  expect(checkDealing(draw.claim)).toBe(true);
  expect(checkDealing({ ...draw.claim, type: 'bid' })).toBe(false);
  expect(checkDealing({ ...draw.claim, type: 'journal' })).toBe(false);
});

test('another lot, bid, stage, audience or record is another dealing', () => {
  const names = { suite: 'P256' as const, lotKeyHash: hash(1), bidNonce: hash(2) };
  refused({ label: bidLabel({ ...names, lotKeyHash: hash(3) }, 0, 'public') });
  refused({ label: bidLabel({ ...names, bidNonce: hash(3) }, 0, 'public') });
  refused({ label: bidLabel(names, 1, 'public') });
  refused({ label: bidLabel(names, 0, 'committee') });
  refused({ body: one.claim.body.with(0, (one.claim.body[0] as number) ^ 1) });
  refused({ body: one.claim.body.slice(1) });
  refused({ trusteeKeys: trustees(5).map((pair) => pair.public) });
});

test('a proof made without the challenge on all of it does not pass', () => {
  // Chosen backwards: r and E random, a1 and a2 computed for a challenge of 0, which the hash then is not.
  const { trusteeKeys: y, dealing } = one.claim;
  const r = y.map(() => newKeyPair(systemRandom).secret);
  const forged: Dealing = {
    ...dealing,
    a1: r.map((ri) => encodePoint(G_PVSS.multiply(ri))),
    a2: r.map((ri, i) => encodePoint((y[i] as Point).multiply(ri))),
    r: r.map(encodeScalar),
  };
  refused({ dealing: forged });
});

test('errors that are not about the dealing are not swallowed', () => {
  const hostile = {
    ...one.claim,
    get label(): string {
      throw new RangeError('bug');
    },
  };
  expect(() => checkDealing(hostile)).toThrow(RangeError);
});

test('a batch names exactly the invalid ones', () => {
  const good = [
    one.claim,
    dealt().claim,
    dealt({ k: 2 }).claim,
    dealt({ type: 'journal', label: 'j' }).claim,
  ];
  const bad: DealingClaim = { ...one.claim, body: systemRandom(32) };
  const unreadable: DealingClaim = { ...one.claim, dealing: edit(one.claim.dealing, 'r', () => []) };
  expect(checkDealings([])).toEqual([]);
  expect(checkDealings(good)).toEqual([]);
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('good', 'bad', 'unreadable'), { minLength: 1, maxLength: 7 }),
      (kinds) => {
        const list = kinds.map((kind, i) =>
          kind === 'good' ? (good[i % good.length] as DealingClaim) : kind === 'bad' ? bad : unreadable,
        );
        expect(checkDealings(list)).toEqual(kinds.flatMap((kind, i) => (kind === 'good' ? [] : [i])));
      },
    ),
    { numRuns: 12 },
  );
});

test('two faults that cancel out in a plain sum are both found', () => {
  const shifted = (by: Scalar): DealingClaim => ({
    ...one.claim,
    dealing: edit(one.claim.dealing, 'r', ([first, ...rest]) => [
      encodeScalar(mod(decodeScalar(first as string) + by)),
      ...rest,
    ]),
  });
  expect(checkDealings([shifted(1n), one.claim, shifted(Q - 1n)])).toEqual([0, 2]);
});

// ---- labels and bodies -----------------------------------------------------

test('labels say the suite, the lot, the bid, the stage and the audience', () => {
  expect(bidLabel({ suite: 'P256', lotKeyHash: 'L', bidNonce: 'N' }, 1, 'committee')).toBe(
    'glasshall/1/P256/bid/L/N/1/committee',
  );
  expect(journalLabel({ lotKeyHash: 'L', nonce: 'N' })).toBe('glasshall/1/P256/journal/L/N');
  const sm = { suite: 'SM', lotKeyHash: 'L' } as const;
  expect(bidLabel({ ...sm, bidNonce: 'N' }, 0, 'public')).toBe('glasshall/1/SM/bid/L/N/0/public');
  expect(journalLabel({ ...sm, nonce: 'N' })).toBe('glasshall/1/SM/journal/L/N');
});

test('a body covers everything but the proofs', () => {
  const { dealing } = one.claim;
  const commit: Commit = {
    type: 'commit',
    lotKeyHash: hash(1),
    suite: 'P256',
    bidNonce: hash(2),
    dealings: [dealing],
    envelopes: [{ e: 'I', root: hash(4), length: 1 }],
    wk: hash(5),
  };
  const body = commitBody(commit);
  const { stage, audience, C, E } = dealing;
  expect(commitBody({ ...commit, dealings: [{ stage, audience, C, E }] })).toEqual(body);
  expect(commitBody({ ...commit, dealings: [dealt({ seedKey: one.terms.seedKey }).claim.dealing] })).toEqual(
    body,
  );
  const changes: Partial<Commit>[] = [
    { lotKeyHash: hash(9) },
    { bidNonce: hash(9) },
    { wk: hash(9) },
    { withdraw: 'all' },
    { envelopes: [{ e: 'I', root: hash(4), length: 2 }] },
    { dealings: [dealing, dealing] },
    { dealings: [{ ...dealing, stage: 1 }] },
    { dealings: [{ ...dealing, C: E }] },
    { dealings: [{ ...dealing, E: C }] },
  ];
  for (const change of changes) expect(commitBody({ ...commit, ...change })).not.toEqual(body);

  const journal: JournalKey = {
    type: 'journal',
    lotKeyHash: hash(1),
    nonce: hash(2),
    dealing,
    key: encodePoint(B),
  };
  expect(journalBody({ ...journal, dealing: { stage, audience, C, E } })).toEqual(journalBody(journal));
  expect(journalBody({ ...journal, key: encodePoint(G_PVSS) })).not.toEqual(journalBody(journal));
});
