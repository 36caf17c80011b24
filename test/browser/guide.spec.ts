import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import {
  axeViolations,
  describeInBrowser,
  keepPicture,
  launch,
  openReader,
  overflows,
} from '../support/browser.ts';
import { createDemo } from '../support/demo-in-browser.ts';
import type { TestApp } from '../support/test-app.ts';

describeInBrowser('the guided visit', (executable) => {
  let app: TestApp;
  let browser: Browser;
  let page: Page;
  let said: string[];

  beforeAll(async () => {
    ({ app } = await createDemo());
    browser = await launch(executable);
    ({ page, said } = await openReader(browser));
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  const step = (name: string) => page.locator('li[aria-current="step"]').filter({ hasText: name });
  const letThem = () => page.getByRole('button', { name: '请他们来做' }).click();

  it('leads a newcomer through a whole tender, which the newcomer’s own browser then finds to hold', async () => {
    await page.goto(`${app.url}/`);
    await page.getByRole('link', { name: '十分钟引导' }).click();
    await step('代理机构发布招标公告').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('1 分钟（只看').check();
    await letThem();

    await step('五个受托机构各自生成一把钥匙').waitFor();
    await keepPicture(page, 'guide');
    await letThem();
    await step('投标人在自己的机器上加密、投标').waitFor({ timeout: 60_000 });
    await page.getByText(/距投标截止 00:0[01]:/).waitFor();
    // The visit goes on after a reload: others' keys and the lot are remembered.
    await page.reload();
    await page.getByRole('button', { name: '请投标人2、投标人3投标' }).click();
    await page
      .getByRole('button', { name: '请投标人2、投标人3投标' })
      .waitFor({ state: 'detached', timeout: 30_000 });
    await page.getByRole('button', { name: '替投标人1投标' }).click();
    await page.getByRole('button', { name: '替投标人1投标' }).waitFor({ state: 'detached', timeout: 30_000 });

    await step('三个受托机构交出份额').waitFor({ timeout: 90_000 });
    await letThem();
    await step('代理机构签署开标记录').waitFor({ timeout: 60_000 });
    await letThem();
    await step('公示中标候选人').waitFor({ timeout: 30_000 });
    await letThem();
    await step('公示期满').waitFor({ timeout: 30_000 });
    await letThem();
    await step('任何人核验全部过程').waitFor({ timeout: 60_000 });
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await overflows(page)).toBe(false);
    await page.setViewportSize({ width: 1280, height: 900 });

    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: /evidence\.zip/ }).click();
    const evidence = join(app.dataDir, 'evidence.zip');
    await (await downloading).saveAs(evidence);
    const roots = join(app.dataDir, 'roots.json');
    await writeFile(roots, await (await fetch(`${app.url}/api/v1/trust`)).text());
    await page.getByRole('button', { name: '去看看' }).click();
    await page.getByLabel('选择 roots.json').setInputFiles(roots);
    await page.getByLabel('选择文件').setInputFiles(evidence);
    await page.getByRole('button', { name: '开始检查' }).click();
    await page.getByRole('heading', { name: '全部成立' }).waitFor({ timeout: 60_000 });
    // The browser's own lines: "there is none yet", "too early".
    expect(said.filter((line) => !/\b(404|409)\b/.test(line))).toEqual([]);
  }, 400_000);
});
