import { RefusalError } from '#kernel';
import { decodeCursor, encodeCursor, pageOf, timePosition } from './page.ts';

describe('cursor', () => {
  it('comes back as it was given', () => {
    expect(decodeCursor(encodeCursor(['2026-01-01', 7]), ['string', 'number'])).toEqual(['2026-01-01', 7]);
  });

  const position = encodeCursor(['a', 1]);
  it.each([
    ['another text', 'not a cursor'],
    ['padding', `${position}=`],
    ['a byte more', `${position}A`],
    ['another shape', encodeCursor([1, 'a'])],
    ['a fraction', encodeCursor(['a', 1.5])],
    ['a number beyond every id', encodeCursor(['a', 2 ** 53])],
    ['a value too few', encodeCursor(['a'])],
    ['another form of the same value', Buffer.from('["a", 1]').toString('base64url')],
    ['no list', Buffer.from('{"0":"a","1":1,"length":2}').toString('base64url')],
    ['nothing', ''],
  ])('refuses %s', (_name, cursor) => {
    expect(() => decodeCursor(cursor, ['string', 'number'])).toThrow(RefusalError);
  });
});

describe('position by time', () => {
  const id = '0198c0de-0000-7000-8000-000000000001';
  const at = (...position: (string | number)[]) => timePosition({ limit: 1, cursor: encodeCursor(position) });

  it('is where the cursor says, or the start', () => {
    expect(at(0, id)).toEqual([0, id]);
    expect(at(253_402_300_799_999, id)).toEqual([253_402_300_799_999, id]);
    expect(timePosition({ limit: 1 })).toBeNull();
  });

  it.each([
    ['an instant of a year with five digits', [253_402_300_800_000, id]],
    ['an instant before all', [-1, id]],
    ['no id', [1, 'x']],
    ['an id alone', [id]],
  ] as const)('refuses %s', (_name, position) => {
    expect(() => at(...position)).toThrow(RefusalError);
  });
});

describe('page', () => {
  const shape = { position: (n: number) => [n], item: (n: number) => `item ${n}` };

  it('ends with a cursor while there is more', () => {
    const page = pageOf([1, 2, 3], 2, shape);
    expect(page.items).toEqual(['item 1', 'item 2']);
    expect(decodeCursor(page.nextCursor ?? '', ['number'])).toEqual([2]);
  });

  it('ends without one on the last page', () => {
    expect(pageOf([1, 2], 2, shape).nextCursor).toBeNull();
    expect(pageOf([], 2, shape)).toEqual({ items: [], nextCursor: null });
  });
});
