/**
 * One tender, lived through in the browser by everybody who has work in it: published, bid for by three in browsers of
 * their own and missed by a fourth, opened, ranked, awarded, and verified by a stranger.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { DAY, SystemClock, addMs } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { createDevelopmentCa } from '#trust';
import { writePkcs12 } from '#trust/key-file';
import { confirmFinal, describeInBrowser, launch, openKeyFile, openReader } from '../support/browser.ts';
import type { Reader } from '../support/browser.ts';
import { become, createDemo, peopleOf } from '../support/demo-in-browser.ts';
import type { SeededDemo } from '../support/demo-in-browser.ts';
import { testCreditCode } from '../support/lot-fixture.ts';
import { BidderPage } from '../support/story/bidder-page.ts';
import { runOpening } from '../support/story/opening.ts';
import type { People } from '../support/story/roster.ts';
import { makeLotKey } from '../support/story/tender.ts';
import type { KeyedLot } from '../support/story/tender.ts';

const MIB = 1024 * 1024;
const MINUTE = 60_000;
/** Time for four browsers on two processors to seal and send. */
const BIDDING_MS = 3 * MINUTE;
/** The 20 days of 法24 in one minute, the 3 of 条例54 in nine seconds. */
const PERIODS = 20 * 24 * 60;
const WAITS = 20;
const local = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 16);
const PRICES = ['8120000', '7,650,000.50', '8400000'];

describeInBrowser('one tender, wholly in the browser', (executable) => {
  let demo: SeededDemo;
  let people: People;
  let browser: Browser;
  let agency: Reader;
  const readers: Reader[] = [];
  let lotId = '';
  let deadline = 0;
  let lot: KeyedLot;
  const url = (path: string): string => demo.app.url + path;
  const file = (name: string): string => join(demo.app.dataDir, name);

  async function sitDown(): Promise<Reader> {
    const reader = await openReader(browser);
    reader.page.setDefaultTimeout(45_000);
    readers.push(reader);
    return reader;
  }
  const bidderAt = ({ page }: Reader) => new BidderPage(page, demo.app.url, lotId);

  beforeAll(async () => {
    demo = await createDemo();
    people = await peopleOf(demo);
    await writeFile(file('roots.json'), await (await fetch(url('/api/v1/trust'))).text());
    await writeFile(file('drawings.bin'), randomBytes(20 * MIB + 1));
    await writeFile(file('letter.txt'), '投标函');
    browser = await launch(executable);
    agency = await sitDown();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.app.close();
  });
  afterEach(() => {
    expect(readers.flatMap(({ said }) => said.splice(0))).toEqual([]);
  });

  it('is published by its agency, and its key made by five organisations', async () => {
    const { page } = agency;
    await page.goto(url('/agency/prepare'));
    await become(page, '代理机构');
    await page.getByLabel('项目名称').fill('青年路排水管网改造工程');
    for (const [label, name] of [
      ['招标人', '示范区城市建设投资公司'],
      ['行政监督', '示范区住房和城乡建设局'],
    ] as const) {
      const option = page.locator('option', { hasText: name }).first();
      await option.waitFor({ state: 'attached' });
      await page.getByLabel(label).selectOption((await option.getAttribute('value')) ?? '');
    }
    await page.getByLabel('项目名称').press('Enter');
    await page.getByLabel('标段名称').fill('第一标段');
    await page.getByLabel('估算价（元）').fill('9000000');
    await page.getByLabel('最高投标限价（元）').fill('8800000');
    await page.getByRole('button', { name: '保存，下一步' }).click();
    await page
      .getByLabel('选择文件上传')
      .setInputFiles([
        { name: '招标文件.pdf', mimeType: 'application/pdf', buffer: Buffer.from('招标文件') },
      ]);
    await page.getByText('已保存，本机与平台算得的 SHA-256 一致').waitFor();
    await page.getByRole('link', { name: '下一步' }).click();
    await page.getByLabel('投标截止时间').waitFor();
    deadline = Math.ceil((Date.now() + BIDDING_MS) / MINUTE) * MINUTE;
    await page.getByLabel('法定期限的倍率').fill(String(PERIODS));
    await page.getByLabel('等待时间的倍率').fill(String(WAITS));
    await page.getByLabel('文件获取开始').fill(local(Date.now()));
    await page.getByLabel('文件获取结束').fill(local(deadline));
    await page.getByLabel('投标截止时间').fill(local(deadline));
    await page.getByRole('button', { name: '保存，下一步' }).click();
    await page.getByRole('button', { name: '生成预览' }).click();
    await confirmFinal(page, '签署并发布');
    await page.getByRole('heading', { name: '公告的各个版本', exact: true }).waitFor();
    lotId = /lots\/([^/]+)$/.exec(page.url())?.[1] ?? '';
    lot = await makeLotKey(people, { lotId: lotId as LotId, deadline: deadline as Instant, documents: [] });
  }, 120_000);

  it('knows no stranger’s certificate', async () => {
    const { page, context, said } = await openReader(browser);
    const now = new SystemClock().now();
    const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, DAY) };
    const elsewhere = await createDevelopmentCa({ name: 'Somewhere else', ...validity });
    const { certificate, chain, pkcs8 } = await elsewhere.issue({
      subject: { organisation: '外地建设有限公司', creditCode: testCreditCode(7), person: '李四' },
      ...validity,
    });
    if (!pkcs8) throw new Error('no key');
    await writeFile(file('foreign.p12'), await writePkcs12({ pkcs8, certificate, chain }, 'foreign', 'key'));
    await page.goto(url(`/sign-in?next=/lots/${lotId}/bid`));
    await openKeyFile(page, file('foreign.p12'), 'foreign');
    await page.getByRole('alert').getByText('机构不在名单里的，请联系交易中心').waitFor();
    expect(await page.getByRole('alert').innerText()).toMatch(/PARTIES\.CERTIFICATE_REFUSED · CERT\.\w+/);
    expect(said.filter((line) => !/\b40[13]\b/.test(line))).toEqual([]);
    await context.close();
  }, 60_000);

  it('takes the bids of three in browsers of their own, one over a broken line; and not the one that came too late', async () => {
    const bidders = await Promise.all([1, 2, 3, 4].map(() => sitDown()));
    await Promise.all(
      bidders.map(async (reader, at) => {
        const bidder = bidderAt(reader);
        const { p12, password } = demo.identity(`bidder-${String(at + 1)}`);
        await bidder.signIn(p12, password);
        await bidder.chooseRoots(file('roots.json'));
        await bidder.checkKey();
        await bidder.fillSheet(PRICES[at] ?? '8000000');
        await bidder.chooseFiles(file('letter.txt'), ...(at === 0 || at === 3 ? [file('drawings.bin')] : []));
        await bidder.confirm(await bidder.seal(null, 120_000));
      }),
    );
    const [first, second, third, late] = bidders as [Reader, Reader, Reader, Reader];
    const send = ({ page }: Reader) => page.getByRole('button', { name: '递交标书' }).click();

    // The second simply sends. The third's last answer is lost: its bid is whole, and its page does not know.
    let asked = 0;
    await third.page.route('**/api/v1/bids/*', (route) =>
      asked++ === 0 || Date.now() > deadline ? route.continue() : route.abort('connectionreset'),
    );
    await Promise.all([send(second), send(third)]);
    await bidderAt(second).submitted();
    await third.page.getByText('没有连上平台，正在等网络恢复，随后自动继续').waitFor();

    // The first one's line breaks in the middle, and comes back: nothing is pressed again.
    let cut = (): void => undefined;
    const broken = new Promise<void>((resolve) => (cut = resolve));
    await first.page.route('**/E1/parts/*', async (route) => {
      if (/parts\/0$/.test(route.request().url())) return route.continue();
      await broken;
      return route.abort('connectionreset');
    });
    const part = first.page.waitForResponse((response) => /E1\/parts\/0$/.test(response.url()));
    await send(first);
    await part;
    await first.context.setOffline(true);
    cut();
    await first.page.unrouteAll({ behavior: 'ignoreErrors' });
    // Not after the half minute for which a client may try by itself.
    const waits = first.page.getByText('没有连上平台，正在等网络恢复，随后自动继续');
    await waits.waitFor({ timeout: 20_000 });
    const again: string[] = [];
    first.page.on('request', (request) => {
      if (request.method() === 'PUT') again.push(new URL(request.url()).pathname);
    });
    await first.context.setOffline(false);
    await bidderAt(first).submitted();
    expect(again.some((path) => path.endsWith('/E1/parts/1'))).toBe(true);
    expect(again.some((path) => path.endsWith('/E1/parts/0'))).toBe(false);
    expect(
      first.said.splice(0).filter((line) => !/ERR_(INTERNET_DISCONNECTED|CONNECTION_RESET)/.test(line)),
    ).toEqual([]);

    // The fourth one's bytes hang until the deadline has passed.
    await late.page.route('**/E1/parts/*', () => undefined);
    await send(late);
    await late.page.getByText('平台已登记，到达时间').waitFor();
    expect(Date.now()).toBeLessThan(deadline);
    await late.page
      .getByText('截止时还没有传完，依法视为撤回（20号令第27条）')
      .waitFor({ timeout: deadline - Date.now() + 60_000 });
    for (const { page } of [first, second, third]) await page.getByText('您的标书在截止清单里').waitFor();
    for (const { page } of bidders) await page.goto('about:blank');
    expect(third.said.splice(0).filter((line) => !line.includes('ERR_CONNECTION_RESET'))).toEqual([]);
  }, 420_000);

  it('is opened by the quorum, its record signed in the hall', async () => {
    const { page } = agency;
    await page.goto(url(`/lots/${lotId}/hall`));
    await runOpening(people, lot);
    await page.locator('[data-moment=opened]').waitFor();
    await confirmFinal(page, '签署开标记录');
    await page.locator('[data-moment=done]').waitFor();
  }, 120_000);

  it('is ranked and awarded by the agency', async () => {
    const { page } = agency;
    await page.goto(url(`/agency/lots/${lotId}/evaluation`));
    await page.getByRole('button', { name: '生成评标报告' }).click();
    await confirmFinal(page, '签署评标报告');
    await page.getByText('评标报告已签署').waitFor();
    await page.getByRole('link', { name: '公示与定标' }).first().click();
    await page.getByRole('button', { name: '生成候选人公示' }).click();
    await confirmFinal(page, '签署并公示');
    await page.getByText('公示期满').first().waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: '生成中标通知书' }).click();
    await confirmFinal(page, '签署并定标');
    await page.getByText('定标时间').waitFor();
  }, 120_000);

  it('is found to hold by a stranger’s own browser, price by price', async () => {
    const { page } = await sitDown();
    await page.goto(url(`/lots/${lotId}/result`));
    await page.getByRole('region', { name: '中标结果' }).getByText('7,650,000.50').waitFor();
    await page.goto(url(`/lots/${lotId}`));
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: '下载证据包' }).click();
    await (await download).saveAs(file('evidence.zip'));
    await page.goto(url('/verify'));
    await page.getByLabel('选择 roots.json').setInputFiles(file('roots.json'));
    await page.getByLabel('选择文件').setInputFiles(file('evidence.zip'));
    await page.getByRole('button', { name: '开始检查' }).click();
    await page.getByRole('heading', { name: '全部成立' }).waitFor({ timeout: 90_000 });
  }, 150_000);
});
