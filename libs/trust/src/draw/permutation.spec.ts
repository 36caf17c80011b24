import fc from 'fast-check';
import { uint } from '../encoding/index.ts';
import { DrawStream, permutation } from './permutation.ts';
import { drawStrata } from './result.ts';

/** Seeds are hashes in a draw; HKDF asks nothing of them but that no two are alike. */
const seedOf = (number: number): Uint8Array => uint(number, 32);

/** Above this a table of `dof` degrees of freedom is uniform once in a million (Wilson, Hilferty, PNAS 1931). */
const limitOf = (dof: number): number => dof * (1 - 2 / (9 * dof) + 4.7534 * Math.sqrt(2 / (9 * dof))) ** 3;

const chiSquare = (cells: ArrayLike<number>): number => {
  const counts = Array.from(cells);
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
};

const isUniform = (cells: ArrayLike<number>): boolean => chiSquare(cells) < limitOf(cells.length - 1);

const [SEEDS, DRAWS_A_SEED] = [1_000, 1_000];
const [FIRST, SECOND] = [10, 7];
const leavesOf = (size: number): string[] => Array.from({ length: size }, (_, i) => String(i));
const count = (cells: Float64Array, cell: number): void => {
  cells[cell] = (cells[cell] ?? 0) + 1;
};

/** Of ten; one seed's stream serves many draws here, for the sake of time: its words are as independent as two seeds'. */
describe('a million draws of two', () => {
  /** By position: how often each place of the pool stood there. */
  const positions = [0, 1].map(() => new Float64Array(FIRST));
  const pairs = new Float64Array(FIRST * FIRST);

  beforeAll(() => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const stream = new DrawStream(seedOf(seed), 0);
      for (let draw = 0; draw < DRAWS_A_SEED; draw++) {
        const order = permutation(FIRST, stream);
        const [one, two] = [order.next().value as number, order.next().value as number];
        count(positions[0] as Float64Array, one);
        count(positions[1] as Float64Array, two);
        count(pairs, one * FIRST + two);
      }
    }
  }, 300_000);

  it('give every place every position equally often', () => {
    expect(positions.map(isUniform)).toEqual([true, true]);
  });

  it('give every pair of first and second equally often, and none twice the same', () => {
    const diagonal = Array.from({ length: FIRST }, (_, i) => pairs[i * FIRST + i]);
    expect(diagonal).toEqual(new Array(FIRST).fill(0));
    expect(isUniform(pairs.filter((_, cell) => cell % (FIRST + 1) !== 0))).toBe(true);
  });
});

it('each stratum is drawn as if the other were not there', () => {
  const strata = ['a', 'b'].map((name) => ({ name, members: 1, substitutes: 0 }));
  const across = new Float64Array(FIRST * SECOND);
  for (let number = 0; number < 50_000; number++) {
    const drawn = drawStrata({ strata }, [leavesOf(FIRST), leavesOf(SECOND)], seedOf(number));
    const [a, b] = drawn.map(({ members }) => Number(members[0]));
    count(across, (a ?? 0) * SECOND + (b ?? 0));
  }
  expect(isUniform(across)).toBe(true);
}, 120_000);

describe('the same test rejects', () => {
  const DRAWS = 300_000;
  const firstsOf = (below: (seed: Uint8Array) => { below(bound: number): number }): Float64Array => {
    const cells = new Float64Array(FIRST);
    for (let number = 0; number < DRAWS; number++) {
      count(cells, permutation(FIRST, below(seedOf(number))).next().value as number);
    }
    return cells;
  };

  it('a remainder that is taken without throwing anything away', () => {
    const biased = firstsOf((seed) => ({ below: (bound) => (seed[31] ?? 0) % bound }));
    expect(isUniform(biased)).toBe(false);
  });

  it('a shuffle that swaps with any place, and not with those that are left', () => {
    const cells = new Float64Array(6);
    for (let number = 0; number < 20_000; number++) {
      const stream = new DrawStream(seedOf(number), 0);
      const list = [0, 1, 2];
      for (let i = 0; i < 3; i++) {
        const j = stream.below(3);
        [list[i], list[j]] = [list[j] as number, list[i] as number];
      }
      const cell = (list[0] as number) * 2 + ((list[1] as number) > (list[2] as number) ? 1 : 0);
      count(cells, cell);
    }
    expect(isUniform(cells)).toBe(false);
  });
});

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('a permutation', () => {
  it('is one: every place once', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 300 }), (seed, size) => {
        const order = [...permutation(size, new DrawStream(seed, 0))];
        expect([...order].sort((a, b) => a - b)).toEqual(order.map((_, i) => i));
      }),
    );
  });

  it('is that of the textbook’s array, where every place is swapped in memory', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 200 }), (seed, size) => {
        const stream = new DrawStream(seed, 3);
        const list = Array.from({ length: size }, (_, i) => i);
        for (let i = 0; i < size; i++) {
          const j = i + stream.below(size - i);
          [list[i], list[j]] = [list[j] as number, list[i] as number];
        }
        expect([...permutation(size, new DrawStream(seed, 3))]).toEqual(list);
      }),
    );
  });

  it('throws away a word above the last whole multiple, and none below it', () => {
    const seed = seedOf(1);
    const half = new DrawStream(seed, 0);
    const whole = new DrawStream(seed, 0);
    const drawn = Array.from({ length: 400 }, () => whole.below(2 ** 32));
    const kept = drawn.filter((word) => word < 2 ** 31 + 1);
    expect(kept.length).toBeLessThan(drawn.length);
    expect(kept.map(() => half.below(2 ** 31 + 1))).toEqual(kept);
  });
});

describe('strata', () => {
  const plan = fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
    members: fc.integer({ min: 1, max: 9 }),
    substitutes: fc.integer({ min: 0, max: 9 }),
    seed: seeds,
  });

  it('give exactly their quotas, substitutes are never members, and all of it follows from the inputs', () => {
    fc.assert(
      fc.property(plan, ({ sizes, members, substitutes, seed }) => {
        const strata = sizes.map((_, at) => ({ name: String(at), members, substitutes }));
        const eligible = sizes.map((size, at) => leavesOf(size).map((leaf) => `${String(at)}-${leaf}`));
        const drawn = drawStrata({ strata }, eligible, seed);
        drawn.forEach((stratum, at) => {
          const all = [...stratum.members, ...stratum.substitutes];
          expect(new Set(all).size).toBe(all.length);
          expect(all.every((leaf) => eligible[at]?.includes(leaf))).toBe(true);
          const size = sizes[at] ?? 0;
          expect([stratum.members.length, all.length]).toEqual([
            Math.min(members, size),
            Math.min(members + substitutes, size),
          ]);
        });
        expect(drawStrata({ strata }, eligible, seed)).toEqual(drawn);
        const longer = strata.map((each) => ({ ...each, substitutes: substitutes + 5 }));
        drawStrata({ strata: longer }, eligible, seed).forEach((stratum, at) => {
          expect(stratum.members).toEqual(drawn[at]?.members);
          expect(stratum.substitutes.slice(0, substitutes)).toEqual(drawn[at]?.substitutes);
        });
      }),
    );
  });
});
