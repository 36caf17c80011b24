import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { canonicalBytes } from '#trust';
import {
  axeViolations,
  confirmFinal,
  describeInBrowser,
  eventually,
  keepPicture,
  launch,
  openKeyFile,
  openReader,
  overflows,
} from '../support/browser.ts';
import type { Reader } from '../support/browser.ts';
import { loggedReceipt } from '../support/story/bidding.ts';
import type { Caller } from '../support/story/caller.ts';
import { runOpening } from '../support/story/opening.ts';
import { KEY_PASSWORD, writeSecondKey } from '../support/story/second-key.ts';
import { SMALL_BIDDERS, beginSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';
import { publishTender } from '../support/story/tender.ts';

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const AGENCY = '正衡招标代理有限公司';
const [BIDDER] = SMALL_BIDDERS;

describeInBrowser('the opening hall', (executable) => {
  let small: SmallStory;
  let browser: Browser;
  const seats: Reader[] = [];
  const hallPath = (): string => `/lots/${small.story.lot.lotId}/hall`;

  beforeAll(async () => {
    small = await beginSmallStory(60_000);
    browser = await launch(executable);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await small?.close();
  });
  afterEach(async () => {
    const said = seats.flatMap((seat) => seat.said);
    for (const { context } of seats.splice(0)) await context.close();
    expect(said).toEqual([]);
  });

  async function sitDown(size = DESKTOP, language = 'zh-CN'): Promise<Reader> {
    const seat = await openReader(browser, size, language);
    await seat.page.addInitScript(`localStorage.setItem('glasshall.language', '${language}')`);
    seats.push(seat);
    return seat;
  }

  async function keyFileOf(who: Caller | undefined): Promise<string> {
    if (!who) throw new Error('nobody');
    const path = join(small.folder, `${who.name}.p12`);
    await writeSecondKey(small.ca, who, path);
    return path;
  }

  async function receiptFileOf(who: Caller | undefined): Promise<string> {
    const [bid] = small.bids;
    if (!who || !bid) throw new Error('nobody');
    const path = join(small.folder, 'receipt.json');
    await writeFile(path, canonicalBytes(await loggedReceipt(who, bid)));
    return path;
  }

  async function enter({ page }: Reader, keyFile: string | null = null): Promise<void> {
    if (keyFile === null) {
      await page.goto(small.app.url + hallPath());
    } else {
      await page.goto(`${small.app.url}/sign-in?next=${hallPath()}`);
      await openKeyFile(page, keyFile, KEY_PASSWORD);
    }
    await page.locator('[data-moment]').waitFor();
  }

  const moment = ({ page }: Reader, name: string, timeout = 30_000) =>
    page.locator(`[data-moment=${name}]`).waitFor({ timeout });
  const connection = ({ page }: Reader, name: string) => page.locator(`[data-connection=${name}]`).waitFor();
  const log = ({ page }: Reader): Promise<string[]> => page.locator('.hall-log li').allInnerTexts();
  const sameLog = (one: Reader, other: Reader): Promise<void> =>
    eventually(async () => expect(await log(one)).toEqual(await log(other)));
  const rows = ({ page }: Reader) =>
    page.getByRole('region', { name: '每份投标的开启进度与报价' }).locator('tbody tr');

  it('is lived through by agency and bidder, over a cut, to the signed record', async () => {
    const { seats: officials, bidders } = small.story.people;
    const [agencyFile, bidderFile] = [await keyFileOf(officials.agency), await keyFileOf(bidders[0])];
    const agency = await sitDown();
    const bidder = await sitDown();
    const visitor = await sitDown(PHONE);
    await Promise.all([enter(agency, agencyFile), enter(bidder, bidderFile), enter(visitor)]);

    // Before the deadline: time left by the platform's clock, officials, and nothing about bids.
    await moment(visitor, 'waiting');
    expect(await visitor.page.getByRole('timer').innerText()).toMatch(/00:00:\d\d/);
    await agency.page.getByRole('button', { name: '签到', exact: true }).click();
    await visitor.page.locator('.hall-present').getByText(AGENCY).waitFor();
    expect(await bidder.page.getByRole('button', { name: '签到', exact: true }).isDisabled()).toBe(true);
    await bidder.page.getByText('投标人自截止时间起签到').waitFor();
    await visitor.page.getByText('截止后在此逐份列出投标').waitFor();
    expect(await axeViolations(visitor.page)).toEqual([]);
    expect(await overflows(visitor.page)).toBe(false);
    await keepPicture(visitor.page, 'zh-CN/hall-waiting-390');

    await moment(visitor, 'closed', 90_000);
    await rows(visitor).nth(2).waitFor();
    await bidder.page.getByRole('button', { name: '签到', exact: true }).click();
    await agency.page.locator('.hall-present').getByText(BIDDER).waitFor();
    expect(await rows(visitor).count()).toBe(3);

    // No identity is open: who objects shows the receipt of its bid.
    const object = bidder.page.getByRole('button', { name: '提出异议' });
    await bidder.page.getByText('在身份开启之前，平台不知道谁投了标').waitFor();
    await bidder.page.getByLabel('异议内容').fill('请当场核对名单。');
    expect(await object.isDisabled()).toBe(true);
    await bidder.page
      .getByLabel('选择回执 receipt.json')
      .setInputFiles(join(small.bids[0]?.pack.folder ?? '', 'commit.json'));
    await bidder.page.getByText('这个文件不是回执').waitFor();
    await bidder.page.getByLabel('选择回执 receipt.json').setInputFiles(await receiptFileOf(bidders[0]));
    await bidder.page.getByText('将出示的回执').waitFor();
    expect(await axeViolations(bidder.page)).toEqual([]);
    await confirmFinal(bidder.page, '提出异议');
    await agency.page.getByLabel('对第 1 号异议的答复').fill('名单与截止清单一致。');
    await confirmFinal(agency.page, '答复');
    await bidder.page.getByText('名单与截止清单一致。').waitFor();

    // The bidder's connection is cut before the first share, and back after the last price.
    await connection(bidder, 'live');
    await bidder.context.setOffline(true);
    await connection(bidder, 'reconnecting');
    await runOpening(small.story.people, small.story.lot);
    await moment(agency, 'signing');
    for (const price of ['4,000,000.00', '5,000,000.00', '6,000,000.00']) {
      await rows(agency).getByText(price).waitFor();
      expect(await rows(bidder).getByText(price).count()).toBe(0);
    }
    await bidder.context.setOffline(false);
    await moment(bidder, 'signing');
    await sameLog(bidder, agency);
    // The browser's own lines for tries without a network.
    expect(bidder.said.splice(0).filter((line) => !line.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]);
    await eventually(async () => {
      const heard = await visitor.page.locator('[aria-live=polite]').allInnerTexts();
      expect(heard.join(' ')).toContain('全部投标开启完毕');
    });
    await agency.page.getByRole('img', { name: /最低 4,000,000\.00 元，最高 6,000,000\.00 元/ }).waitFor();

    // An objection on the spot, and its answer: by now the platform knows its bidders.
    expect(await bidder.page.getByText('在身份开启之前').count()).toBe(0);
    await bidder.page.getByLabel('异议内容').fill('请说明乙公司的工期是否含节假日。');
    await bidder.page.reload();
    await moment(bidder, 'signing');
    expect(await bidder.page.getByLabel('异议内容').inputValue()).toBe('请说明乙公司的工期是否含节假日。');
    await confirmFinal(bidder.page, '提出异议');
    await agency.page.getByText('尚有异议未答复').waitFor();
    await agency.page.getByLabel('对第 2 号异议的答复').fill('工期以日历天计，含节假日。');
    await confirmFinal(agency.page, '答复');
    await bidder.page.getByText('工期以日历天计，含节假日。').waitFor();
    for (const seat of [agency, bidder, visitor]) {
      await moment(seat, 'signing');
      expect(await axeViolations(seat.page)).toEqual([]);
      expect(await overflows(seat.page)).toBe(false);
    }
    await keepPicture(agency.page, 'zh-CN/hall-signing-1440');

    await confirmFinal(agency.page, '签署开标记录');
    for (const seat of [agency, bidder, visitor]) {
      await moment(seat, 'done');
      await connection(seat, 'over');
      await seat.page.getByText(`${AGENCY} 已签署`).waitFor();
      await sameLog(seat, agency);
    }
  }, 150_000);

  it('shows a hall that is over from its feed, also to who can have no stream', async () => {
    const [first, second] = [await sitDown(), await sitDown(PHONE, 'en')];
    const asked: string[] = [];
    await second.page.route('**/opening/stream*', (route) => route.abort());
    second.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await enter(first);
    await connection(first, 'over');
    expect(await rows(first).count()).toBe(3);
    // What happened before is shown and not read out.
    expect((await first.page.locator('[aria-live=polite]').allInnerTexts()).join('').trim()).toBe('');
    await enter(second);
    await connection(second, 'over');
    expect(asked.some((path) => path.endsWith('/opening/events'))).toBe(true);
    await eventually(async () => expect((await log(second)).length).toBe((await log(first)).length));
    for (const seat of [first, second]) {
      expect(await axeViolations(seat.page)).toEqual([]);
      expect(await overflows(seat.page)).toBe(false);
    }
    await keepPicture(first.page, 'zh-CN/hall-done-1440');
    await keepPicture(second.page, 'en/hall-done-390');
    expect(second.said.splice(0).filter((line) => !line.includes('ERR_FAILED'))).toEqual([]);
  }, 60_000);

  it('fills a projector, and leaves it again', async () => {
    const seat = await sitDown({ width: 1920, height: 1080 });
    await enter(seat);
    await seat.page.getByRole('button', { name: '大屏显示' }).click();
    await seat.page.locator('.hall-board').waitFor();
    expect(await overflows(seat.page)).toBe(false);
    await keepPicture(seat.page, 'zh-CN/hall-board-1920');
    await seat.page.getByRole('button', { name: '退出大屏' }).click();
    await seat.page.locator('.hall-board').waitFor({ state: 'detached' });
  });

  it('is reached from the lot, and says when it is not ready', async () => {
    const seat = await sitDown();
    await seat.page.goto(`${small.app.url}/lots/${small.story.lot.lotId}`);
    await seat.page.getByRole('link', { name: '开标大厅' }).click();
    await moment(seat, 'done');
    const { lotId } = await publishTender(small.story.people, { biddingMs: 3_600_000, waits: 1 });
    await seat.page.goto(`${small.app.url}/lots/${lotId}/hall`);
    await seat.page.getByText('开标大厅尚未就绪').waitFor();
    expect(seat.said.splice(0).filter((line) => !line.includes('404'))).toEqual([]);
  }, 60_000);
});
