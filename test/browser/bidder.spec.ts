import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { DAY, SystemClock, addMs } from '#kernel';
import { loadSigner, writePkcs12 } from '#trust/key-file';
import { axeViolations, describeInBrowser, launch, overflows, watch } from '../support/browser.ts';
import { runCommand } from '../support/command.ts';
import { testCreditCode } from '../support/lot-fixture.ts';
import { BidderPage } from '../support/story/bidder-page.ts';
import { makeRoster, trustRoster } from '../support/story/roster.ts';
import { beginStory } from '../support/story/story.ts';
import type { Story } from '../support/story/story.ts';
import { createTestApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

const PASSWORD = 'of the bidder';
const MIB = 1024 * 1024;

describeInBrowser('a bidder in the browser', (executable) => {
  let app: TestApp;
  let story: Story;
  let browser: Browser;
  let context: BrowserContext;
  let said: string[];
  let page: Page;
  let bidder: BidderPage;
  const file = (name: string): string => join(app.dataDir, name);

  beforeAll(async () => {
    app = await createTestApp({
      RATE_LIMIT_PER_ADDRESS: '1000000',
      RATE_LIMIT_PER_SESSION: '1000000',
      LOG_TICK_MS: '100',
    });
    const roster = await makeRoster([]);
    const now = new SystemClock().now();
    const { certificate, chain, pkcs8 } = await roster.ca.issue({
      subject: { organisation: '甲建设有限公司', creditCode: testCreditCode(101), person: '王五' },
      notBefore: addMs(now, -DAY),
      notAfter: addMs(now, 30 * DAY),
    });
    if (!pkcs8) throw new Error('no key');
    const p12 = await writePkcs12({ pkcs8, certificate, chain }, PASSWORD, 'bidder');
    const signer = await loadSigner(p12, PASSWORD);
    if (!signer.ok) throw new Error(signer.error.code);
    await trustRoster(app.app, roster);
    const withBidder = { ...roster, bidders: [signer.value] };
    story = await beginStory({ url: app.url, patienceMs: 5000 }, withBidder, {
      biddingMs: 3_600_000 * 4,
      waits: 1,
    });
    await writeFile(file('bidder.p12'), p12);
    await writeFile(file('roots.json'), await (await fetch(`${app.url}/api/v1/trust`)).text());
    await writeFile(file('drawings.bin'), randomBytes(18 * MIB + 5));
    await writeFile(file('letter.txt'), '投标函');
    browser = await launch(executable);
    context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      locale: 'zh-CN',
      acceptDownloads: true,
    });
    said = watch(context);
    page = await context.newPage();
    bidder = new BidderPage(page, app.url, story.lot.lotId);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    story?.witness.stop();
    await app?.close();
  });
  afterEach(() => {
    expect(said.splice(0)).toEqual([]);
  });
  const good = async (): Promise<void> => {
    expect(await axeViolations(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await overflows(page)).toBe(false);
    await page.setViewportSize({ width: 1280, height: 900 });
  };
  let words: string[];
  const key = () => ({ p12: file('bidder.p12'), password: PASSWORD });

  it('prepares by the checklist: key checked against own roots, sheet with the law’s limits, files', async () => {
    await bidder.signIn(file('bidder.p12'), PASSWORD);
    await bidder.chooseRoots(file('roots.json'));
    const seal = page.getByRole('button', { name: '密封', exact: true });
    expect(await seal.isDisabled()).toBe(true);
    await bidder.checkKey();
    await page.getByLabel('投标报价（元）').fill('9000000.01');
    await page.getByText('高于最高投标限价，依法会被否决').waitFor();
    await bidder.fillSheet('8,120,000');
    await page.getByText('¥ 8,120,000.00').waitFor();
    await bidder.chooseFiles(file('drawings.bin'), file('letter.txt'));
    expect(await seal.isDisabled()).toBe(false);
    await good();
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
    words = await bidder.seal(key());
    expect(words).toHaveLength(24);
    // One that seals, another that tests.
    expect(begun.length).toBeGreaterThanOrEqual(2);
    expect(
      scripts.every((policy) => policy.includes("default-src 'none'") && !policy.includes('connect-src')),
    ).toBe(true);
    await page.getByText(/自检通过：2 个文件/).waitFor();
    await good();
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
    await (await first).finished();
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
    await good();
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
      file('roots.json'),
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
    await page.getByLabel('投标报价（元）').fill('7999999.99');
    await bidder.chooseFiles(file('letter.txt'));
    await page.getByRole('button', { name: '移除 drawings.bin' }).click();
    await bidder.confirm(await bidder.seal(key()));
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
    await good();
  }, 90_000);

  it('withdraws it, by keyboard alone, and says what follows', async () => {
    await page.getByRole('table').getByRole('link').first().click();
    await bidder.submitted();
    await pressAt('撤回标书');
    await page.getByRole('dialog').getByText('撤回后这份标书不会开启').waitFor();
    await good();
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
