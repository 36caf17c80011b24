/** A bidder in a browser: what every story of the bid page does, step by step, by what the page shows. */
import type { Page } from 'playwright-core';
import { openKeyFile } from '../browser.ts';

export class BidderPage {
  constructor(
    readonly page: Page,
    private readonly base: string,
    private readonly lotId: string,
  ) {}

  async signIn(p12: string, password: string): Promise<void> {
    await this.page.goto(`${this.base}/sign-in?next=/lots/${this.lotId}/bid`);
    await openKeyFile(this.page, p12, password);
    await this.page.getByRole('heading', { name: '一、信任与密钥' }).waitFor();
  }

  async chooseRoots(path: string): Promise<void> {
    await this.page.getByLabel('选择 roots.json').setInputFiles(path);
    await this.page.getByText('正在使用的根').waitFor();
  }

  async checkKey(): Promise<void> {
    await this.page.getByRole('button', { name: '检查本标段的开标密钥' }).click();
    await this.page.getByText('开标密钥检查通过').waitFor({ timeout: 30_000 });
  }

  async fillSheet(price: string): Promise<void> {
    await this.page.getByLabel('投标报价（元）').fill(price);
    await this.page.getByLabel('工期（日历天）').fill('85');
    await this.page.getByLabel('质量承诺').fill('合格');
    await this.page.getByLabel('项目负责人').fill('王五');
  }

  chooseFiles(...paths: string[]): Promise<void> {
    return this.page.getByLabel('选择文件：E1').setInputFiles(paths);
  }

  /** Up to the recovery code: its 24 words. After a reload the page has no key any more, and asks for the file. */
  async seal(
    key: { readonly p12: string; readonly password: string } | null,
    timeout = 60_000,
  ): Promise<string[]> {
    await this.page.getByRole('button', { name: '密封', exact: true }).click();
    if (key) await openKeyFile(this.page, key.p12, key.password);
    const list = this.page.getByRole('list', { name: '恢复码' });
    await list.waitFor({ timeout });
    return list.getByRole('listitem').allInnerTexts();
  }

  /** Seconds of the sealing and of its self-test, as the page goes from one to the other. */
  async timedSeal(timeout = 300_000): Promise<{ sealing: number; testing: number }> {
    const { page } = this;
    const times = page.evaluate<{ sealing: number; testing: number }>(`new Promise((resolve) => {
      let begun = 0;
      let tested = 0;
      const timer = setInterval(() => {
        const phase = document.querySelector('.working strong')?.textContent ?? '';
        if (begun === 0 && phase.includes('正在密封')) begun = performance.now();
        if (begun > 0 && tested === 0 && phase.includes('正在自检')) tested = performance.now();
        if (tested === 0 || !document.querySelector('.words')) return;
        clearInterval(timer);
        resolve({ sealing: (tested - begun) / 1000, testing: (performance.now() - tested) / 1000 });
      }, 50);
    })`);
    await this.seal(null, timeout);
    return times;
  }

  async confirm(words: readonly string[]): Promise<void> {
    const field = this.page.getByLabel(/请输入第 \d+ 个词/);
    const label = await this.page.locator('label', { hasText: /请输入第 \d+ 个词/ }).innerText();
    await field.fill(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
    await this.page.keyboard.press('Enter');
    await this.page.getByRole('heading', { name: '七、递交' }).waitFor();
  }

  async submitted(timeout = 60_000): Promise<void> {
    await this.page.getByRole('heading', { name: '标书已递交' }).waitFor({ timeout });
  }

  /** Saves every file of the package into `folder`, as a bidder would. */
  async exportTo(folder: string): Promise<string[]> {
    await this.page.getByRole('button', { name: '列出标书的文件' }).click();
    // The list comes whole, but later than other buttons of the page that save a file.
    const list = this.page.getByRole('list', { name: '导出', exact: true });
    await list.waitFor();
    const buttons = list.getByRole('button');
    const saved: string[] = [];
    for (const button of await buttons.all()) {
      const download = this.page.waitForEvent('download');
      await button.click();
      const file = await download;
      await file.saveAs(`${folder}/${file.suggestedFilename()}`);
      saved.push(file.suggestedFilename());
    }
    return saved;
  }
}
