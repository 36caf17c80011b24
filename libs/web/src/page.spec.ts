import { RefusalError } from '#kernel';
import { decodeCursor, encodeCursor, pageOf } from './page.ts';

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
