import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import {
  axeViolations,
  describeInBrowser,
  expectFits,
  expectReadable,
  launch,
  openKeyFile,
  openReader,
} from '../support/browser.ts';
import { launchWithProfile, longestTask, memoryWhile } from '../support/browser-load.ts';
import { runCommand } from '../support/command.ts';
import { BidderPage } from '../support/story/bidder-page.ts';
import { beginBidderStory } from '../support/story/bidder-story.ts';
import type { BidderStory } from '../support/story/bidder-story.ts';
import { runOpening, signOpeningRecord } from '../support/story/opening.ts';
import { makeLotKey, publishTender } from '../support/story/tender.ts';
import { makeFile } from '../bench/bulk.ts';

const MIB = 1024 * 1024;
const LARGE_MB = 300;

describeInBrowser('a bidder in the browser', (executable) => {
  let world: BidderStory;
  let browser: Browser;
  let context: BrowserContext;
  let said: string[];
  let page: Page;
  let bidder: BidderPage;
  const file = (name: string): string => world.file(name);

  beforeAll(async () => {
    world = await beginBidderStory(4 * 3_600_000);
    await writeFile(file('drawings.bin'), randomBytes(18 * MIB + 5));
    await writeFile(file('letter.txt'), '投标函');
    browser = await launch(executable);
    ({ context, page, said } = await openReader(browser));
    bidder = new BidderPage(page, world.app.url, world.story.lot.lotId);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });
  afterEach(() => {
    expect(said.splice(0)).toEqual([]);
  });
  /** Readable to everybody and on a phone; where pictures are wanted, in both languages. */
  const good = async (name: string): Promise<void> => {
    await expectReadable(page, `zh-CN/bidder-${name}`);
    if (process.env['SCREENSHOTS'] === undefined) return;
    await page.getByRole('button', { name: 'Switch to English' }).click();
    await expectFits(page, `en/bidder-${name}`);
    await page.getByRole('button', { name: '切换为中文' }).click();
  };
  let words: string[];

  it('prepares by the checklist: key checked against own roots, sheet with the law’s limits, files', async () => {
    await bidder.signIn(world.key.p12, world.key.password);
    await bidder.chooseRoots(world.roots);
    const seal = page.getByRole('button', { name: '密封', exact: true });
    expect(await seal.isDisabled()).toBe(true);
    await bidder.checkKey();
    await page.getByLabel('投标报价（元）').fill('9000000.01');
    await page.getByText('高于最高投标限价，依法会被否决').waitFor();
    await bidder.fillSheet('8,120,000');
    await page.getByText('¥ 8,120,000.00').waitFor();
    await bidder.chooseFiles(file('drawings.bin'), file('letter.txt'));
    expect(await seal.isDisabled()).toBe(false);
    await good('bid-prepare');
  }, 90_000);

  it('keeps the draft over a reload; files are chosen again', async () => {
    await page.reload();
    await page.getByText('刷新后浏览器不再持有这个文件，请重新选择').first().waitFor();
    expect(await page.getByLabel('投标报价（元）').inputValue()).toBe('8,120,000');
    expect(await page.getByRole('button', { name: '密封', exact: true }).isDisabled()).toBe(true);
    await page.getByText('正在使用的根').waitFor();
    await bidder.chooseFiles(file('drawings.bin'), file('letter.txt'));
  });

  it('seals in threads that cannot open a connection, tests the bid, and shows the recovery code', async () => {
    const scripts: string[] = [];
    context.on('response', (response) => {
      if (response.url().includes('seal.worker'))
        void response.allHeaders().then((headers) => scripts.push(headers['content-security-policy'] ?? ''));
    });
    await bidder.checkKey();
    const begun: string[] = [];
    page.on('worker', (worker) => begun.push(worker.url()));
    words = await bidder.seal(world.key);
    expect(words).toHaveLength(24);
    // One that seals, another that tests.
    expect(begun.length).toBeGreaterThanOrEqual(2);
    expect(scripts).not.toEqual([]);
    expect(
      scripts.every((policy) => policy.includes("default-src 'none'") && !policy.includes('connect-src')),
    ).toBe(true);
    await page.getByText(/自检通过：2 个文件/).waitFor();
    await good('bid-recovery');
    await page.getByLabel(/请输入第 \d+ 个词/).fill('abandon-not');
    await page.keyboard.press('Enter');
    await page.getByText('不是这个词').waitFor();
    await page.reload();
    await bidder.confirm(words);
  }, 90_000);

  it('goes on after a reload in the middle of the upload, sending only what is missing', async () => {
    const parts: string[] = [];
    let held = 0;
    await page.route('**/parts/*', async (route) => {
      const url = route.request().url();
      // The first part of the drawings arrives; the others hang, as on a dying connection.
      if (/E1\/parts\/0$/.test(url)) return route.continue();
      held++;
      return undefined;
    });
    const first = page.waitForResponse((response) => /E1\/parts\/0$/.test(response.url()));
    await page.getByRole('button', { name: '递交标书' }).click();
    await first;
    await page.getByText('平台已登记，到达时间').waitFor();
    expect(held).toBeGreaterThan(0);
    await page.reload();
    await page.unroute('**/parts/*');
    page.on('request', (request) => {
      if (request.method() === 'PUT') parts.push(request.url().replace(/.*envelopes/, ''));
    });
    await page.getByRole('button', { name: '继续上传' }).click();
    await bidder.submitted();
    expect(parts).not.toContain('/E1/parts/0');
    expect(parts).toContain('/E1/parts/1');
    await page.getByText('您不需要再做任何事').waitFor();
    await good('bid-done');
  }, 90_000);

  it('gives a package and a receipt that the command line takes', async () => {
    const folder = file('exported');
    await mkdir(folder);
    const names = await bidder.exportTo(folder);
    expect(names).toEqual(
      expect.arrayContaining([
        'I.sealed',
        'E0.sealed',
        'E1.sealed',
        'commit.json',
        'private.json',
        'receipt.json',
      ]),
    );
    const tested = await runCommand(['self-test', folder]);
    expect([tested.stderr, tested.data['ok'], tested.data['files']]).toEqual([expect.any(String), true, 3]);
    const verified = await runCommand([
      'receipt',
      'verify',
      join(folder, 'receipt.json'),
      '--trust',
      world.roots,
      '--commit',
      join(folder, 'commit.json'),
    ]);
    expect(verified.data).toMatchObject({
      ok: true,
      kind: 'commit',
      inTime: true,
      stored: true,
      logged: true,
    });
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: '保存回执 receipt.json' }).click();
    await (await download).saveAs(file('receipt.json'));
    expect(await readFile(file('receipt.json'))).toEqual(await readFile(join(folder, 'receipt.json')));
  }, 90_000);

  it('replaces the bid: the old one stands until the new one is stored', async () => {
    await page.getByRole('button', { name: '准备替换' }).click();
    await page.getByText(/正在准备替换/).waitFor();
    await bidder.checkKey();
    // Nothing of the submitted price stays in this browser's drafts.
    expect(await page.getByLabel('投标报价（元）').inputValue()).toBe('');
    await bidder.fillSheet('7999999.99');
    await bidder.chooseFiles(file('letter.txt'));
    await bidder.confirm(await bidder.seal(world.key));
    await page.getByRole('button', { name: '递交标书' }).click();
    await bidder.submitted();
    await page.getByRole('link', { name: '我的投标' }).click();
    const table = page.getByRole('table', { name: '这台电脑上的标书' });
    await table.waitFor();
    expect(await table.getByRole('row').allInnerTexts()).toEqual([
      expect.anything(),
      expect.stringContaining('已递交'),
      expect.stringContaining('已被替换'),
    ]);
    await good('bids');
  }, 90_000);

  it('withdraws it, by keyboard alone, and says what follows', async () => {
    await page.getByRole('table').getByRole('link').first().click();
    await bidder.submitted();
    await pressAt('撤回标书');
    await page.getByRole('dialog').getByText('撤回后这份标书不会开启').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    // Behind a dialog the language cannot be changed.
    await expectFits(page, 'zh-CN/bidder-bid-withdraw');
    await pressAt('撤回标书');
    await page.getByText('您已撤回这份标书').waitFor();
    await page.getByRole('heading', { name: '五、密封' }).waitFor();
  }, 90_000);

  it('follows a lot in this browser alone', async () => {
    const sent: string[] = [];
    page.on('request', (request) => sent.push(`${request.method()} ${request.postData() ?? ''}`));
    await pressAt('关注');
    await page.getByRole('link', { name: '我的投标' }).click();
    await page.getByRole('table', { name: '关注的标段' }).getByRole('link').waitFor();
    expect(sent.filter((each) => !each.startsWith('GET'))).toEqual([]);
  });

  it('says what happens after the deadline: found on the list, then the outcome; a latecomer is told calmly', async () => {
    const { people } = world.story;
    const lot = await makeLotKey(people, await publishTender(people, { biddingMs: 45_000, waits: 100 }));
    const mine = new BidderPage(page, world.app.url, lot.lotId);
    await page.goto(`${world.app.url}/lots/${lot.lotId}/bid`);
    await page.getByText('离截止不到十分钟').waitFor();
    await mine.checkKey();
    await mine.fillSheet('8000000');
    await mine.chooseFiles(file('letter.txt'));
    await mine.confirm(await mine.seal(world.key));
    await page.getByRole('button', { name: '递交标书' }).click();
    await mine.submitted();
    await page.getByText('您的标书在截止清单里').waitFor({ timeout: 60_000 });
    await runOpening(people, lot);
    await signOpeningRecord(people, lot);
    await page.getByRole('heading', { name: '开标结果' }).waitFor();
    await good('bid-after');
    const other = await browser.newContext({ locale: 'zh-CN' });
    try {
      const latecomer = await other.newPage();
      await latecomer.goto(`${world.app.url}/sign-in?next=/lots/${lot.lotId}/bid`);
      await openKeyFile(latecomer, world.key.p12, world.key.password);
      await latecomer.getByText('投标截止时间已过，平台不再接收标书').waitFor();
    } finally {
      await other.close();
    }
    await page.goto('about:blank');
    // The browser's own line where the record is there and no result yet.
    expect(said.splice(0).filter((line) => !line.includes('404'))).toEqual([]);
  }, 120_000);

  it('seals a large file with bounded memory, without holding up the page', async () => {
    const profile = file('profile');
    const own = await launchWithProfile(executable, profile);
    try {
      const large = await own.newPage();
      const mine = new BidderPage(large, world.app.url, world.story.lot.lotId);
      makeFile(file('large.bin'), LARGE_MB);
      await mine.signIn(world.key.p12, world.key.password);
      await mine.chooseRoots(world.roots);
      await mine.checkKey();
      await mine.fillSheet('8120000');
      await mine.chooseFiles(file('large.bin'));
      let longest = 0;
      const memory = await memoryWhile(profile, async () => {
        longest = await longestTask(large, async () => {
          await mine.timedSeal();
        });
      });
      expect(memory).toBeLessThan(LARGE_MB);
      // 100 ms on a machine that does nothing else (`npm run bench -- browser`); here many tests share it.
      expect(longest).toBeLessThan(250);
    } finally {
      await own.close();
    }
  }, 120_000);

  /** Tab until a button of that name has the focus, then Enter. */
  async function pressAt(name: string): Promise<void> {
    for (let presses = 0; presses < 80; presses++) {
      await page.keyboard.press('Tab');
      const text = await page.evaluate<string>('document.activeElement?.textContent ?? ""');
      if (text.trim() === name) return page.keyboard.press('Enter');
    }
    throw new Error(`${name} cannot be reached by Tab`);
  }
});
