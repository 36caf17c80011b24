/** Sums of public multiples, Σ scalar·point: not constant time. */
import { mulAddUnsafe } from '@noble/curves/abstract/curve.js';
import { suiteOfPoint } from '../suite/suite.ts';
import type { Group, Point, Scalar } from './curve.ts';

/** Measured: up to here noble's interleaving (Straus 1964) is faster than buckets. */
const BUCKETS_FROM = 90;

const bitLength = (scalar: Scalar): number => (scalar === 0n ? 0 : scalar.toString(2).length);

/** Point additions that buckets of `width` bits cost: one a digit, and two a bucket and window to gather them. */
const additions = (lengths: readonly number[], width: number): number =>
  lengths.reduce((sum, bits) => sum + bits / width, 0) + (Math.max(...lengths) / width) * 2 ** width;

const WIDTHS = [5, 6, 7, 8, 9, 10, 11, 12];
const cheapestWidth = (lengths: readonly number[]): number =>
  WIDTHS.reduce((best, width) => (additions(lengths, width) < additions(lengths, best) ? width : best));

/** Digits d_j in (−2^(width−1), 2^(width−1)] with scalar = Σ d_j·2^(j·width), the lowest first. */
function signedDigits(scalar: Scalar, width: number): number[] {
  const [base, mask] = [2 ** width, 2n ** BigInt(width) - 1n];
  const digits: number[] = [];
  let carry = 0;
  for (let rest = scalar; rest > 0n || carry > 0; rest >>= BigInt(width)) {
    const digit = Number(rest & mask) + carry;
    carry = digit > base / 2 ? 1 : 0;
    digits.push(digit - carry * base);
  }
  return digits;
}

/** Σ d·bucket_d, from the highest bucket down: every bucket is added once for each step that it lies above zero. */
function gather({ identity }: Group, buckets: readonly (Point | undefined)[]): Point {
  let [running, sum] = [identity, identity];
  for (let digit = buckets.length - 1; digit > 0; digit--) {
    const bucket = buckets[digit];
    if (bucket) running = running.add(bucket);
    sum = sum.add(running);
  }
  return sum;
}

/**
 * Buckets after Pippenger (1976; Bernstein, Doumen, Lange, Oosterwijk, INDOCRYPT 2012, section 4) with signed
 * digits. Unlike noble's, a 128-bit scalar costs half of a long one: more than half of a batch's weights are short.
 */
function inBuckets(group: Group, points: readonly Point[], scalars: readonly Scalar[]): Point {
  const width = cheapestWidth(scalars.map(bitLength));
  const digits = scalars.map((scalar) => signedDigits(scalar, width));
  let sum = group.identity;
  for (let window = Math.max(...digits.map(({ length }) => length)) - 1; window >= 0; window--) {
    for (let bit = 0; bit < width; bit++) sum = sum.double();
    const buckets = new Array<Point | undefined>(2 ** (width - 1) + 1).fill(undefined);
    digits.forEach((ofPoint, at) => {
      const digit = ofPoint[window] ?? 0;
      if (digit === 0) return;
      const point = points[at] as Point;
      const [index, term] = digit < 0 ? [-digit, point.negate()] : [digit, point];
      buckets[index] = buckets[index]?.add(term) ?? term;
    });
    sum = sum.add(gather(group, buckets));
  }
  return sum;
}

/** Σ scalars[i]·points[i], all of `group`, scalars in [0, q); the identity for an empty list. */
export const multiScalar = (group: Group, points: Point[], scalars: Scalar[]): Point =>
  points.length < BUCKETS_FROM
    ? mulAddUnsafe(group.Point, points, scalars)
    : inBuckets(group, points, scalars);

/**
 * Collects terms; a point that occurs again (the same object: g, B, a trustee's key) is multiplied once only. One
 * batch may hold lots of both suites: each group has a sum of its own.
 */
export class LinearSum {
  readonly #sums = new Map<Group, Map<Point, Scalar>>();

  add(point: Point, scalar: Scalar): void {
    const { group } = suiteOfPoint(point);
    const terms = this.#sums.get(group) ?? new Map<Point, Scalar>();
    this.#sums.set(group, terms.set(point, group.mod((terms.get(point) ?? 0n) + scalar)));
  }

  isIdentity(): boolean {
    return [...this.#sums].every(([group, terms]) =>
      multiScalar(group, [...terms.keys()], [...terms.values()]).is0(),
    );
  }
}
