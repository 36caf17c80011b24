import fc from 'fast-check';
import type { Scalar } from '../group/curve.ts';
import { P256_GROUP as group } from '../group/p256.ts';
import { evaluate, lagrangeAtZero } from './polynomial.ts';

const scalar = fc.uint8Array({ minLength: 48, maxLength: 48 }).map((bytes) => group.scalarOfWide(bytes));

test('any k points of a polynomial of degree k - 1 give its value at zero', () => {
  fc.assert(
    fc.property(
      fc.array(scalar, { minLength: 1, maxLength: 15 }),
      fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], { minLength: 15 }),
      (a, order) => {
        const seats = order.slice(0, a.length);
        const sum = seats.reduce(
          (total, i) => group.mod(total + lagrangeAtZero(group, i, seats) * evaluate(group, a, i)),
          0n,
        );
        expect(sum).toBe(a[0]);
      },
    ),
  );
});

test('evaluates as it is written', () => {
  const a: Scalar[] = [7n, 5n, 3n];
  expect(evaluate(group, a, 2)).toBe(7n + 5n * 2n + 3n * 4n);
  expect(evaluate(group, a, 0)).toBe(7n);
});
