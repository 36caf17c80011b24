import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { canonicalBytes, recoveryWords } from '#trust';
import { readSecrets, seedOf } from '#trust/node';
import {
  axeViolations,
  confirmFinal,
  describeInBrowser,
  expectReadable,
  launch,
  openKeyFile,
  openReader,
} from '../support/browser.ts';
import type { Reader } from '../support/browser.ts';
import { BidderPage } from '../support/story/bidder-page.ts';
import { loggedReceipt, sealBid, submitBid } from '../support/story/bidding.ts';
import type { Acknowledged } from '../support/story/bidding.ts';
import { moveCommitment } from '../support/story/left-out.ts';
import { KEY_PASSWORD, writeSecondKey } from '../support/story/second-key.ts';
import { beginSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';
import { bidOf } from '../support/story/story.ts';
import { makeLotKey, publishTender } from '../support/story/tender.ts';

/** What a bidder has in hand away from the machine that sealed: a certificate, 24 words on paper, and a receipt. */
describeInBrowser('a bidder in a browser that never saw the bid', (executable) => {
  let small: SmallStory;
  let browser: Browser;
  const readers: Reader[] = [];
  const file = (name: string): string => join(small.folder, name);

  beforeAll(async () => {
    // Three bids are taken over before the deadline, and the find-yourself window of 50 seconds is used by hand.
    small = await beginSmallStory(110_000, [0, 1, 2], {}, 'P256', 6);
    await writeFile(file('roots.json'), await (await fetch(`${small.app.url}/api/v1/trust`)).text());
    browser = await launch(executable);
  }, 120_000);
  afterAll(async () => {
    for (const { context } of readers) await context.close();
    await browser?.close();
    await small?.close();
  });

  /** The bid page of a lot, signed in, in a browser of its own that knows the bidder's roots. */
  async function open(who: number, lotId: string, size?: { width: number; height: number }): Promise<Reader> {
    const caller = small.story.people.bidders[who];
    if (!caller) throw new Error('nobody');
    const keyFile = file(`${randomUUID()}.p12`);
    await writeSecondKey(small.ca, caller, keyFile);
    const reader = await openReader(browser, size);
    readers.push(reader);
    await reader.page.goto(`${small.app.url}/sign-in?next=/lots/${lotId}/bid`);
    await openKeyFile(reader.page, keyFile, KEY_PASSWORD);
    await reader.page.getByLabel('选择 roots.json').setInputFiles(file('roots.json'));
    await reader.page.getByText('正在使用的根').waitFor();
    return reader;
  }

  async function inHand(who: number, bid: Acknowledged): Promise<{ words: string; receipt: string }> {
    const caller = small.story.people.bidders[who];
    if (!caller) throw new Error('nobody');
    const receipt = file(`receipt-${bid.c}.json`);
    await writeFile(receipt, canonicalBytes(await loggedReceipt(caller, bid)));
    return { receipt, words: recoveryWords(seedOf(await readSecrets(bid.pack.folder))) };
  }

  async function fillIn(page: Page, receipt: string, words: string): Promise<void> {
    await page.getByLabel('选择这份标书的回执 receipt.json').setInputFiles(receipt);
    await page.getByLabel('恢复码（24 个英文词，以空格分开）').fill(words);
    await page.getByRole('button', { name: '接管这份标书' }).click();
  }

  async function takeOver(page: Page, receipt: string, words: string): Promise<void> {
    await page.getByRole('button', { name: '用恢复码接管' }).click();
    await fillIn(page, receipt, words);
    await page.getByRole('heading', { name: '标书已递交' }).waitFor({ timeout: 30_000 });
  }

  it('takes its bid over, and after the deadline finds it on the list, adds it, or complains', async () => {
    const { lotId } = small.story.lot;
    const seats = await Promise.all([0, 1, 2].map((who) => open(who, lotId)));
    for (const [who, { page }] of seats.entries()) {
      const bid = small.bids[who];
      if (!bid) throw new Error('no bid');
      const { receipt, words } = await inHand(who, bid);
      await takeOver(page, receipt, words);
    }
    const [found, added, missed] = seats.map(({ page }) => page) as [Page, Page, Page];
    // The platform forgets two of three.
    for (const bid of small.bids.slice(1)) {
      await moveCommitment(small.app.database.ownerUrl, bid.c, randomUUID());
    }
    await found.getByText('您的标书在截止清单里').waitFor({ timeout: 150_000 });
    await added.getByText('您的标书不在截止清单里').waitFor({ timeout: 30_000 });
    expect(await axeViolations(added)).toEqual([]);
    await added.getByRole('button', { name: '出示回执，补入清单' }).click();
    await added.getByText('您的标书在截止清单里').waitFor({ timeout: 30_000 });

    // Who comes too late has the receipt to complain by: to the regulator, and in the hall.
    await missed.getByText('核对时间已过').waitFor({ timeout: 90_000 });
    await expectReadable(missed, 'zh-CN/bidder-bid-left-out');
    await missed.getByRole('link', { name: '进入开标大厅，凭回执当场提出异议' }).click();
    await missed.getByRole('button', { name: '签到', exact: true }).click();
    await missed.getByText('将出示的回执').waitFor();
    await missed.getByLabel('异议内容').fill('本单位的标书不在清单里，有回执为证。');
    await confirmFinal(missed, '提出异议');
    await missed.locator('.versions').getByText('本单位的标书不在清单里，有回执为证。').waitFor();
    for (const { said, context } of seats) {
      await context.close();
      expect(said).toEqual([]);
    }
  }, 360_000);

  it('replaces and withdraws a bid by its 24 words, and by no others', async () => {
    const { people } = small.story;
    const [bidder] = people.bidders;
    if (!bidder) throw new Error('nobody');
    const lot = await makeLotKey(people, await publishTender(people, { biddingMs: 4 * 3_600_000, waits: 1 }));
    const bid = await submitBid(
      bidder,
      lot,
      await sealBid(bidder, lot, small.folder, bidOf('5000000.00', 500)),
    );
    const { receipt, words } = await inHand(0, bid);

    const { page, said } = await open(0, lot.lotId, { width: 390, height: 844 });
    await page.getByRole('button', { name: '用恢复码接管' }).click();
    await fillIn(page, receipt, recoveryWords(new Uint8Array(32).fill(7)));
    await page.getByText('这是另一份标书的恢复码').waitFor();
    await page.getByLabel('恢复码（24 个英文词，以空格分开）').fill(words.replace(/^\S+/, 'zebra'));
    await page.getByRole('button', { name: '接管这份标书' }).click();
    await page.getByText(/恢复码不成立|这是另一份标书的恢复码/).waitFor();
    await expectReadable(page, 'zh-CN/bidder-bid-recover');
    await fillIn(page, receipt, words);
    await page.getByRole('heading', { name: '标书已递交' }).waitFor({ timeout: 30_000 });

    await writeFile(file('letter.txt'), '投标函');
    const here = new BidderPage(page, small.app.url, lot.lotId);
    await page.getByRole('button', { name: '准备替换' }).click();
    await page.getByText(/正在准备替换/).waitFor();
    await here.checkKey();
    await here.fillSheet('4900000');
    await here.chooseFiles(file('letter.txt'));
    const next = await here.seal(null);
    await here.confirm(next);
    await page.getByRole('button', { name: '递交标书' }).click();
    await here.submitted();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: '保存回执 receipt.json' }).click();
    await (await download).saveAs(file('second.json'));
    expect(await readFile(file('second.json'), 'utf8')).not.toContain(bid.c);

    // In a third browser the first is told to be over, and the second is withdrawn.
    const third = await open(0, lot.lotId);
    await third.page.getByRole('button', { name: '用恢复码接管' }).click();
    await fillIn(third.page, receipt, words);
    await third.page.getByText('这份标书已经被替换或撤回').waitFor({ timeout: 30_000 });
    await fillIn(third.page, file('second.json'), next.join(' '));
    await third.page.getByRole('heading', { name: '标书已递交' }).waitFor({ timeout: 30_000 });
    await third.page.getByRole('button', { name: '撤回标书' }).click();
    await third.page.getByRole('dialog').getByText('撤回后这份标书不会开启，也不能恢复').waitFor();
    await third.page.getByRole('dialog').getByRole('button', { name: '撤回标书' }).click();
    await third.page.getByText('您已撤回这份标书').waitFor();
    await third.page.getByRole('button', { name: '用恢复码接管' }).click();
    await fillIn(third.page, file('second.json'), next.join(' '));
    await third.page.getByText('这份标书已经被替换或撤回').waitFor({ timeout: 30_000 });
    expect([...said, ...third.said]).toEqual([]);
  }, 180_000);
});
