/** An agency's whole way in the browser: from registration to publication, and from opened bids to the award. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Instant, LotId } from '#kernel';
import {
  axeViolations,
  confirmFinal,
  describeInBrowser,
  keepPicture,
  launch,
  openReader,
  overflows,
} from '../support/browser.ts';
import { become, createDemo, peopleOf } from '../support/demo-in-browser.ts';
import type { SeededDemo } from '../support/demo-in-browser.ts';
import { sealBid, submitBid } from '../support/story/bidding.ts';
import { runOpening, signOpeningRecord } from '../support/story/opening.ts';
import type { People } from '../support/story/roster.ts';
import { bidOf } from '../support/story/story.ts';
import { makeLotKey, publishTender } from '../support/story/tender.ts';

const DAY = 86_400_000;
/** What the browser's own control for a time takes, in Beijing, to the minute. */
const local = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 16);

describeInBrowser('the agency', (executable) => {
  let demo: SeededDemo;
  let people: People;
  let browser: Browser;
  let context: BrowserContext;
  let said: string[];
  let page: Page;
  /** Published by the first story, used by those after it. */
  let lotId = '';
  /** Of which the bids are opened and the record is signed. */
  let opened = '';

  const url = (path: string): string => demo.app.url + path;
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

  beforeAll(async () => {
    demo = await createDemo();
    people = await peopleOf(demo);
    const lot = await makeLotKey(people, await publishTender(people, { biddingMs: 20_000, waits: 100 }));
    for (const [at, bidder] of people.bidders.entries())
      await submitBid(
        bidder,
        lot,
        await sealBid(bidder, lot, demo.app.dataDir, bidOf(`${4 + at}000000.00`, 500)),
      );
    await runOpening(people, lot);
    await signOpeningRecord(people, lot);
    opened = lot.lotId;
    browser = await launch(executable);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.app.close();
  });
  beforeEach(async () => {
    ({ context, page, said } = await openReader(browser));
    page.setDefaultTimeout(15_000);
  });
  afterEach(async () => {
    await context.close();
    expect(said).toEqual([]);
  });

  it('is asked to sign in, and told where it may not go', async () => {
    await page.goto(url('/agency'));
    await heading('请先登录');
    await become(page, '投标人1');
    await page.getByText('本单位没有这项权限').waitFor();
    expect(await page.getByRole('link', { name: '招标工作台' }).count()).toBe(0);
  });

  it('registers by keyboard, leaves and comes back, is shown a broken rule, mends it, signs and publishes', async () => {
    await page.goto(url('/agency'));
    await become(page, '代理机构');
    await heading('今日事项');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('link', { name: '新建项目' }).first().click();

    // Registration: by keyboard alone.
    await page.getByLabel('项目名称').focus();
    await page.keyboard.type('滨河公园改造工程');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.labels[0].textContent')).toContain('招标人');
    await page
      .locator('option', { hasText: '示范区城市建设投资公司' })
      .first()
      .waitFor({ state: 'attached' });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page
      .locator('option', { hasText: '示范区住房和城乡建设局' })
      .first()
      .waitFor({ state: 'attached' });
    await page.keyboard.press('ArrowDown');
    await page.reload();
    expect(await page.getByLabel('项目名称').inputValue()).toBe('滨河公园改造工程');
    await page.getByLabel('行政监督').and(page.locator('select')).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('项目名称').focus();
    await page.keyboard.press('Enter');
    await heading('滨河公园改造工程');

    // The lot: what is wrong is said beside the field, and nothing is sent.
    await page.getByLabel('标段名称').fill('第一标段');
    await page.getByLabel('估算价（元）').fill('一百万');
    await page.getByText('应为金额，例如 1000000.00').waitFor();
    await page.getByLabel('估算价（元）').fill('1,000,000');
    await page.getByLabel('最高投标限价（元）').fill('980000');
    await page.reload();
    expect(await page.getByLabel('估算价（元）').inputValue()).toBe('1,000,000');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: '保存，下一步' }).click();

    // Documents: two at once, one replaced, one removed.
    await page.getByText('还没有招标文件').waitFor();
    const file = (name: string, text: string) => ({
      name,
      mimeType: 'text/plain',
      buffer: Buffer.from(text),
    });
    const choose = page.getByLabel('选择文件上传');
    await choose.setInputFiles([file('招标文件.pdf', '第一稿'), file('多余.txt', 'x')]);
    await page.getByText('已保存，本机与平台算得的 SHA-256 一致').nth(1).waitFor();
    await choose.setInputFiles([file('招标文件.pdf', '第二稿')]);
    await page.getByRole('button', { name: '移除 多余.txt' }).click();
    await page.getByRole('cell', { name: '多余.txt', exact: true }).waitFor({ state: 'detached' });
    expect(await page.getByRole('row').count()).toBe(2);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('link', { name: '下一步' }).click();

    // Seats: judged as they are chosen; what breaks the rule cannot be saved, and is kept over a reload.
    const quorum = page.getByLabel('几方到场可以开启');
    const save = page.getByRole('button', { name: '保存，下一步' });
    await page.getByLabel('第 5 席的身份').selectOption('centre');
    await page.getByText('第 5 席还没有单位').waitFor();
    await page.getByLabel('第 5 席的单位').selectOption({ index: 1 });
    await page.getByText('交易中心占了 2 席').waitFor();
    expect(await save.isDisabled()).toBe(true);
    expect(await axeViolations(page)).toEqual([]);
    await page.reload();
    await page.getByText('交易中心占了 2 席').waitFor();
    await quorum.selectOption('3');
    await page.getByText('交易中心占了 2 席').waitFor({ state: 'detached' });

    // Times: a deadline that breaks 法24 is named with the earliest that keeps it; saved it may be, published not.
    const deadline = page.getByLabel('投标截止时间');
    const kept = await deadline.inputValue();
    await deadline.fill(local(Date.now() + 19 * DAY));
    const rule = page.getByRole('status').filter({ hasText: '法24' });
    await rule.filter({ hasText: '不符合' }).waitFor();
    expect(await rule.innerText()).toMatch(/不得少于 20 日。 现在发布，最早可为 20\d\d-/);
    await page.getByText('有规定尚不符合').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.reload();
    await rule.filter({ hasText: '不符合' }).waitFor();
    await page.getByRole('button', { name: '保存，下一步' }).click();
    await page.getByLabel('补充说明').waitFor();
    const draftId = /lots\/([^/]+)\/prepare/.exec(page.url())?.[1] ?? '';
    const heldBy = async () =>
      (
        await people.seats.agency.get<{ lot: { k: number; seats: { role: string }[] } }>(
          `/agency/lots/${draftId}`,
        )
      ).lot;
    expect(await heldBy()).toMatchObject({
      k: 2,
      seats: [{ role: 'tenderee' }, { role: 'agency' }, { role: 'regulator' }],
    });
    await rule.filter({ hasText: '不符合' }).waitFor();
    expect(await page.getByRole('button', { name: '生成预览' }).isDisabled()).toBe(true);
    await page.goto(url('/agency'));
    const item = page.getByRole('listitem').filter({ hasText: '滨河公园改造工程' });
    await item.getByText('自文件发出至投标截止的时间不足').waitFor();
    await item.getByRole('link', { name: '修改时间安排' }).click();
    await deadline.fill(kept);
    await rule.filter({ hasText: /^符合/ }).waitFor();
    await quorum.selectOption('5');
    await page.getByLabel('第 4 席的单位').selectOption({ index: 1 });
    await page.getByLabel('第 5 席的单位').selectOption({ index: 1 });
    await save.click();

    await page.getByLabel('补充说明').waitFor();
    expect(await heldBy()).toMatchObject({
      k: 3,
      seats: [{}, {}, {}, { role: 'centre' }, { role: 'notary' }],
    });

    // The notice: previewed, signed in the page after a reload let go of the key, published, final.
    await page.getByLabel('补充说明').fill('本项目欢迎联合体投标。');
    await page.reload();
    await page.getByRole('button', { name: '生成预览' }).click();
    await page.getByRole('region', { name: '待签署的内容' }).getByText('本项目欢迎联合体投标。').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await confirmFinal(page, '签署并发布');
    await heading('公告的各个版本');
    lotId = /lots\/([^/]+)$/.exec(page.url())?.[1] ?? '';
    const { notice } = await people.seats.agency.get<{ notice: { record: { documents: object[] } } }>(
      `/lots/${lotId}`,
    );
    expect(notice.record.documents).toMatchObject([{ name: '招标文件.pdf' }]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await overflows(page)).toBe(false);
  }, 120_000);

  it('answers a question that names nobody; the public reads both', async () => {
    await page.goto(url(`/lots/${lotId}`));
    await become(page, '投标人2');
    const ask = page.getByLabel('对招标文件提问');
    await ask.fill('示范建设第2工程有限公司想问工期');
    await page.getByRole('button', { name: '提交问题' }).click();
    await page.getByText('问题中出现了本单位的名称或信用代码').waitFor();
    await ask.fill('工期是否含节假日？');
    await page.getByRole('button', { name: '提交问题' }).click();
    await page.getByText('已收到。代理机构答复后会连同问题公开。').waitFor();
    expect(await axeViolations(page)).toEqual([]);

    await become(page, '代理机构');
    await page.goto(url(`/agency/lots/${lotId}/questions`));
    await page.getByLabel('答复问题 1').fill('以日历天计，含节假日。');
    await page.reload();
    expect(await page.getByLabel('答复问题 1').inputValue()).toBe('以日历天计，含节假日。');
    expect(await axeViolations(page)).toEqual([]);
    await confirmFinal(page, '发布答复');
    await become(page, '公众');
    await page.goto(url(`/lots/${lotId}`));
    await page.getByText('以日历天计，含节假日。').waitFor();
    expect(said.splice(0).filter((line) => !line.includes('422'))).toEqual([]);
  }, 60_000);

  it('changes the documents by a new version, and the deadline with the regulator', async () => {
    await page.goto(url(`/agency/lots/${lotId}/change`));
    await become(page, '代理机构');
    await page.getByLabel('澄清或修改的内容').fill('更正第 3 页。');
    await page.getByRole('button', { name: '生成预览' }).click();
    await page.getByRole('region', { name: '待签署的内容' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await confirmFinal(page, '签署并发布');
    await page.getByRole('link', { name: '版本与文件' }).click();
    await page.getByRole('cell', { name: '更正第 3 页。' }).waitFor();

    const shown = await people.seats.agency.get<{ deadline: string }>(`/lots/${lotId}`);
    const tender = { lotId: lotId as LotId, deadline: Date.parse(shown.deadline) as Instant, documents: [] };
    await makeLotKey(people, tender);
    await page.goto(url(`/lots/${lotId}/deadline`));
    const to = local(Date.parse(shown.deadline) + 5 * DAY);
    await page.getByLabel('新的投标截止时间').fill(local(Date.parse(shown.deadline) - DAY));
    await page.getByText('截止时间只能推迟').waitFor();
    await page.getByLabel('新的投标截止时间').fill(to);
    await page.getByLabel('理由').fill('补充图纸');
    await confirmFinal(page, '签署并提交');
    await page.getByText('监督部门共同签署后才生效').waitFor();
    await become(page, '监督部门');
    expect(await axeViolations(page)).toEqual([]);
    await confirmFinal(page, '共同签署并生效');
    await page.getByText('没有等待签署的变更').waitFor();
    const moved = await people.seats.agency.get<{ deadline: string }>(`/lots/${lotId}`);
    expect(local(Date.parse(moved.deadline))).toBe(to);
  }, 90_000);

  it('decides on opened bids, signs the report, makes the candidates public and awards', async () => {
    await page.goto(url('/agency'));
    await become(page, '代理机构');
    const item = page.getByRole('listitem').filter({ hasText: '评标中' });
    await item.getByRole('link', { name: '评标', exact: true }).click();
    const first = page.getByRole('region', { name: '示范建设第1工程有限公司' });
    await first.waitFor();
    await page.getByText('4,000,000.00 × ').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const download = page.waitForEvent('download');
    await first
      .getByRole('button', { name: /drawings|letter/ })
      .first()
      .click();
    expect((await download).suggestedFilename()).toMatch(/drawings|letter/);
    await page.getByLabel('对 示范建设第1工程有限公司 的评审决定').selectOption({ index: 6 });
    await first.getByLabel('理由').fill('未响应工期要求');
    await first.getByRole('button', { name: '否决该投标' }).click();
    await first.getByText('未响应工期要求').waitFor();
    await page.getByRole('button', { name: '生成评标报告' }).click();
    await page.getByRole('region', { name: '待签署的内容' }).getByText('示范建设第2工程有限公司').waitFor();
    await confirmFinal(page, '签署评标报告');
    await page.getByText('评标报告已签署').waitFor();

    await page.getByRole('link', { name: '公示与定标' }).first().click();
    await page.getByRole('button', { name: '生成候选人公示' }).click();
    await confirmFinal(page, '签署并公示');
    await page.getByText('公示期满').first().waitFor({ timeout: 30_000 });
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: '生成中标通知书' }).click();
    await confirmFinal(page, '签署并定标');
    await page.getByText('定标时间').waitFor();
    const { award } = await people.seats.agency.get<{ award: { record: { bidder: { name: string } } } }>(
      `/lots/${opened}/result`,
    );
    expect(award.record.bidder.name).toBe('示范建设第2工程有限公司');
  }, 120_000);

  it('is readable in both languages, at every width, on every page', async () => {
    const lot = `/agency/lots/${lotId}`;
    const pages = {
      day: '/agency',
      projects: '/agency/projects',
      prepare: '/agency/prepare',
      versions: lot,
      questions: `${lot}/questions`,
      change: `${lot}/change`,
      evaluation: `/agency/lots/${opened}/evaluation`,
      award: `/agency/lots/${opened}/award`,
      deadline: `/lots/${lotId}/deadline`,
    };
    await page.goto(url('/agency'));
    await become(page, '代理机构');
    for (const language of ['zh-CN', 'en']) {
      await page.evaluate(`localStorage.setItem('glasshall.language', '${language}')`);
      for (const [name, path] of Object.entries(pages)) {
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.goto(url(path));
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.locator('.loading').waitFor({ state: 'detached' });
        await keepPicture(page, `${language}/agency-${name}-1280`);
        if (language === 'en') expect([name, await axeViolations(page)]).toEqual([name, []]);
        await page.setViewportSize({ width: 390, height: 844 });
        await keepPicture(page, `${language}/agency-${name}-390`);
        expect([name, await overflows(page)]).toEqual([name, false]);
      }
    }
  }, 120_000);

  it('cancels with a signed reason; the tenderee sees its tenders and no drafts', async () => {
    await page.goto(url(`/agency/lots/${lotId}/cancel`));
    await become(page, '招标人');
    await page.getByLabel('理由').fill('资金未落实');
    await page.getByRole('button', { name: '生成终止决定' }).click();
    await page.getByRole('region', { name: '待签署的内容' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await confirmFinal(page, '签署并终止');
    await page.getByText('已截止或已终止，不能再终止招标').waitFor();
    await page.goto(url('/agency/projects'));
    await page.getByRole('heading', { name: '滨河公园改造工程' }).waitFor();
    expect(await page.getByRole('link', { name: '新建项目' }).count()).toBe(0);
    await page.goto(url(`/lots/${lotId}`));
    await page.getByText('资金未落实').waitFor();
  }, 60_000);
});
