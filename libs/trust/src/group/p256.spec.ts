import fc from 'fast-check';
import { p256, p256_hasher } from '@noble/curves/nist.js';
import { b64u, hex, systemRandom, uint, utf8 } from '../encoding/bytes.ts';
import { journalKeyPair, newKeyPair } from './key-pair.ts';
import { LinearSum, multiScalar } from './multi-scalar.ts';
import {
  B,
  G_PVSS,
  IDENTITY,
  Q,
  challengeOf,
  decodePoint,
  decodeScalar,
  encodePoint,
  encodeScalar,
  invert,
  mod,
  scalarOfWide,
  uncompressed,
} from './p256.ts';
import type { Point, Scalar } from './p256.ts';

const refusal = (code: string) => expect.objectContaining({ code });
const wide = fc.uint8Array({ minLength: 48, maxLength: 48 });
const scalar = wide.map(scalarOfWide);
const encoded = (...bytes: readonly number[]): string => b64u.encode(Uint8Array.from(bytes));
const P = p256.Point.Fp.ORDER;

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

test('g is the pinned point, and nobody renamed the base', () => {
  // Computed a second time by straight-line code from the text of RFC 9380, outside this repository's libraries.
  expect(G_PVSS.toHex(true)).toBe('03ea1f5d9747f12fb46d4b5c18abc74faa40b94f125ec9846e63818ad18bb6a9de');
  expect(B.toHex(true)).toBe('036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296');
});

test('points are read back, in one spelling', () => {
  fc.assert(
    fc.property(scalar, (s) => {
      const point = B.multiply(s);
      const text = encodePoint(point);
      expect(text).toHaveLength(44);
      expect(decodePoint(text).equals(point)).toBe(true);
      expect(encodePoint(decodePoint(text))).toBe(text);
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
          expect(encodePoint(decodePoint(text))).toBe(text);
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
  ['x = p + 5, which is on the curve when reduced', b64u.encode(Uint8Array.of(2, ...uint(P + 5n, 32)))],
  ['an x that is not on the curve', b64u.encode(Uint8Array.of(2, ...uint(1n, 32)))],
  ['32 bytes', b64u.encode(B.toBytes(true).slice(1))],
  ['34 bytes', b64u.encode(Uint8Array.of(...B.toBytes(true), 0))],
])('refuses %s as a point', (_, text) => expect(() => decodePoint(text)).toThrow(refusal('GROUP.POINT')));

test('the identity is never written', () => {
  expect(() => encodePoint(IDENTITY)).toThrow(refusal('GROUP.POINT'));
  expect(() => uncompressed(IDENTITY)).toThrow(refusal('GROUP.POINT'));
});

test('scalars are 32 bytes below q', () => {
  for (const value of [0n, 1n, Q - 1n]) expect(decodeScalar(encodeScalar(value))).toBe(value);
  for (const value of [-1n, Q, 2n ** 256n])
    expect(() => encodeScalar(value)).toThrow(refusal('GROUP.SCALAR'));
  for (const bytes of [uint(Q, 32), uint(2n ** 256n - 1n, 32), uint(1, 31), uint(1, 33), uint(0, 0)]) {
    expect(() => decodeScalar(b64u.encode(bytes))).toThrow(refusal('GROUP.SCALAR'));
  }
});

test('wide bytes become scalars that are never zero', () => {
  expect(scalarOfWide(new Uint8Array(48))).toBe(1n);
  expect(scalarOfWide(uint(Q - 2n, 48))).toBe(Q - 1n);
  expect(scalarOfWide(uint(Q - 1n, 48))).toBe(1n);
  expect(challengeOf(uint(Q, 32))).toBe(0n);
  expect(mod(-1n)).toBe(Q - 1n);
  fc.assert(fc.property(scalar, (s) => expect(mod(s * invert(s))).toBe(1n)));
});

test('key pairs are fresh, or follow from the journal key alone', () => {
  const pair = newKeyPair(systemRandom);
  expect(B.multiply(pair.secret).equals(pair.public)).toBe(true);
  expect(newKeyPair(systemRandom).secret).not.toBe(pair.secret);
  const K = systemRandom(32);
  expect(journalKeyPair(K)).toEqual(journalKeyPair(K));
  expect(journalKeyPair(K).secret).not.toBe(journalKeyPair(systemRandom(32)).secret);
});

const naive = (points: readonly Point[], scalars: readonly Scalar[]): Point =>
  points.reduce((sum, point, i) => sum.add(point.multiplyUnsafe(scalars[i] as Scalar)), IDENTITY);
const pool = Array.from({ length: 130 }, () => newKeyPair(systemRandom).public);

test.each([1, 2, 7, 24, 89, 90, 130])('a sum of %i multiples is the sum', (count) => {
  const points = pool.slice(0, count);
  const edges: Scalar[] = [0n, 1n, Q - 1n, 2n ** 128n, 2n ** 128n - 1n, 2n ** 255n, 127n, 128n, 129n];
  for (let run = 0; run < 3; run++) {
    const scalars = points.map((_, i) =>
      run === 0
        ? (edges[i % edges.length] as Scalar)
        : scalarOfWide(systemRandom(48)) >> (run === 2 ? 128n : 0n),
    );
    expect(multiScalar(points, scalars).equals(naive(points, scalars))).toBe(true);
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

test('hex is what it says', () => expect(hex.encode(G_PVSS.toBytes(true))).toBe(G_PVSS.toHex(true)));
