import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { writePkcs12 } from '#trust/key-file';
import { addMs, DAY, SystemClock } from '#kernel';
import { b64u, generateKeyPair, openDevelopmentCa, parseCertificate } from '#trust';
import {
  axeViolations,
  describeInBrowser,
  expectReadable,
  launch,
  openKeyFile,
  openReader,
  overflows,
} from '../support/browser.ts';
import { become, createDemo } from '../support/demo-in-browser.ts';
import type { SeededDemo } from '../support/demo-in-browser.ts';
import type { TestApp } from '../support/test-app.ts';

describeInBrowser('signing in', (executable) => {
  let app: TestApp;
  let identity: SeededDemo['identity'];
  let browser: Browser;
  let context: BrowserContext;
  let said: string[];
  let page: Page;

  const url = (path: string): string => app.url + path;
  /** The browser's own line for a refusal; the page cannot keep it from that. */
  const refusals = (status: string): void => {
    expect(said.splice(0).filter((line) => !line.includes(status))).toEqual([]);
  };

  beforeAll(async () => {
    ({ app, identity } = await createDemo());
    browser = await launch(executable);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });
  beforeEach(async () => {
    ({ context, page, said } = await openReader(browser));
  });
  afterEach(async () => {
    await context.close();
    expect(said).toEqual([]);
  });

  it('takes a key file and its password, which stay in the page', async () => {
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.postData() ?? ''));
    await page.goto(url('/sign-in?next=/log-head'));
    const { p12, password, organisation } = identity('bidder-1');
    await openKeyFile(page, p12, 'a wrong one');
    await page.getByRole('alert').getByText('口令不对，或文件已损坏').waitFor();
    expect(sent.filter((body) => body !== '')).toEqual([]);
    await page.getByLabel('证书口令').fill(password);
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: '透明日志' }).waitFor();
    await page.locator('header').getByTitle(organisation, { exact: true }).waitFor();
    const key = (await readFile(p12)).toString('base64url').slice(40, 80);
    expect(sent.some((body) => body.includes(password) || body.includes(key))).toBe(false);
    const kept = await page.evaluate<string>('JSON.stringify([{ ...sessionStorage }, { ...localStorage }])');
    expect(kept).toContain('token');
    expect(kept.includes(password) || kept.includes('PRIVATE')).toBe(false);
  });

  it('stays signed in over a reload, and ends when the reader says so', async () => {
    await page.goto(url('/sign-in'));
    const { p12, password } = identity('bidder-2');
    await openKeyFile(page, p12, password);
    const leave = page.getByRole('button', { name: '退出' });
    await leave.waitFor();
    await page.reload();
    await leave.click();
    await page.getByRole('link', { name: '登录', exact: true }).waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('shows by itself that a session is over', async () => {
    await page.goto(url('/'));
    await page.getByRole('button', { name: '监督部门' }).click();
    await page.getByRole('button', { name: '退出' }).waitFor();
    const kept = await page.evaluate<string>("sessionStorage.getItem('glasshall.session')");
    const { token } = JSON.parse(kept) as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(url('/api/v1/auth/session'), { method: 'DELETE', headers })).status).toBe(204);
    await page.reload();
    await page.getByRole('link', { name: '登录', exact: true }).waitFor();
    refusals('401');
  });

  it('goes from one identity of the demonstration to another by one click, on every page', async () => {
    await page.goto(url('/verify'));
    for (const [chip, name] of [
      ['代理机构', 'agency'],
      ['投标人3', 'bidder-3'],
    ] as const) {
      await become(page, chip);
      await page.locator('header').getByTitle(identity(name).organisation, { exact: true }).waitFor();
    }
    await page.getByRole('button', { name: '公众' }).click();
    await page.getByRole('link', { name: '登录', exact: true }).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await overflows(page)).toBe(false);
  });

  it('enrols an organisation that the certificate names, and asks what it is here for', async () => {
    const file = join(app.dataDir, 'stranger.p12');
    const password = await strangersKeyFile(file);
    await page.goto(url('/sign-in'));
    await openKeyFile(page, file, password);
    await page.getByText('新来建设有限公司').first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('审计人员').check();
    await page.getByRole('button', { name: '登记并登录' }).click();
    await page.getByRole('button', { name: '退出' }).waitFor();
    refusals('403');
  });

  it('is readable to everybody', async () => {
    await page.goto(url('/sign-in'));
    await page.getByRole('heading', { name: '证书登录' }).waitFor();
    await page.getByRole('button', { name: '公众' }).waitFor();
    await expectReadable(page);
  });

  /** Under the demonstration's own authority, of an organisation that nobody knows. */
  async function strangersKeyFile(path: string): Promise<string> {
    const seeding = JSON.parse(await readFile(join(app.dataDir, 'demo', 'seeding.json'), 'utf8')) as {
      authority: { pkcs8: string; certificate: string };
    };
    const root = parseCertificate(b64u.decode(seeding.authority.certificate));
    if (!root.ok) throw new Error('no authority');
    const ca = await openDevelopmentCa(b64u.decode(seeding.authority.pkcs8), root.value);
    const now = new SystemClock().now();
    const { spki, pkcs8 } = await generateKeyPair('ecdsa-p256');
    const { certificate, chain } = await ca.issue({
      subject: { organisation: '新来建设有限公司', creditCode: '914400000000009999', person: '孙新来' },
      notBefore: addMs(now, -DAY / 24),
      notAfter: addMs(now, DAY),
      publicKey: spki,
    });
    await writeFile(path, await writePkcs12({ pkcs8, certificate, chain }, 'of a stranger', 'key'));
    return 'of a stranger';
  }
});
