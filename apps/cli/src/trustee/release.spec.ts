import type { LotSecret } from './keystore.ts';
import { boundTo } from './release.ts';

const hash = (letter: string): string => letter.repeat(42) + 'A';
const secret: LotSecret = {
  type: 'trustee-key',
  lot: '5f0c1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b',
  i: 3,
  org: '914400000000000003',
  cert: hash('c'),
  x: hash('x'),
  terms: hash('t'),
  lotKeyHash: hash('l'),
  close: null,
  adds: null,
};

describe('a trustee that has released once', () => {
  it('goes on with the same CLOSE and the same additions', () => {
    const permit = { close: hash('C'), adds: [hash('1')] };
    const kept = boundTo(secret, permit);
    expect(kept).toMatchObject({ close: permit.close });
    expect(boundTo(kept, permit)).toEqual(kept);
  });

  it.each([
    ['one that is dated back to the window', [], ['1']],
    ['one more', ['1'], ['1', '2']],
    ['none any more', ['1'], []],
  ])('refuses other additions: %s', (_, before, after) => {
    const kept = boundTo(secret, { close: hash('C'), adds: before.map(hash) });
    expect(() => boundTo(kept, { close: hash('C'), adds: after.map(hash) })).toThrow(
      expect.objectContaining({ code: 'EVIDENCE.RELEASE_ADD' }),
    );
  });
});
