import fc from 'fast-check';
import { missingParts, PART_BYTES, partCount, partPlan, partSize } from './part-plan.ts';

describe('parts of an envelope', () => {
  it('cover every byte exactly once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 * PART_BYTES }), (length) => {
        const sizes = Array.from({ length: partCount(length) }, (_, n) => partSize(length, n) ?? 0);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(length);
        expect(sizes.slice(0, -1).every((size) => size === PART_BYTES)).toBe(true);
        expect(sizes.at(-1)).toBeGreaterThan(0);
      }),
    );
  });

  it('are none below zero, beyond the end or between two numbers', () => {
    expect([-1, 2, 0.5, Number.NaN].map((n) => partSize(2 * PART_BYTES, n))).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(partSize(2 * PART_BYTES, 1)).toBe(PART_BYTES);
  });

  it('are listed with their size and number', () => {
    expect(partPlan([{ e: 'I', root: '', length: PART_BYTES + 1 }])).toEqual([
      { e: 'I', size: PART_BYTES, count: 2 },
    ]);
  });

  it('are missing until they are there', () => {
    expect(missingParts(4, [2, 0])).toEqual([1, 3]);
    expect(missingParts(1, [0])).toEqual([]);
  });
});
