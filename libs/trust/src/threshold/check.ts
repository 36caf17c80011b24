/**
 * Checking dealings at the door (PROTOCOL section 4): exact lengths, points on the curve, scalars below q, and
 *   a1_i = r_i·g + e·X_i,  a2_i = r_i·y_i + e·E_i,  X_i = Σ i^j·C_j  (Schoenmakers, CRYPTO '99, section 3.1).
 * With exactly k commitments p has degree below k, so a dealing that passes opens to one key with any k seats.
 */
import { systemRandom } from '../encoding/bytes.ts';
import type { Random } from '../encoding/bytes.ts';
import { TrustError } from '../encoding/trust-error.ts';
import type { Point, Scalar } from '../group/curve.ts';
import type { Dealing } from '../records/index.ts';
import { suiteOfPoint } from '../suite/suite.ts';
import { falseClaims } from './batch.ts';
import type { Claim } from './batch.ts';
import { dealingChallenge } from './challenge.ts';
import type { DealingType } from './labels.ts';

export interface DealingClaim {
  readonly dealing: Dealing;
  readonly type: DealingType;
  /** Made by the checker from the carrying record (`bidLabel`, `journalLabel`), never taken from the dealer. */
  readonly label: string;
  /** Likewise (`commitBody`, `journalBody`): 32 bytes. */
  readonly body: Uint8Array;
  /** LOTKEY's y_1…y_n (`trusteeKeysOf`); pass the same objects for all, so that a batch multiplies them once. */
  readonly trusteeKeys: readonly Point[];
  readonly k: number;
}

const negated = (points: readonly Point[]): Point[] => points.map((point) => point.negate());

function claimOf({ dealing, type, label, body, trusteeKeys: y, k }: DealingClaim): Claim {
  const n = y.length;
  const exact =
    dealing.C.length === k &&
    [dealing.E, dealing.a1, dealing.a2, dealing.r].every((list) => list.length === n);
  if (n === 0 || !exact || body.length !== 32) throw new TrustError('DEALING.SHAPE', { n, k });
  const { group } = suiteOfPoint(y[0] as Point);
  const [C, E, a1, a2] = [dealing.C, dealing.E, dealing.a1, dealing.a2].map((list) =>
    list.map((point) => group.decodePoint(point)),
  ) as [Point[], Point[], Point[], Point[]];
  const r = dealing.r.map((scalar) => group.decodeScalar(scalar));
  const e = dealingChallenge({ type, label, body, y, C, E, a1, a2 });
  const [minusA1, minusA2] = [negated(a1), negated(a2)];
  return (sum, weight) => {
    const onC: Scalar[] = C.map(() => 0n);
    for (let index = 0; index < n; index++) {
      const [u, v, ri] = [weight(), weight(), r[index] as Scalar];
      sum.add(group.g, group.mod(u * ri));
      let power = group.mod(u * e);
      for (let j = 0; j < k; j++) {
        onC[j] = group.mod((onC[j] as Scalar) + power);
        power = group.mod(power * BigInt(index + 1));
      }
      sum.add(minusA1[index] as Point, u);
      sum.add(y[index] as Point, group.mod(v * ri));
      sum.add(E[index] as Point, group.mod(v * e));
      sum.add(minusA2[index] as Point, v);
    }
    C.forEach((point, j) => sum.add(point, onC[j] as Scalar));
  };
}

/** The claim, or null when the other side's bytes cannot be read as one. */
export function readable<T>(read: (input: T) => Claim): (input: T) => Claim | null {
  return (input) => {
    try {
      return read(input);
    } catch (error) {
      if (error instanceof TrustError) return null;
      throw error;
    }
  };
}

/** Indexes of the dealings that are not valid, ascending: all in one batch, halved where it fails. */
export const checkDealings = (list: readonly DealingClaim[], random: Random = systemRandom): number[] =>
  falseClaims(list.map(readable(claimOf)), random);

/** True iff the dealing is valid. */
export const checkDealing = (claim: DealingClaim, random: Random = systemRandom): boolean =>
  checkDealings([claim], random).length === 0;
