import { Turns } from './turns.ts';

describe('turns between accounts', () => {
  it('takes one of each account before a second of any', () => {
    const turns = new Turns<string>();
    for (let i = 0; i < 100; i++) turns.add('flood', `f${i}`);
    turns.add('honest', 'h0');
    turns.add('other', 'o0');
    expect(turns.take(4).map(({ entry }) => entry)).toEqual(['f0', 'h0', 'o0', 'f1']);
  });

  it('keeps the order within one account and loses nothing', () => {
    const turns = new Turns<number>();
    for (let i = 0; i < 10; i++) turns.add(i % 2 ? 'a' : 'b', i);
    const all = [...turns.take(3), ...turns.take(100)];
    expect(turns.size).toBe(0);
    expect(all.filter(({ account }) => account === 'a').map(({ entry }) => entry)).toEqual([1, 3, 5, 7, 9]);
    expect(all.filter(({ account }) => account === 'b').map(({ entry }) => entry)).toEqual([0, 2, 4, 6, 8]);
  });

  it('gives an account that came back its turn at the end', () => {
    const turns = new Turns<string>();
    turns.add('a', 'a0');
    turns.add('b', 'b0');
    turns.take(1);
    turns.add('a', 'a1');
    expect(turns.take(2).map(({ entry }) => entry)).toEqual(['b0', 'a1']);
  });
});
