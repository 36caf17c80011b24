import type { LotSecret } from './keystore.ts';
import { addMs, formatInstant, SystemClock } from '#kernel';
import { Platform } from '../platform/platform.ts';
import type { OpeningAnswer } from '../platform/answers.ts';
import { boundTo, releaseShares } from './release.ts';
import type { Trustee } from './seat.ts';

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

it.each(['waiting', 'closed'])(
  'binds itself to no set while the platform can still add to it (%s), though its own clock is past the window',
  async (state) => {
    const past = formatInstant(addMs(new SystemClock().now(), -1000));
    const record = {
      type: 'close' as const,
      lotKeyHash: hash('l'),
      deadline: past,
      deadlineChange: null,
      checkpoint: '',
      closedAt: past,
      releaseAt: past,
      accepted: [],
      moves: [],
      refused: [],
      intake: [],
      crls: [],
    };
    const close = { record, signatures: [] };
    const opening: OpeningAnswer = {
      state,
      close,
      closeLog: null,
      adds: [],
      addLogs: [],
      trustees: [],
      record: null,
    };
    // Nobody answers at this address: a trustee that went on would say so.
    const trustee = {
      platform: new Platform('http://127.0.0.1:9', 1),
      clock: new SystemClock(),
      permitted: new Map(),
    } as unknown as Trustee;
    const told = await releaseShares(trustee, secret, opening, () => Promise.resolve(true));
    expect(told).toMatchObject({ state: 'waiting', released: [] });
  },
);
