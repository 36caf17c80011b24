import { followedBy, toggleFollowed } from './followed.ts';

const kept = new Map<string, string>();

beforeAll(() => {
  // What a browser gives a page.
  const localStorage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
  };
  Object.assign(globalThis, { localStorage });
});

it('keeps what each organisation follows apart, on a machine that several use', () => {
  const [one, other] = ['914400000000000101', '914400000000000102'];
  toggleFollowed(one, 'lot-1');
  toggleFollowed(one, 'lot-2');
  toggleFollowed(other, 'lot-3');
  toggleFollowed(one, 'lot-1');
  expect([followedBy(one), followedBy(other)]).toEqual([['lot-2'], ['lot-3']]);
  expect([...kept]).toEqual([
    [`glasshall:followed:${one}`, '["lot-2"]'],
    [`glasshall:followed:${other}`, '["lot-3"]'],
  ]);
});
