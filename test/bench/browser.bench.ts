/** Sealing one bid in Chromium, on the real page, against the same passes bare in WebCrypto in that page. */
import { rm } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { findChromium } from '../support/browser.ts';
import { launchWithProfile, longestTask, memoryWhile } from '../support/browser-load.ts';
import setUp from '../support/global-setup.mjs';
import tearDown from '../support/global-teardown.mjs';
import { BidderPage } from '../support/story/bidder-page.ts';
import { beginBidderStory } from '../support/story/bidder-story.ts';
import { makeFile, megabytes, round2 } from './bulk.ts';
import type { Emit } from './main.ts';

const HOURS_4 = 4 * 3_600_000;

/** SHA-256, AES-256-GCM, SHA-256 of the ciphertext, over 1 MiB pieces of the chosen file, one after another: seconds. */
const BARE = `(async () => {
  const file = document.getElementById('bare').files[0];
  const { subtle } = crypto;
  const key = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);
  const iv = new Uint8Array(12);
  const begun = performance.now();
  for (let at = 0; at < file.size; at += 1048576) {
    const piece = await file.slice(at, at + 1048576).arrayBuffer();
    await subtle.digest('SHA-256', piece);
    await subtle.digest('SHA-256', await subtle.encrypt({ name: 'AES-GCM', iv }, key, piece));
  }
  return (performance.now() - begun) / 1000;
})()`;

async function bare(page: Page, path: string): Promise<number> {
  await page.evaluate(`{
    document.getElementById('bare')?.remove();
    const input = document.createElement('input');
    input.type = 'file';
    input.id = 'bare';
    document.body.append(input);
  }`);
  await page.locator('#bare').setInputFiles(path);
  const seconds = await page.evaluate<number>(BARE);
  await page.evaluate("document.getElementById('bare').remove()");
  return seconds;
}

export async function run(emit: Emit): Promise<void> {
  const executable = findChromium();
  if (executable === null) throw new Error('no Chromium is installed');
  await setUp();
  const profile = mkdtempSync(join(tmpdir(), 'glasshall-profile-'));
  const { story, app, file, key, roots, close } = await beginBidderStory(HOURS_4);
  const context = await launchWithProfile(executable, profile);
  try {
    makeFile(file('bid.bin'), megabytes);
    const page = await context.newPage();
    const bidder = new BidderPage(page, app.url, story.lot.lotId);
    await bidder.signIn(key.p12, key.password);
    await bidder.chooseRoots(roots);
    await bidder.checkKey();
    await bidder.fillSheet('8120000');
    await bidder.chooseFiles(file('bid.bin'));
    const [before, times] = [await bare(page, file('bid.bin')), { sealing: 0, testing: 0 }];
    let longest = 0;
    const memory = await memoryWhile(profile, async () => {
      longest = await longestTask(page, async () => {
        Object.assign(times, await bidder.timedSeal());
      });
    });
    const baseline = (before + (await bare(page, file('bid.bin')))) / 2;
    const name = `browser.seal.${String(megabytes)}MB`;
    emit({
      name,
      value: round2(megabytes / times.sealing),
      unit: 'MB/s',
      baseline: round2(megabytes / baseline),
      ratio: round2(baseline / times.sealing),
    });
    const alone = { baseline: null, ratio: null };
    emit({ name: `${name}.selftest`, value: round2(megabytes / times.testing), unit: 'MB/s', ...alone });
    emit({ name: `${name}.memory`, value: round2(memory), unit: 'MB above idle', ...alone });
    emit({ name: `${name}.longest`, value: round2(longest), unit: 'ms on the main thread', ...alone });
  } finally {
    await context.close();
    await close();
    await rm(profile, { recursive: true, force: true });
    await tearDown();
  }
}
