/** Sums of public multiples: Σ scalar·point, in whichever way is fastest for the size. */
import { p256 } from '@noble/curves/nist.js';
import { mulAddUnsafe, pippenger } from '@noble/curves/abstract/curve.js';
import { mod } from './p256.ts';
import type { Point, Scalar } from './p256.ts';

/** Measured crossover of interleaving (Straus 1964) and buckets (Pippenger 1976) with noble's P-256. */
const BUCKETS_FROM = 90;

/** Σ scalars[i]·points[i], scalars in [0, q). Not constant time: public values only. */
export const multiScalar = (points: Point[], scalars: Scalar[]): Point =>
  points.length < BUCKETS_FROM
    ? mulAddUnsafe(p256.Point, points, scalars)
    : pippenger(p256.Point, points, scalars);

/** Collects terms; a point that occurs again (the same object: g, B, a trustee's key) is multiplied once only. */
export class LinearSum {
  readonly #terms = new Map<Point, Scalar>();

  add(point: Point, scalar: Scalar): void {
    this.#terms.set(point, mod((this.#terms.get(point) ?? 0n) + scalar));
  }

  isIdentity(): boolean {
    return multiScalar([...this.#terms.keys()], [...this.#terms.values()]).is0();
  }
}
