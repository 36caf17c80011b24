import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** CHROMIUM of the environment, else the first on the PATH; null where this machine has none. */
export function findChromium(): string | null {
  const given = process.env['CHROMIUM'];
  if (given) return given;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return found.find((path) => existsSync(path)) ?? null;
}

/** Like `describeWith`: without a browser the stories are named as left out, on stderr and as a test that says so. */
export function describeInBrowser(name: string, body: (executable: string) => void): void {
  const executable = findChromium();
  if (executable !== null) {
    describe(name, () => body(executable));
    return;
  }
  process.stderr.write(`LEFT OUT: ${name} (no Chromium is installed)\n`);
  it(`${name}: left out, because no Chromium is installed`, () => {
    expect(findChromium()).toBeNull();
  });
}

export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    // Chromium's own sandbox does not work for root, as in a container; the pages are ours.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** One line for each serious or critical violation of WCAG 2.2 A and AA on the page as it stands. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await page.evaluate(async (values): Promise<AxeResult> => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } };
    return axe.run({ runOnly: { type: 'tag', values } });
  }, tags);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** Whether the page is wider than its window: then a phone shows it cut, or small. */
export const overflows = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = (
      globalThis as unknown as { document: { documentElement: { scrollWidth: number; clientWidth: number } } }
    ).document.documentElement;
    return scrollWidth > clientWidth;
  });

/** Everything that a page must never say: errors on the console, exceptions, refusals of the page's own policy. */
export function watch(context: BrowserContext): string[] {
  const said: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('Content Security Policy'))
      said.push(`${message.page()?.url() ?? ''} ${message.text()}`);
  });
  context.on('weberror', (error) => said.push(String(error.error())));
  return said;
}

/** Somebody before a page, and what that page said that it must never say. */
export interface Reader {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly said: string[];
}

export async function openReader(
  browser: Browser,
  viewport = { width: 1280, height: 900 },
  locale = 'zh-CN',
): Promise<Reader> {
  const context = await browser.newContext({ viewport, locale });
  return { context, said: watch(context), page: await context.newPage() };
}

/** To everybody, as it stands, and on a phone; the window is 1280 wide afterwards. `picture`: see `keepPicture`. */
export async function expectReadable(page: Page, picture: string | null = null): Promise<void> {
  expect([picture, await axeViolations(page)]).toEqual([picture, []]);
  await expectFits(page, picture);
}

export async function expectFits(page: Page, picture: string | null = null): Promise<void> {
  for (const [width, height] of [
    [390, 844],
    [1280, 900],
  ] as const) {
    await page.setViewportSize({ width, height });
    expect([picture, width, await overflows(page)]).toEqual([picture, width, false]);
    if (picture !== null) await keepPicture(page, `${picture}-${width}`);
  }
}

/** What a page comes to show, not what it shows at this instant: a live page runs a moment behind its neighbour. */
export async function eventually(check: () => Promise<void>, patienceMs = 15_000): Promise<void> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Wherever a page asks for a certificate. */
export async function openKeyFile(page: Page, path: string, password: string): Promise<void> {
  await page.getByLabel('选择 .p12 或 .pfx 文件').setInputFiles(path);
  await page.getByLabel('证书口令').fill(password);
  await page.keyboard.press('Enter');
}

/** What is final: the button in the dialog bears the same words as the one that opened it. */
export async function confirmFinal(page: Page, word: string): Promise<void> {
  await page.getByRole('button', { name: word, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: word, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** `npm run screenshots`: SCREENSHOTS names the folder that every page is written to, as it was tested. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
