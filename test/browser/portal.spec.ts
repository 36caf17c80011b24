import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { z } from 'zod';
import { canonicalBytes } from '#trust';
import type { OpeningRecord, Signed } from '#trust';
import { progressAnswer, resultAnswer } from '../../libs/award/src/http/award-answers.ts';
import { openingAnswer, recordAnswer } from '../../libs/opening/src/http/opening-answers.ts';
import { lotAnswer, lotPage } from '../../libs/tendering/src/http/lot-answers.ts';
import {
  axeViolations,
  describeInBrowser,
  eventually,
  keepPicture,
  launch,
  openReader,
  overflows,
} from '../support/browser.ts';
import { BundleEditor } from '../support/story/bundle-editor.ts';
import { loggedReceipt } from '../support/story/bidding.ts';
import { downloadEvidence, verifyFile } from '../support/story/evidence.ts';
import { runOpening, signOpeningRecord } from '../support/story/opening.ts';
import { awardLot } from '../support/story/result.ts';
import { SMALL_BIDDERS, beginSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';
import { publishTender } from '../support/story/tender.ts';

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

describeInBrowser('the portal', (executable) => {
  let small: SmallStory;
  let browser: Browser;
  let context: BrowserContext;
  let said: string[];
  let page: Page;
  let files: { evidence: string; roots: string; receipt: string };

  const url = (path: string): string => small.app.url + path;
  const lotPath = (tab = ''): string => `/lots/${small.story.lot.lotId}${tab}`;
  const api = async <T>(path: string): Promise<T> => (await (await fetch(url(`/api/v1${path}`))).json()) as T;

  /** A tender that was played to its award, with an objection; and a second one that takes bids. */
  beforeAll(async () => {
    small = await beginSmallStory();
    const { people, lot } = small.story;
    const [bidder] = people.bidders;
    await runOpening(people, lot);
    await bidder?.post(`/lots/${lot.lotId}/opening/attendance`, { role: 'bidder' });
    const hall = `/lots/${lot.lotId}/opening/objections`;
    await bidder?.post(hall, { text: '请说明乙公司的工期是否含节假日。' });
    await people.seats.agency.post(`${hall}/1/answer`, { text: '工期以日历天计，含节假日。' });
    await signOpeningRecord(people, lot);
    await awardLot(people, lot);
    await publishTender(people, { biddingMs: 3_600_000, waits: 1 });
    const at = (name: string): string => join(small.folder, name);
    files = { evidence: at('evidence.zip'), roots: at('roots.json'), receipt: at('receipt.json') };
    await downloadEvidence(small.story.visitor, lot.lotId, files.evidence);
    await writeFile(files.roots, await (await fetch(url('/api/v1/trust'))).text());
    const [bid] = small.bids;
    if (!bid || !bidder) throw new Error('no bid');
    await writeFile(files.receipt, canonicalBytes(await loggedReceipt(bidder, bid)));
    browser = await launch(executable);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await small?.close();
  });
  beforeEach(async () => {
    ({ context, page, said } = await openReader(browser, DESKTOP));
  });
  afterEach(async () => {
    await context.close();
    expect(said).toEqual([]);
  });

  describe('a reader', () => {
    it('goes from a search to the notice, the opening record and the award', async () => {
      await page.goto(url('/'));
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByLabel('按项目、标段、招标人或代理机构查找').fill('文三路');
      await page.getByRole('button', { name: '查找公告' }).click();
      await page.getByRole('link', { name: '已截止' }).click();
      await page.getByText('已定标').waitFor();
      await page.getByRole('link', { name: '文三路道路改造工程 第一标段' }).click();
      await page.getByRole('heading', { level: 1, name: '第一标段' }).waitFor();
      await eventually(async () => expect(await page.locator('.step-done').count()).toBe(8));

      const link = page.getByRole('link', { name: 'tender.txt' });
      const document = await fetch(url((await link.getAttribute('href')) ?? ''));
      const digest = createHash('sha256').update(Buffer.from(await document.arrayBuffer()));
      await page.getByText(digest.digest('base64url')).waitFor();

      await page.getByRole('link', { name: '开标记录', exact: true }).click();
      for (const name of SMALL_BIDDERS) await page.getByRole('cell', { name }).waitFor();
      for (const price of ['4,000,000.00', '5,000,000.00', '6,000,000.00'])
        await page.getByRole('cell', { name: price }).waitFor();
      await page.getByText('工期以日历天计，含节假日。').waitFor();

      await page.getByRole('link', { name: '评标与定标' }).click();
      await page.getByRole('region', { name: '中标结果' }).getByText('甲建设有限公司').first().waitFor();
      await page.getByRole('region', { name: '中标候选人公示' }).getByRole('row').nth(3).waitFor();
    });

    it('sees a tender that takes bids: time left by the platform’s clock, and nothing about who bids', async () => {
      await page.goto(url('/notices?stage=key-ceremony'));
      await page.getByRole('link', { name: /第一标段/ }).click();
      expect(await page.getByRole('timer').innerText()).toMatch(/距截止 00:[0-5]\d:[0-5]\d/);
      await page.getByRole('link', { name: '开标记录', exact: true }).click();
      await page.getByText('还没有开标').waitFor();
    });

    it('finds by any name, in any case, and is told what to do when nothing is found', async () => {
      await page.goto(url('/notices'));
      await page.getByLabel('项目、标段、招标人、代理机构').fill('城建投资');
      await page.keyboard.press('Enter');
      await page.getByText('已列出 2 个标段').waitFor();
      await page.getByLabel('项目、标段、招标人、代理机构').fill('没有的项目');
      await page.keyboard.press('Enter');
      await page.getByText('没有符合条件的公告').waitFor();
      await page.getByRole('link', { name: '清除条件' }).click();
      await page.getByText('已列出 2 个标段').waitFor();
    });

    it('chooses a language, which is remembered', async () => {
      await page.goto(url('/notices'));
      await page.getByRole('button', { name: 'Switch to English' }).click();
      await page.getByRole('heading', { level: 1, name: 'Tenders' }).waitFor();
      await page.goto(url(lotPath('/result')));
      await page.getByRole('heading', { name: 'Award', exact: true }).waitFor();
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      await page.getByRole('button', { name: '切换为中文' }).click();
      await page.getByRole('heading', { name: '中标结果' }).waitFor();
    });

    it('is told in a sentence what is wrong, and what to do', async () => {
      await page.goto(url('/lots/00000000-0000-4000-8000-000000000000'));
      const alert = page.getByRole('alert');
      await alert.getByText('TENDERING.LOT_UNKNOWN').waitFor();
      expect(await alert.innerText()).toContain('请核对网址');
      // The browser itself reports the 404 on its console; the page cannot keep it from that.
      expect(said.splice(0).every((line) => line.includes('404'))).toBe(true);
      await page.goto(url('/no-such-page'));
      await page.getByRole('heading', { name: '没有这个页面' }).waitFor();
    });

    it('is told that the platform does not answer, and that no deadline moves because of it', async () => {
      await page.route('**/api/v1/lots?*', (route) => route.abort());
      await page.goto(url('/notices'));
      const alert = page.getByRole('alert');
      await alert.getByText('没有连上平台').waitFor();
      expect(await alert.innerText()).toContain('截止时间不因此提前');
      // The browser's own line for each try.
      expect(said.splice(0).every((line) => line.includes('ERR_FAILED'))).toBe(true);
      await page.unroute('**/api/v1/lots?*');
      await alert.getByRole('button', { name: '重试' }).click();
      await page.getByText('已列出 2 个标段').waitFor();
    });

    it('needs no mouse', async () => {
      await page.goto(url('/'));
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.keyboard.press('Tab');
      expect(await focused(page)).toBe('跳到正文');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.type('文三路');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('已列出 2 个标段').waitFor();
      await tabTo(page, /^文三路道路改造工程 第一标段$/);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: '第一标段' }).waitFor();
      await tabTo(page, /^开标记录$/);
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/opening$/);
    });
  });

  describe('verification', () => {
    const checkStates = (): Promise<string[]> =>
      page
        .locator('[data-check]')
        .evaluateAll((nodes) =>
          (nodes as unknown as { dataset: Record<string, string> }[]).map(
            ({ dataset }) => `${dataset['check']} ${dataset['state']}`,
          ),
        );
    async function check(...paths: string[]): Promise<void> {
      await page.goto(url('/verify'));
      await page.getByLabel('选择 roots.json').setInputFiles(files.roots);
      await page.getByText('正在使用的根').waitFor();
      await page.getByLabel('选择文件').setInputFiles(paths);
      await page.getByRole('button', { name: '开始检查' }).click();
      await page.getByRole('button', { name: '检查别的文件' }).waitFor({ timeout: 60_000 });
    }
    const nodeStates = async (path: string): Promise<string[]> =>
      (await verifyFile(path, small.story.trust)).checks.map(({ id, state }) => `${id} ${state}`);

    it('holds an evidence file with the states that the command line finds, and sends nothing', async () => {
      const sent: string[] = [];
      page.on('request', (request) => {
        if (request.method() !== 'GET' || request.postData() !== null) sent.push(request.url());
      });
      await check(files.evidence);
      await page.getByRole('heading', { name: '全部成立' }).waitFor();
      expect(await checkStates()).toEqual(await nodeStates(files.evidence));
      expect(sent).toEqual([]);
      await keepPicture(page, 'zh-CN/public-verify-holds-1440');
    });

    it('checks in a thread that cannot open a connection', async () => {
      const script = context.waitForEvent('response', (response) => response.url().includes('verify.worker'));
      await check(files.evidence);
      const policy = (await (await script).allHeaders())['content-security-policy'] ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('connect-src');
    });

    it('names the check, the place and who is to blame for a price that was changed', async () => {
      const forged = join(small.folder, 'forged.zip');
      const bundle = await BundleEditor.read(files.evidence);
      bundle.edit<Signed<OpeningRecord>>('record.json', (signed) => {
        const [bid, ...others] = signed.record.bids;
        const sheet = bid?.sheet ? { ...bid.sheet, price: '1.00' } : null;
        return { ...signed, record: { ...signed.record, bids: [{ ...bid, sheet }, ...others] } };
      });
      await bundle.write(forged);
      await check(forged);
      await page.getByRole('heading', { name: /项检查不成立/ }).waitFor();
      expect(await checkStates()).toEqual(await nodeStates(forged));
      await keepPicture(page, 'zh-CN/public-verify-fails-1440');
      const failing = await page.locator('[data-check=V16]').innerText();
      expect(failing).toMatch(/不成立[\s\S]*责任方 平台[\s\S]*record\.json/);
    });

    it('finds a flipped byte, and says who can have done it', async () => {
      const flipped = join(small.folder, 'flipped.zip');
      const bytes = await readFile(files.evidence);
      const at = bytes.indexOf('close.json') + 40;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(flipped, bytes);
      await check(flipped);
      expect(await page.locator('[data-check=V21]').innerText()).toMatch(
        /不成立[\s\S]*责任方 制作或改动本文件者[\s\S]*close\.json/,
      );
    });

    it('holds a receipt, alone and against the bundle; one that was changed does not hold', async () => {
      await check(files.receipt, files.evidence);
      await page.getByRole('heading', { name: '回执成立' }).waitFor();
      await page.getByRole('heading', { name: '全部成立' }).waitFor();
      const changed = join(small.folder, 'changed.json');
      const text = await readFile(files.receipt, 'utf8');
      await writeFile(changed, text.replaceAll('"inTime":true', '"inTime":false'));
      await check(changed);
      await page.getByRole('heading', { name: '回执不成立' }).waitFor();
      await page.getByText('SIGNATURE.INVALID').waitFor();
    });

    it('begins nothing after it was stopped', async () => {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      await page.route('**/lotkey', async (route) => {
        await held;
        await route.continue();
      });
      await page.goto(url('/verify'));
      await page.getByLabel('选择 roots.json').setInputFiles(files.roots);
      await page.getByText('正在使用的根').waitFor();
      await page.getByLabel('选择文件').setInputFiles(files.receipt);
      const asked = page.waitForRequest('**/lotkey');
      await page.getByRole('button', { name: '开始检查' }).click();
      await asked;
      const begun: string[] = [];
      page.on('worker', (worker) => begun.push(worker.url()));
      await page.getByRole('button', { name: '停止' }).click();
      const answered = page.waitForResponse('**/lotkey');
      release();
      await (await answered).finished();
      // Time enough for a check of a receipt to begin and to end.
      await page.waitForTimeout(1_000);
      expect(begun).toEqual([]);
      expect(await page.getByRole('heading', { name: '回执成立' }).count()).toBe(0);
    });

    it('refuses what is no roots file, and what is no evidence', async () => {
      await page.goto(url('/verify'));
      await page.getByLabel('或粘贴 roots.json 的内容').fill('{"type":"trust"}');
      await page.getByRole('button', { name: '使用这些根' }).click();
      await page.getByRole('alert').getByText('EVIDENCE.TRUST_FILE').waitFor();
      const empty = join(small.folder, 'empty.zip');
      await writeFile(empty, '');
      await check(empty);
      await page.getByRole('heading', { name: /项检查不成立/ }).waitFor();
      expect(await checkStates()).toEqual(await nodeStates(empty));
    });
  });

  describe('every page', () => {
    const pages = (): string[] => [
      '/',
      '/notices',
      '/notices?text=zzz',
      lotPath(),
      lotPath('/opening'),
      lotPath('/result'),
      '/log-head',
      '/verify',
      '/no-such-page',
    ];
    const nameOf = (path: string): string =>
      path === '/'
        ? 'home'
        : path
            .slice(1)
            .replace(/lots\/[0-9a-f-]+/, 'lot')
            .replaceAll(/\W+/g, '-');
    const settled = async (path: string): Promise<void> => {
      await page.goto(url(path));
      await page.getByRole('heading').first().waitFor();
      await page.locator('.loading').waitFor({ state: 'detached' });
    };

    it.each([
      ['zh-CN', DESKTOP],
      ['en', PHONE],
    ])(
      'has no serious fault for those who read otherwise (%s)',
      async (language, size) => {
        await page.setViewportSize(size);
        await page.addInitScript(`localStorage.setItem('glasshall.language', '${language}')`);
        for (const path of pages()) {
          await settled(path);
          expect([path, await axeViolations(page)]).toEqual([path, []]);
        }
      },
      120_000,
    );

    it.each(['zh-CN', 'en'])(
      'fits a phone and a small screen (%s)',
      async (language) => {
        await page.addInitScript(`localStorage.setItem('glasshall.language', '${language}')`);
        for (const path of pages()) {
          await settled(path);
          for (const size of [PHONE, { width: 1280, height: 800 }]) {
            await page.setViewportSize(size);
            expect([path, size.width, await overflows(page)]).toEqual([path, size.width, false]);
            await keepPicture(page, `${language}/public-${nameOf(path)}-${size.width}`);
          }
        }
      },
      120_000,
    );

    it('loads nothing from elsewhere, and less than 300 KB', async () => {
      const loaded = new Map<string, number>();
      page.on('response', (response) => {
        const length = Number(response.headers()['content-length'] ?? 0);
        loaded.set(response.url(), length);
      });
      await settled('/');
      expect([...loaded.keys()].filter((each) => !each.startsWith(small.app.url))).toEqual([]);
      const total = [...loaded.values()].reduce((sum, length) => sum + length, 0);
      expect(total).toBeGreaterThan(50_000);
      expect(total).toBeLessThan(300_000);
    });
  });

  describe('the server', () => {
    it('gives pages anew with a nonce of their own, and named files for ever', async () => {
      const [first, second] = await Promise.all([fetch(url('/')), fetch(url('/lots/x/opening'))]);
      const policies = [first, second].map((each) => each.headers.get('content-security-policy') ?? '');
      expect(first.headers.get('cache-control')).toBe('no-cache');
      expect(policies[0]).not.toBe(policies[1]);
      for (const policy of policies) {
        expect(policy).toContain("script-src 'self';");
        expect(policy).not.toContain('unsafe');
      }
      const html = await first.text();
      const nonce = /'nonce-([^']+)'/.exec(policies[0] ?? '')?.[1] ?? 'none';
      expect(html).toContain(`nonce="${nonce}"`);
      expect(html).not.toMatch(/<script(?![^>]*src=)/);
      const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
      const asset = await fetch(url(script));
      expect(asset.headers.get('cache-control')).toContain('immutable');
      expect(asset.headers.get('content-type')).toContain('javascript');
    });

    it('never stands before the API, the log, the documentation or the health page', async () => {
      for (const path of [
        '/api/v1/nothing',
        '/api',
        '/log',
        '/log/nothing',
        '/assets/nothing.js',
        '/x.php',
      ]) {
        const answer = await fetch(url(path));
        expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
          path,
          404,
          expect.stringContaining('application/problem+json'),
        ]);
      }
      expect(await (await fetch(url('/docs'))).text()).toContain('swagger-ui');
      expect((await fetch(url('/health'))).headers.get('content-type')).toContain('json');
      expect((await fetch(url('/log/checkpoint'))).headers.get('content-type')).toContain('text/plain');
      expect((await fetch(url('/notices'), { method: 'POST' })).status).toBe(404);
    });

    it('answers as its document says, field by field', async () => {
      const { lotId } = small.story.lot;
      const described: [string, z.ZodType][] = [
        ['/lots', lotPage],
        [`/lots/${lotId}`, lotAnswer],
        [`/lots/${lotId}/opening`, openingAnswer],
        [`/lots/${lotId}/opening/record`, recordAnswer],
        [`/lots/${lotId}/result`, resultAnswer],
        [`/progress?lots=${lotId}`, progressAnswer],
      ];
      for (const [path, schema] of described) {
        const answer = await api<object>(path);
        expect([path, schema.parse(answer)]).toEqual([path, answer]);
      }
    });
  });
});

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { activeElement: { textContent: string } | null };
    };
    return document.activeElement?.textContent ?? '';
  });

async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    if (name.test((await focused(page)).trim())) return;
  }
  throw new Error(`${String(name)} cannot be reached by Tab`);
}
