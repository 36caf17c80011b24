/** A lot that takes bids, and one bidder with a key file and pinned roots on disk: what a browser's bidder begins with. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY, SystemClock, addMs } from '#kernel';
import { loadSigner, writePkcs12 } from '#trust/key-file';
import { testCreditCode } from '../lot-fixture.ts';
import { WITHOUT_LIMITS, createTestApp } from '../test-app.ts';
import type { TestApp } from '../test-app.ts';
import { makeRoster, trustRoster } from './roster.ts';
import { beginStory } from './story.ts';
import type { Story } from './story.ts';

export interface BidderStory {
  readonly app: TestApp;
  readonly story: Story;
  readonly key: { readonly p12: string; readonly password: string };
  readonly roots: string;
  /** In a folder that goes with the story. */
  file(name: string): string;
  close(): Promise<void>;
}

const PASSWORD = 'of the bidder';

export async function beginBidderStory(biddingMs: number): Promise<BidderStory> {
  const app = await createTestApp(WITHOUT_LIMITS);
  const file = (name: string): string => join(app.dataDir, name);
  const roster = await makeRoster([]);
  const now = new SystemClock().now();
  const { certificate, chain, pkcs8 } = await roster.ca.issue({
    subject: { organisation: '甲建设有限公司', creditCode: testCreditCode(101), person: '王五' },
    notBefore: addMs(now, -DAY),
    notAfter: addMs(now, 30 * DAY),
  });
  if (!pkcs8) throw new Error('no key');
  const p12 = await writePkcs12({ pkcs8, certificate, chain }, PASSWORD, 'bidder');
  const signer = await loadSigner(p12, PASSWORD);
  if (!signer.ok) throw new Error(signer.error.code);
  await trustRoster(app.app, roster);
  const withBidder = { ...roster, bidders: [signer.value] };
  const story = await beginStory({ url: app.url, patienceMs: 5000 }, withBidder, { biddingMs, waits: 100 });
  await writeFile(file('bidder.p12'), p12);
  await writeFile(file('roots.json'), await (await fetch(`${app.url}/api/v1/trust`)).text());
  const close = async (): Promise<void> => {
    story.witness.stop();
    await app.close();
  };
  return {
    app,
    story,
    key: { p12: file('bidder.p12'), password: PASSWORD },
    roots: file('roots.json'),
    file,
    close,
  };
}
