import { forgetBidDraft } from './bid-draft.ts';

const kept = new Map<string, string>();

beforeAll(() => {
  // What a browser gives a page.
  Object.assign(globalThis, { localStorage: { removeItem: (name: string) => kept.delete(name) } });
});

it('forgets the price of one bid: of this organisation and this lot alone', () => {
  const names = ['a:bid:1', 'a:bid:2', 'b:bid:1', 'a:question:1'].map((each) => `glasshall:draft:${each}`);
  for (const name of names) kept.set(name, '{"price":"1.00"}');
  forgetBidDraft('a', '1');
  expect([...kept.keys()]).toEqual(names.slice(1));
});
