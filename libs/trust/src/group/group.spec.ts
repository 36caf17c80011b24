import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { p256_hasher } from '@noble/curves/nist.js';
import { b64u, concat, hex, readUint, systemRandom, uint, utf8 } from '../encoding/bytes.ts';
import type { SuiteId } from '../records/index.ts';
import { SM2_CURVE, SSWU_Z, Sm2Point, sm2Hasher } from '../sm/sm2p256v1.ts';
import { suiteOf } from '../suite/index.ts';
import { encodePoint, uncompressed } from './curve.ts';
import type { Point, Scalar } from './curve.ts';
import { journalKeyPair, newKeyPair } from './key-pair.ts';
import { LinearSum, multiScalar } from './multi-scalar.ts';

const refusal = (code: string) => expect.objectContaining({ code });
const encoded = (...bytes: readonly number[]): string => b64u.encode(Uint8Array.from(bytes));

// RFC 9380 appendix J.1.1
const RFC9380: readonly (readonly [string, string])[] = [
  ['', '032c15230b26dbc6fc9a37051158c95b79656e17a1a920b11394ca91c44247d3e4'],
  ['abc', '020bb8b87485551aa43ed54f009230450b492fead5f1cc91658775dac4a3388a0f'],
  ['abcdef0123456789', '0365038ac8f2b1def042a5df0b33b1f4eca6bff7cb0f9c6c1526811864e544ed80'],
  [`q128_${'q'.repeat(128)}`, '024be61ee205094282ba8a2042bcb48d88dfbb609301c49aa8b078533dc65a0b5d'],
  [`a512_${'a'.repeat(512)}`, '02457ae2981f70ca85d8e24c308b14db22f3e3862c5ea0f652ca38b5e49cd64bc5'],
];
test.each(RFC9380)('hashes %j to the curve as RFC 9380 does', (message, expected) => {
  const point = p256_hasher.hashToCurve(utf8.encode(message), {
    DST: 'QUUX-V01-CS02-with-P256_XMD:SHA-256_SSWU_RO_',
  });
  expect(point.toHex(true)).toBe(expected);
});

/** Of each suite: its generators, the least x > 0 of a point, and the least that no point has. */
const PINNED = {
  P256: {
    g: '03ea1f5d9747f12fb46d4b5c18abc74faa40b94f125ec9846e63818ad18bb6a9de',
    B: '036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
    on: 5n,
    off: 1n,
  },
  SM: {
    g: '0308a48d93762b44175cf005fae263bac1cd2247341cfe3d5cbf6b2bc2a2b48405',
    B: '0232c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7',
    on: 1n,
    off: 2n,
  },
};

describe.each<SuiteId>(['P256', 'SM'])('the group of suite %s', (id) => {
  const { group } = suiteOf(id);
  const { B, Q, g } = group;
  const pinned = PINNED[id];
  const wide = fc.uint8Array({ minLength: 48, maxLength: 48 });
  const scalar = wide.map((bytes) => group.scalarOfWide(bytes));
  const P = group.Point.Fp.ORDER;

  test('g is the pinned point, and nobody renamed the base', () => {
    // Computed a second time by straight-line code from the text of RFC 9380, outside this repository's libraries.
    expect(g.toHex(true)).toBe(pinned.g);
    expect(B.toHex(true)).toBe(pinned.B);
  });

  test('points are read back, in one spelling', () => {
    fc.assert(
      fc.property(scalar, (s) => {
        const point = B.multiply(s);
        const text = encodePoint(point);
        expect(text).toHaveLength(44);
        expect(group.decodePoint(text).equals(point)).toBe(true);
        expect(encodePoint(group.decodePoint(text))).toBe(text);
        expect(uncompressed(point)).toHaveLength(65);
      }),
      { numRuns: 20 },
    );
  });

  test('no other bytes are a point: about half of all x have none, and the rest read back as they are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 33, maxLength: 33 }),
        fc.constantFrom(0, 2, 3, 4, 5, 255),
        (bytes, prefix) => {
          const text = b64u.encode(bytes.with(0, prefix));
          try {
            expect(encodePoint(group.decodePoint(text))).toBe(text);
            expect([2, 3]).toContain(prefix);
          } catch (error) {
            expect(error).toEqual(refusal('GROUP.POINT'));
          }
        },
      ),
    );
  });

  test.each([
    ['nothing', ''],
    ['the identity of SEC 1', encoded(0)],
    ['the identity, padded', encoded(...new Array<number>(33).fill(0))],
    ['an uncompressed point', b64u.encode(B.toBytes(false))],
    ['a hybrid point', b64u.encode(B.toBytes(true).with(0, 6))],
    ['x = p', b64u.encode(Uint8Array.of(2, ...uint(P, 32)))],
    [
      'an x above p that is on the curve when reduced',
      b64u.encode(Uint8Array.of(2, ...uint(P + pinned.on, 32))),
    ],
    ['an x that is not on the curve', b64u.encode(Uint8Array.of(2, ...uint(pinned.off, 32)))],
    ['32 bytes', b64u.encode(B.toBytes(true).slice(1))],
    ['34 bytes', b64u.encode(Uint8Array.of(...B.toBytes(true), 0))],
  ])('refuses %s as a point', (_, text) =>
    expect(() => group.decodePoint(text)).toThrow(refusal('GROUP.POINT')),
  );

  test('the identity is never written', () => {
    expect(() => encodePoint(group.identity)).toThrow(refusal('GROUP.POINT'));
    expect(() => uncompressed(group.identity)).toThrow(refusal('GROUP.POINT'));
  });

  test('scalars are 32 bytes below q', () => {
    for (const value of [0n, 1n, Q - 1n]) expect(group.decodeScalar(group.encodeScalar(value))).toBe(value);
    for (const value of [-1n, Q, 2n ** 256n])
      expect(() => group.encodeScalar(value)).toThrow(refusal('GROUP.SCALAR'));
    for (const bytes of [uint(Q, 32), uint(2n ** 256n - 1n, 32), uint(1, 31), uint(1, 33), uint(0, 0)]) {
      expect(() => group.decodeScalar(b64u.encode(bytes))).toThrow(refusal('GROUP.SCALAR'));
    }
  });

  test('wide bytes become scalars that are never zero', () => {
    expect(group.scalarOfWide(new Uint8Array(48))).toBe(1n);
    expect(group.scalarOfWide(uint(Q - 2n, 48))).toBe(Q - 1n);
    expect(group.scalarOfWide(uint(Q - 1n, 48))).toBe(1n);
    expect(group.challengeOf(uint(Q, 32))).toBe(0n);
    expect(group.mod(-1n)).toBe(Q - 1n);
    fc.assert(fc.property(scalar, (s) => expect(group.mod(s * group.invert(s))).toBe(1n)));
  });

  test('key pairs are fresh, or follow from the journal key alone', () => {
    const pair = newKeyPair(systemRandom, id);
    expect(B.multiply(pair.secret).equals(pair.public)).toBe(true);
    expect(newKeyPair(systemRandom, id).secret).not.toBe(pair.secret);
    const K = systemRandom(32);
    expect(journalKeyPair(K, id)).toEqual(journalKeyPair(K, id));
    expect(journalKeyPair(K, id).secret).not.toBe(journalKeyPair(systemRandom(32), id).secret);
  });

  const naive = (points: readonly Point[], scalars: readonly Scalar[]): Point =>
    points.reduce((sum, point, i) => sum.add(point.multiplyUnsafe(scalars[i] as Scalar)), group.identity);
  const pool = Array.from({ length: 130 }, () => newKeyPair(systemRandom, id).public);

  test.each([1, 2, 7, 24, 89, 90, 130])('a sum of %i multiples is the sum', (count) => {
    const points = pool.slice(0, count);
    const edges: Scalar[] = [0n, 1n, Q - 1n, 2n ** 128n, 2n ** 128n - 1n, 2n ** 255n, 127n, 128n, 129n];
    for (let run = 0; run < 3; run++) {
      const scalars = points.map((_, i) =>
        run === 0
          ? (edges[i % edges.length] as Scalar)
          : group.scalarOfWide(systemRandom(48)) >> (run === 2 ? 128n : 0n),
      );
      expect(multiScalar(group, points, scalars).equals(naive(points, scalars))).toBe(true);
    }
  });

  test('a sum knows when it is the identity, and adds up what is named again', () => {
    const [point] = pool as [Point];
    const sum = new LinearSum();
    expect(sum.isIdentity()).toBe(true);
    sum.add(point, 5n);
    expect(sum.isIdentity()).toBe(false);
    sum.add(point, Q - 3n);
    sum.add(point.negate(), 2n);
    expect(sum.isIdentity()).toBe(true);
  });

  test('hex is what it says', () => expect(hex.encode(g.toBytes(true))).toBe(g.toHex(true)));
});

test('one batch may hold both groups, and neither covers the other', () => {
  const [one, two] = [newKeyPair(systemRandom).public, newKeyPair(systemRandom, 'SM').public];
  const sum = new LinearSum();
  for (const point of [one, one.negate(), two]) sum.add(point, 7n);
  expect(sum.isIdentity()).toBe(false);
  sum.add(two.negate(), 7n);
  expect(sum.isIdentity()).toBe(true);
});

describe('the map to sm2p256v1, from the text of RFC 9380', () => {
  const F = Sm2Point.Fp;
  const { a: A, b: B } = SM2_CURVE;
  const curve = (x: bigint): bigint => F.add(F.add(F.mul(F.sqr(x), x), F.mul(A, x)), B);
  const isSquare = (x: bigint): boolean => F.eql(x, 0n) || F.eql(F.pow(x, (F.ORDER - 1n) / 2n), F.ONE);
  const sm3 = (...parts: Uint8Array[]): Uint8Array =>
    createHash('sm3')
      .update(concat(...parts))
      .digest();

  /** expand_message_xmd to 96 bytes (section 5.3.1), over node:crypto's SM3. */
  function expand(message: Uint8Array, dst: string): Uint8Array {
    const prime = concat(utf8.encode(dst), uint(dst.length, 1));
    const b0 = sm3(new Uint8Array(64), message, uint(96, 2), uint(0, 1), prime);
    const blocks: Uint8Array[] = [];
    for (let i = 1; i <= 3; i++) {
      const last = blocks.at(-1);
      const mixed = last ? b0.map((byte, at) => byte ^ (last[at] as number)) : b0;
      blocks.push(sm3(mixed, uint(i, 1), prime));
    }
    return concat(...blocks);
  }

  /** map_to_curve_simple_swu as section 6.6.2 defines it, not as appendix F computes it. */
  function map(u: bigint): Point {
    const Z = SSWU_Z;
    const zu2 = F.mul(Z, F.sqr(u));
    const denominator = F.add(F.sqr(zu2), zu2);
    const x1 = F.is0(denominator)
      ? F.div(B, F.mul(Z, A))
      : F.mul(F.div(F.neg(B), A), F.add(F.ONE, F.inv(denominator)));
    const x = isSquare(curve(x1)) ? x1 : F.mul(zu2, x1);
    const y = F.sqrt(curve(x));
    return Sm2Point.fromAffine({ x, y: (y & 1n) === (u & 1n) ? y : F.neg(y) });
  }

  test.each(['g', '', 'abc', 'q'.repeat(200)])('takes %j to the same point', (message) => {
    const dst = 'glasshall/1/pvss';
    const bytes = expand(utf8.encode(message), dst);
    const [u0, u1] = [bytes.subarray(0, 48), bytes.subarray(48)].map((part) => F.create(readUint(part)));
    const sum = map(u0 as bigint).add(map(u1 as bigint));
    expect(sm2Hasher.hashToCurve(utf8.encode(message), { DST: dst }).toHex(true)).toBe(sum.toHex(true));
  });

  test('uses the Z that appendix H.2 finds', () => {
    const fits = (z: bigint): boolean =>
      !isSquare(z) &&
      !F.eql(z, F.neg(F.ONE)) &&
      !hasRoot(F.sub(B, z)) &&
      isSquare(curve(F.div(B, F.mul(z, A))));
    const candidates = Array.from({ length: 9 }, (_, i) => [BigInt(i + 1), -BigInt(i + 1)]).flat();
    expect(candidates.map((z) => F.create(z)).find(fits)).toBe(SSWU_Z);
  });

  /** Whether x³ + Ax + c has a root: the greatest common divisor with x^p − x has a degree above zero. */
  function hasRoot(c: bigint): boolean {
    const power = powerOfX(c);
    let [one, two] = [[c, A, 0n, 1n], [power[0], F.sub(power[1] as bigint, F.ONE), power[2]] as bigint[]];
    while (degree(two) >= 0) [one, two] = [two, remainder(one, two)];
    return degree(one) > 0;
  }

  /** x^p modulo x³ + Ax + c. */
  function powerOfX(c: bigint): bigint[] {
    const times = (u: readonly bigint[], v: readonly bigint[]): bigint[] => {
      const product = [0n, 0n, 0n, 0n, 0n];
      u.forEach((ui, i) =>
        v.forEach((vj, j) => (product[i + j] = F.add(product[i + j] as bigint, F.mul(ui, vj)))),
      );
      return remainder(product, [c, A, 0n, 1n]).slice(0, 3);
    };
    let [result, square] = [
      [1n, 0n, 0n],
      [0n, 1n, 0n],
    ];
    for (let rest = F.ORDER; rest > 0n; rest >>= 1n) {
      if (rest & 1n) result = times(result, square);
      square = times(square, square);
    }
    return result;
  }

  const degree = (f: readonly bigint[]): number => f.findLastIndex((coefficient) => coefficient !== 0n);

  function remainder(f: readonly bigint[], by: readonly bigint[]): bigint[] {
    const rest = [...f];
    const top = degree(by);
    const inverse = F.inv(by[top] as bigint);
    for (let at = degree(rest); at >= top; at = degree(rest)) {
      const factor = F.mul(rest[at] as bigint, inverse);
      for (let i = 0; i <= top; i++)
        rest[at - top + i] = F.sub(rest[at - top + i] as bigint, F.mul(factor, by[i] as bigint));
    }
    return rest;
  }
});
