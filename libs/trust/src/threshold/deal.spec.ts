import { newKeyPair } from '../group/key-pair.ts';
import { systemRandom } from '../encoding/bytes.ts';
import { prepareDealing, proveDealing } from './deal.ts';
import { checkDealing } from './check.ts';
import { openShare, verifyShare } from './share.ts';
import { combineShares, openWithSecret } from './open.ts';

test('smoke', () => {
  const keys = Array.from({ length: 5 }, () => newKeyPair(systemRandom));
  const trusteeKeys = keys.map((x) => x.public);
  const p = prepareDealing({
    type: 'bid',
    label: 'l',
    stage: 0,
    audience: 'public',
    seedKey: systemRandom(32),
    trusteeKeys,
    k: 3,
  });
  const body = systemRandom(32);
  const dealing = proveDealing(p, body, systemRandom);
  expect(checkDealing({ dealing, type: 'bid', label: 'l', body, trusteeKeys, k: 3 })).toBe(true);
  expect(checkDealing({ dealing, type: 'draw', label: 'l', body, trusteeKeys, k: 3 })).toBe(false);
  const shares = [1, 3, 5].map((i) => {
    const context = { type: 'bid', lotKeyHash: body, c: body, stage: 0, audience: 'public', i } as const;
    const share = openShare({ x: keys[i - 1]!.secret, dealing, context, random: systemRandom });
    expect(verifyShare({ share, dealing, y: trusteeKeys[i - 1]!, context })).toBe(true);
    return { i, D: share.D };
  });
  expect(combineShares(shares, 3).equals(openWithSecret(p.secret, dealing))).toBe(true);
});
