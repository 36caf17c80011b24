import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { readFileSync } from 'node:fs';
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

/** `npm run screenshots`: SCREENSHOTS names the folder that every page is written to, as it was tested. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
