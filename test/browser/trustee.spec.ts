import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openCopy } from '#client';
import { B, decodeScalar, encodePoint, hashText, newKeyPair, provePossession, systemRandom } from '#trust';
import type { JournalKey, KeyDestroyed, LogReceipt, LotKey, LotKeyTerms, Scalar, Signed } from '#trust';
import {
  axeViolations,
  describeInBrowser,
  expectFits,
  launch,
  openKeyFile as openFile,
  openReader,
} from '../support/browser.ts';
import { sealBid, submitBid } from '../support/story/bidding.ts';
import { until } from '../support/story/caller.ts';
import type { Caller } from '../support/story/caller.ts';
import { runOpening, signOpeningRecord, viewOpening } from '../support/story/opening.ts';
import { SEATS } from '../support/story/roster.ts';
import { KEY_PASSWORD, writeNewKey } from '../support/story/second-key.ts';
import { beginSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';
import { bidOf } from '../support/story/story.ts';
import { publishTender } from '../support/story/tender.ts';
import type { KeyedLot, Tender } from '../support/story/tender.ts';

const PASSPHRASE = '一句只有我知道的话';

describeInBrowser('the trustee’s page', (executable) => {
  let small: SmallStory;
  let tender: Tender;
  let lot: KeyedLot;
  let browser: Browser;
  let page: Page;
  let said: string[];
  const at = (name: string): string => join(small.folder, name);
  const url = (path: string): string => small.app.url + path;
  const lotUrl = (): string => url(`/trustee/lots/${tender.lotId}`);

  beforeAll(async () => {
    small = await beginSmallStory(20_000, []);
    tender = await publishTender(small.story.people, { biddingMs: 60_000, waits: 100 });
    await writeFile(at('roots.json'), await (await fetch(url('/api/v1/trust'))).text());
    // Not enrolled yet: its trustee does that in the page.
    await writeNewKey(small.ca, small.story.people.seats.notary, at('notary.p12'));
    browser = await launch(executable);
    ({ page, said } = await openReader(browser));
    page.setDefaultTimeout(45_000);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await small?.close();
  });
  afterEach(() => {
    expect(said).toEqual([]);
  });

  const openKeyFile = (): Promise<void> => openFile(page, at('notary.p12'), KEY_PASSWORD);
  const confirm = async (word: string): Promise<void> => {
    await page.getByRole('button', { name: word }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: word }).click();
  };
  const keyView = (): Promise<{
    record: LotKey | null;
    signed: Signed<LotKey> | null;
    journal: Signed<JournalKey> | null;
    log: LogReceipt | null;
  }> => small.story.visitor.get(`/lots/${tender.lotId}/lotkey`);

  it('pins the trustee’s own roots, and makes a keystore under a passphrase', async () => {
    await page.goto(url('/trustee'));
    await openKeyFile();
    // A new certificate of an organisation that is known already: it is enrolled, the roles are there.
    await page.getByLabel('公证机构').check();
    await page.getByRole('button', { name: '登记并登录' }).click();
    await page.getByRole('heading', { level: 1, name: '持钥方工作台' }).waitFor();
    said.splice(0);
    expect(await page.getByText('npx glasshall trustee accept').count()).toBe(1);
    await page.getByLabel('选择 roots.json').setInputFiles(at('notary.p12'));
    await page.getByRole('alert').getByText('这不是可用的 roots.json。').waitFor();
    await page.getByLabel('选择 roots.json').setInputFiles(at('roots.json'));
    await page.getByText('请与取得该文件的一方核对这个 SHA-256。').waitFor();
    await page.getByLabel('钥匙库口令').fill(PASSPHRASE);
    await page.getByLabel('再输入一次口令').fill('另外一句话，不一样');
    await page.getByText('两次输入的口令不同。').waitFor();
    await page.getByLabel('再输入一次口令').fill(PASSPHRASE);
    await page.getByRole('button', { name: '建立钥匙库' }).click();
    await page.getByText('钥匙库已打开，有 0 个标段的钥匙').waitFor();
    expect(await axeViolations(page)).toEqual([]);
  }, 90_000);

  it('takes the seat with a key made here, and signs once all seats are taken', async () => {
    const secrets = await offerOthers(small, tender);
    await page.getByRole('link', { name: '文三路道路改造工程 第一标段' }).first().click();
    await page.getByText('本浏览器里没有本标段的钥匙。').waitFor();
    await confirm('提交新钥匙并签署');
    const record = await until('the fifth offer', async () => (await keyView()).record);
    for (const role of SEATS.slice(0, 4)) {
      const [signature] = (await small.story.people.seats[role].sign('lotkey', record)).signatures;
      await small.story.people.seats[role].post(`/lots/${tender.lotId}/lotkey/signatures`, { signature });
    }
    await page.getByText('标段钥匙已形成').waitFor();
    const { signed, journal } = await keyView();
    if (!signed || !journal) throw new Error('no lot key');
    lot = { ...tender, lotKey: signed.record, journal, secrets };
    for (const [n, bidder] of small.story.people.bidders.entries()) {
      const plan = bidOf(`${String(5 + n)}000000.00`, 500);
      await submitBid(bidder, lot, await sealBid(bidder, lot, small.folder, plan));
    }
  }, 120_000);

  it('keeps the key sealed in this browser, in the form that the client takes', async () => {
    await page.goto(url('/trustee'));
    await page.getByLabel('钥匙库口令').fill('不是这句话啊啊啊');
    await page.getByRole('button', { name: '打开钥匙库' }).click();
    await page.getByRole('alert').getByText('口令不对。').waitFor();
    await page.getByLabel('钥匙库口令').fill(PASSPHRASE);
    await page.getByRole('button', { name: '打开钥匙库' }).click();
    await page.getByText('钥匙库已打开，有 1 个标段的钥匙').waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: '下载副本' }).click();
    await (await downloading).saveAs(at('keys.json'));
    const copy = await readFile(at('keys.json'));
    const [secret] = await openCopy(new Uint8Array(copy), PASSPHRASE);
    if (!secret) throw new Error('no key in the copy');
    expect(copy.toString()).not.toContain(secret.x);
    const mine = lot.lotKey.trustees.find(({ i }) => i === 5);
    expect(mine?.y).toBe(encodePoint(B.multiply(decodeScalar(secret.x))));
    expect([secret.lotKeyHash, secret.close]).toEqual([hashText('lotkey', lot.lotKey), null]);
  }, 90_000);

  it('shows every check of the release policy before anything leaves, and asks for each release', async () => {
    const caller = small.story.visitor;
    await until('CLOSE and its window', async () => {
      const { state } = await viewOpening(caller, tender.lotId);
      return state === 'stage-0' ? state : null;
    });
    await page.goto(lotUrl());
    await page.getByLabel('钥匙库口令').fill(PASSPHRASE);
    await page.getByRole('button', { name: '打开钥匙库' }).click();
    await page.getByRole('button', { name: '开始核对' }).click();
    // The page was loaded anew: its key is asked for again.
    await page.getByRole('dialog').waitFor();
    await openKeyFile();
    await page.getByRole('heading', { name: '可以放出：对公众开启的内容' }).waitFor();
    const steps = page.locator('[data-step]');
    const states = await steps.evaluateAll((items) =>
      items.map((item) => (item as unknown as { dataset: Record<string, string> }).dataset['state']),
    );
    expect(states).toEqual(Array(14).fill('held'));
    expect(await axeViolations(page)).toEqual([]);
    expect(await sent(caller, tender.lotId)).toEqual([]);
    await confirm('确认放出');
    await page.getByRole('heading', { name: '可以放出：接收登记' }).waitFor();
    expect(await sent(caller, tender.lotId)).toEqual(['0/public']);
    // A laptop that is closed in the middle: what was sent stays, and the list that it was for.
    await page.goto(url('/trustee'));
    await page.goto(lotUrl());
    await page.getByLabel('钥匙库口令').fill(PASSPHRASE);
    await page.getByRole('button', { name: '打开钥匙库' }).click();
    await page.getByRole('button', { name: '开始核对' }).click();
    await openKeyFile();
    await page.getByRole('heading', { name: '可以放出：接收登记' }).waitFor();
    await confirm('确认放出');
    await page.getByText('现在还不能全部放出').waitFor();
    expect(await sent(caller, tender.lotId)).toEqual(['0/journal', '0/public']);
  }, 120_000);

  it('releases the second stage for the bids that stand by its own opening', async () => {
    const { people } = small.story;
    const opening = runOpening(people, lot, [1, 2]);
    await until('stage 1', async () => {
      const { state } = await viewOpening(small.story.visitor, tender.lotId);
      return state === 'stage-1' ? state : null;
    });
    await page.getByRole('button', { name: '开始核对' }).click();
    await page.getByRole('heading', { name: '可以放出：对公众开启的内容' }).waitFor();
    await confirm('确认放出');
    await page.getByRole('heading', { name: '可以放出：只供评标委员会' }).waitFor();
    await confirm('确认放出');
    await page.getByText('本席应放出的份额已全部放出').waitFor();
    await page.getByText('有效投标人：3 家。').waitFor();
    expect((await opening).bids.map(({ progress }) => progress)).toEqual(Array(3).fill('opened'));
  }, 120_000);

  it('destroys the key once the opening is recorded, and files the statement', async () => {
    await signOpeningRecord(small.story.people, lot);
    await confirm('销毁钥匙');
    await page.getByText('钥匙已销毁，销毁声明已交平台。').waitFor();
    const { items } = await small.story.visitor.get<{
      items: { signed: Signed<KeyDestroyed> }[];
    }>(`/lots/${tender.lotId}/opening/destructions`);
    expect(items.map(({ signed }) => signed.record.i)).toEqual([5]);
    await page.goto(url('/trustee'));
    await page.getByLabel('钥匙库口令').fill(PASSPHRASE);
    await page.getByRole('button', { name: '打开钥匙库' }).click();
    await page.getByText('钥匙库已打开，有 0 个标段的钥匙').waitFor();
    // The copy of before does not bring it back.
    await page.getByLabel('选择副本文件').setInputFiles(at('keys.json'));
    await page.getByLabel('副本的口令').fill(PASSPHRASE);
    await page.getByRole('button', { name: '导入', exact: true }).click();
    await page.getByText('已导入 0 个标段的钥匙').waitFor();
    await expectFits(page);
  }, 90_000);
});

/** What this seat’s trustee has released, as the platform tells everybody. */
async function sent(caller: Caller, lotId: string): Promise<string[]> {
  const { trustees } = await viewOpening(caller, lotId);
  return [...(trustees.find(({ i }) => i === 5)?.stages ?? [])].sort();
}

/** The other four are at their own machines. */
async function offerOthers(small: SmallStory, { lotId }: Tender): Promise<Scalar[]> {
  const { people, visitor } = small.story;
  const terms = await visitor.get<LotKeyTerms>(`/lots/${lotId}/lotkey/terms`);
  const secrets: Scalar[] = [];
  for (const [n, role] of SEATS.slice(0, 4).entries()) {
    const { secret } = newKeyPair(systemRandom);
    const caller = people.seats[role];
    const certificate = caller.signer?.certificate;
    const org = certificate?.holder.creditCode ?? '';
    const cert = certificate?.fingerprint ?? '';
    const key = provePossession({ x: secret, terms, i: n + 1, org, cert, random: systemRandom });
    await caller.post(`/lots/${lotId}/lotkey/offers`, { key });
    secrets.push(secret);
  }
  return secrets;
}
