import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { DAY, SystemClock, addMs, formatInstant } from '#kernel';
import { createDevelopmentCa, hashText, toPem } from '#trust';
import type { DeadlineChange, DevelopmentCa } from '#trust';
import { describeInBrowser, expectReadable, launch, openKeyFile, openReader } from '../support/browser.ts';
import { testCreditCode } from '../support/lot-fixture.ts';
import { Caller } from '../support/story/caller.ts';
import { KEY_PASSWORD, writeSecondKey } from '../support/story/second-key.ts';
import { beginSmallStory, finishSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';
import { makeLotKey, publishTender } from '../support/story/tender.ts';
import type { KeyedLot } from '../support/story/tender.ts';

const NEWCOMER = '新设招标代理有限公司';

describeInBrowser('the offices', (executable) => {
  let small: SmallStory;
  let running: KeyedLot;
  let moved: DeadlineChange;
  let authority: DevelopmentCa;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let said: string[];
  const at = (name: string): string => join(small.folder, name);
  const url = (path: string): string => small.app.url + path;

  /** A tender with its opening recorded; one that takes bids, with a later deadline proposed; somebody who waits. */
  beforeAll(async () => {
    small = await beginSmallStory();
    const { people } = small.story;
    running = await makeLotKey(people, await publishTender(people, { biddingMs: 3_600_000, waits: 1 }));
    await proposeDeadline();
    const now = new SystemClock().now();
    const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 30 * DAY) };
    const subject = { organisation: NEWCOMER, creditCode: testCreditCode(77), person: '赵六' };
    const signer = await small.ca.issueSigner({ subject, ...validity });
    await new Caller(small.story.visitor.door, 'newcomer', signer).enrol(['agency']);
    authority = await createDevelopmentCa({ name: 'Another root', ...validity });
    await writeFile(at('authority.pem'), toPem([authority.certificate]));
    const list = { thisUpdate: addMs(now, -1000), nextUpdate: addMs(now, 10 * DAY), revoked: [] };
    await writeFile(at('authority.crl'), (await authority.issueCrl({ number: 1, ...list })).der);
    await writeSecondKey(small.ca, people.seats.regulator, at('regulator.p12'));
    await writeSecondKey(small.ca, people.seats.operator, at('operator.p12'));
    await finishSmallStory(small);
    browser = await launch(executable);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await small?.close();
  });
  beforeEach(async () => {
    ({ context, page, said } = await openReader(browser));
  });
  afterEach(async () => {
    await context.close();
    expect(said).toEqual([]);
  });

  async function proposeDeadline(): Promise<void> {
    const { agency } = small.story.people.seats;
    moved = {
      type: 'deadline',
      lotKeyHash: hashText('lotkey', running.lotKey),
      sequence: 1,
      from: running.lotKey.deadline,
      to: formatInstant(addMs(running.deadline, DAY)),
      reason: '答疑需要更多时间',
    };
    const signed = await agency.sign('deadline', moved);
    await agency.post(`/lots/${running.lotId}/deadline-changes/proposals`, { signed });
  }

  const signIn = async (who: 'regulator' | 'operator', path: string): Promise<void> => {
    await page.goto(url(path));
    await openKeyFile(page, at(`${who}.p12`), KEY_PASSWORD);
  };
  const confirm = async (word: string): Promise<void> => {
    await page.getByRole('button', { name: word }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: word }).click();
  };

  it('show the regulator every stage, what is due, and the record behind it', async () => {
    await signIn('regulator', '/supervision');
    const row = (stage: string) => page.getByRole('row').filter({ hasText: stage });
    await row('已开标').getByText('评标报告').waitFor();
    await row('已开标')
      .getByRole('link', { name: /日志第 \d+ 条/ })
      .waitFor();
    await row('投标中').getByText('投标截止').waitFor();
    await row('投标中').getByText('标段钥匙记录').waitFor();
    await expectReadable(page, 'zh-CN/regulator-board');
    await row('已开标').getByRole('link', { name: '文三路道路改造工程 第一标段' }).click();
    await page.locator('[data-record="opening-record"]').getByRole('link').waitFor();
    const records = await page
      .locator('[data-record]')
      .evaluateAll((rows) =>
        rows.map((each) => (each as unknown as { dataset: Record<string, string> }).dataset['record']),
      );
    expect(records).toEqual(['notice', 'lotkey', 'close', 'opening-record']);
    expect(await page.getByText('日志中没有').count()).toBe(0);
    // No dialog in this browser: over a file of the page's own.
    await page.evaluate('window.showSaveFilePicker = undefined');
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: '下载完整证据包' }).click();
    await (await downloading).saveAs(at('full.zip'));
    expect((await stat(at('full.zip'))).size).toBeGreaterThan(10_000);
    await page.getByText('已下载完毕，交给浏览器保存').waitFor();
    // A reader who chooses a file: nobody answers the dialog here, so a file of the page's own is what it gives.
    await page.evaluate(`window.showSaveFilePicker = async ({ suggestedName }) =>
      (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true })`);
    await page.getByRole('button', { name: '下载完整证据包' }).click();
    await page.getByText('已保存到您选择的文件').waitFor();
    const chosen = await page.evaluate<number>(`(async () => {
      const root = await navigator.storage.getDirectory();
      const name = 'evidence-${small.story.lot.lotId}-auditor.zip';
      return (await (await root.getFileHandle(name)).getFile()).size;
    })()`);
    expect(chosen).toBeGreaterThan(10_000);
    const reads = await small.story.people.seats.regulator.get<{ items: { what: string }[] }>(
      `/lots/${small.story.lot.lotId}/reads`,
    );
    expect(JSON.stringify(reads.items)).toContain('evidence auditor');
    await expectReadable(page);
  }, 90_000);

  it('let the regulator make a later deadline valid by its signature', async () => {
    await signIn('regulator', `/supervision/lots/${running.lotId}`);
    await page.getByText(moved.reason).waitFor();
    await expectReadable(page);
    await confirm('签署变更');
    await page.getByText('没有等待监督部门签署的变更').waitFor();
    const lot = await small.story.visitor.get<{
      deadline: string;
      deadlineChanges: { signatures: object[] }[];
    }>(`/lots/${running.lotId}`);
    expect(lot.deadline).toBe(moved.to);
    expect(lot.deadlineChanges[0]?.signatures).toHaveLength(2);
    await page.locator('[data-record="deadline"]').getByRole('link').waitFor();
    // Asked for before the log's next tick: the browser says so by itself.
    expect(said.splice(0).filter((line) => !line.includes('404'))).toEqual([]);
  }, 60_000);

  it('let the operator approve, trust, withdraw and keep lists; and show no figure of bids', async () => {
    await signIn('operator', '/operations');
    await page.getByText('存储', { exact: true }).waitFor();
    await page.getByText('不超过 1 GiB').first().waitFor();
    const newcomer = page.locator(`[data-party="${testCreditCode(77)}"]`);
    await newcomer.getByText('申请：招标代理机构').waitFor();
    await expectReadable(page, 'zh-CN/operator-operations');
    await newcomer.getByRole('button', { name: '批准为招标代理机构' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '批准为招标代理机构' }).click();
    await newcomer.getByText('申请：招标代理机构').waitFor({ state: 'detached' });
    await page.getByLabel('选择根证书（PEM）').setInputFiles(at('authority.pem'));
    await page.getByText('请与证书机构公布的指纹核对').waitFor();
    await page.getByLabel('名称', { exact: true }).fill('另一家机构');
    await page.getByRole('button', { name: '信任这家机构' }).click();
    const listed = page.getByRole('row').filter({ hasText: '另一家机构' });
    await listed.getByText(authority.certificate.fingerprint).waitFor();
    await page.getByLabel('选择列表文件（DER 或 PEM）').setInputFiles(at('authority.crl'));
    await page.getByRole('button', { name: '上传', exact: true }).click();
    await page.getByRole('row').filter({ hasText: 'Another root' }).getByText('有效').waitFor();
    await listed.getByRole('button', { name: '撤销信任' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '撤销信任' }).click();
    await listed.waitFor({ state: 'detached' });
    const { items } = await small.story.visitor.get<{ items: { label: string }[] }>('/authorities');
    expect(items.map(({ label }) => label)).not.toContain('另一家机构');
  }, 90_000);

  it('are closed to whoever has other work', async () => {
    await signIn('operator', '/supervision');
    await page.getByText('本单位没有这项权限').waitFor();
    await page.goto(url('/operations'));
    await page.getByRole('heading', { level: 1, name: '平台运行' }).waitFor();
    await page.addInitScript("localStorage.setItem('glasshall.language', 'en')");
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Operations' }).waitFor();
    await expectReadable(page);
  }, 60_000);
});
