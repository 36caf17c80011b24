import { canonicalBytes } from '#trust';
import type { Commit } from '#trust';
import { makeLot } from '../../../../test/support/lot-fixture.ts';
import type { LotFixture } from '../../../../test/support/lot-fixture.ts';
import { makeBid } from '../../../../test/support/sealed-bid.ts';
import { ThreadedDealingChecker } from './threaded-dealing-checker.ts';

let lot: LotFixture;
const checker = new ThreadedDealingChecker();
beforeAll(async () => {
  lot = await makeLot();
});
afterAll(() => checker.onModuleDestroy());

const check = (account: string, commit: Commit) =>
  checker.check(account, {
    raw: canonicalBytes(commit),
    lotKeyHash: lot.lotKeyHash,
    suite: lot.lotKey.suite,
    trusteeKeys: lot.lotKey.trustees.map(({ y }) => y),
    k: lot.lotKey.k,
  });

it('takes true proofs and finds the false one among them', async () => {
  const [first, second, third] = [makeBid(lot.lotKey), makeBid(lot.lotKey), makeBid(lot.lotKey)];
  const forged = { ...second.commit, wk: third.commit.wk };
  const answers = [first.commit, forged, third.commit].map((commit, i) => check(`account-${i}`, commit));
  expect(await Promise.all(answers)).toEqual([true, false, true]);
});

it('checks an account that sent a false proof apart, and still truly', async () => {
  const good = makeBid(lot.lotKey);
  expect(await check('account-1', good.commit)).toBe(true);
});

it('refuses a dealing that was moved from another bid', async () => {
  const [own, rival] = [makeBid(lot.lotKey), makeBid(lot.lotKey)];
  const [first, ...rest] = own.commit.dealings;
  expect(
    await check('account-9', { ...own.commit, dealings: [rival.commit.dealings[0] ?? first!, ...rest] }),
  ).toBe(false);
});
