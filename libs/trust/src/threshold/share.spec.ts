import fc from 'fast-check';
import { b64u, systemRandom } from '../encoding/bytes.ts';
import { newKeyPair } from '../group/key-pair.ts';
import type { KeyPair } from '../group/key-pair.ts';
import { B, decodePoint, encodePoint, encodeScalar } from '../group/index.ts';
import type { Dealing, Share } from '../records/index.ts';
import { share as shareSchema } from '../records/index.ts';
import type { ShareContext } from './challenge.ts';
import { prepareDealing, proveDealing } from './deal.ts';
import { combineShares, openWithSecret } from './open.ts';
import { openShare, verifyShare, verifyShares } from './share.ts';
import type { ShareClaim } from './share.ts';

const refusal = (code: string) => expect.objectContaining({ code });
const keys = Array.from({ length: 5 }, () => newKeyPair(systemRandom));
const key = (i: number): KeyPair => keys[i - 1] as KeyPair;

function deal(): { dealing: Dealing; secret: bigint } {
  const prepared = prepareDealing({
    type: 'bid',
    label: 'label',
    stage: 1,
    audience: 'committee',
    seedKey: systemRandom(32),
    trusteeKeys: keys.map((pair) => pair.public),
    k: 3,
  });
  return { dealing: proveDealing(prepared, systemRandom(32), systemRandom), secret: prepared.secret };
}
const { dealing, secret } = deal();
const lotKeyHash = systemRandom(32);
const c = systemRandom(32);
const at = (i: number): ShareContext => ({ type: 'bid', lotKeyHash, c, stage: 1, audience: 'committee', i });

const claim = (i: number): ShareClaim => ({
  share: openShare({ x: key(i).secret, dealing, context: at(i), random: systemRandom }),
  dealing,
  y: key(i).public,
  context: at(i),
});
const one = claim(1);
const refused = (changes: Partial<ShareClaim>) => expect(verifyShare({ ...one, ...changes })).toBe(false);

test('verified shares of any three trustees open what was dealt', () => {
  const claims = [5, 2, 4].map(claim);
  expect(verifyShares(claims)).toEqual([]);
  const opened = combineShares(
    claims.map(({ share, context }) => ({ i: context.i, D: share.D })),
    3,
  );
  expect(opened.equals(openWithSecret(secret, dealing))).toBe(true);
  expect(claims.every(({ share }) => shareSchema.safeParse(share).success)).toBe(true);
});

test('any flipped bit of a share is refused', () => {
  const fields: ((share: Share, change: (text: string) => string) => Share)[] = [
    (share, change) => ({ ...share, c: change(share.c) }),
    (share, change) => ({ ...share, D: change(share.D) }),
    (share, change) => ({ ...share, proof: { ...share.proof, a1: change(share.proof.a1) } }),
    (share, change) => ({ ...share, proof: { ...share.proof, a2: change(share.proof.a2) } }),
    (share, change) => ({ ...share, proof: { ...share.proof, r: change(share.proof.r) } }),
  ];
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.nat(), (field, bit) => {
      refused({
        share: field(one.share, (text) => {
          const bytes = b64u.decode(text);
          const at = bit % bytes.length;
          return b64u.encode(bytes.with(at, (bytes[at] as number) ^ (1 << (bit % 8))));
        }),
      });
    }),
    { numRuns: 60 },
  );
});

test.each<[string, Partial<ShareContext>]>([
  ['type', { type: 'draw' }],
  ['lot', { lotKeyHash: systemRandom(32) }],
  ['stage', { stage: 2 }],
  ['audience', { audience: 'public' }],
  ['seat', { i: 2 }],
  ['seat of nobody', { i: 6 }],
  ['seat zero', { i: 0 }],
])('a share does not count under another %s', (_, change) => refused({ context: { ...at(1), ...change } }));

test('a share of one bid is not one of another, even of the same dealing', () => {
  const other = systemRandom(32);
  refused({ context: { ...at(1), c: other } });
  refused({ context: { ...at(1), c: other }, share: { ...one.share, c: b64u.encode(other) } });
  refused({ dealing: deal().dealing });
});

test('a share is refused under another key, and one made with another key is too', () => {
  refused({ y: key(2).public });
  const share = openShare({ x: key(2).secret, dealing, context: at(1), random: systemRandom });
  refused({ share });
  refused({ share, y: key(2).public, context: at(2) });
});

test('a wrong D is refused, also one that differs by a known multiple', () => {
  refused({ share: { ...one.share, D: encodePoint(decodePoint(one.share.D).add(B)) } });
  refused({ share: { ...one.share, D: dealing.E[0] as string } });
  refused({ share: { ...one.share, D: encodePoint(decodePoint(one.share.D).negate()) } });
});

test.each([
  ['a response of q', { r: b64u.encode(new Uint8Array(32).fill(255)) }],
  ['a response of zero', { r: encodeScalar(0n) }],
  ['the identity', { a1: b64u.encode(new Uint8Array(33)) }],
])('refuses %s', (_, proof) => refused({ share: { ...one.share, proof: { ...one.share.proof, ...proof } } }));

test('a batch names exactly the wrong shares, so that each is laid to its trustee', () => {
  const right = [1, 2, 3, 4, 5].map(claim);
  expect(verifyShares(right)).toEqual([]);
  const list = right.map((each, index) =>
    index === 1 || index === 4 ? { ...each, context: { ...each.context, stage: 0 } } : each,
  );
  expect(verifyShares(list)).toEqual([1, 4]);
  expect(verifyShares([])).toEqual([]);
});

test('proofs of one share differ each time, its value does not', () => {
  const again = claim(1).share;
  expect(again.D).toBe(one.share.D);
  expect(again.proof.a1).not.toBe(one.share.proof.a1);
});

test('a trustee opens only a seat that the dealing has', () => {
  expect(() => openShare({ x: 1n, dealing, context: at(6), random: systemRandom })).toThrow(
    refusal('SHARE.SHAPE'),
  );
});
