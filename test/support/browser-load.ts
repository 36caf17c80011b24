/** What a page costs while it works: memory of its processes, tasks that held up its main thread. */
import { readFileSync, readdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';

/** A browser with a profile on disk, as a person has one: a private window keeps its files in memory. */
export const launchWithProfile = (executablePath: string, folder: string): Promise<BrowserContext> =>
  chromium.launchPersistentContext(folder, {
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    viewport: { width: 1280, height: 900 },
    locale: 'zh-CN',
    acceptDownloads: true,
  });

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly residentMb: number;
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const field = (key: string): number =>
        Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return [{ pid: Number(name), parent: field('PPid'), command, residentMb: field('VmRSS') / 1024 }];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** Resident memory of the browser with this profile, all its processes together, in MB. */
function residentOf(folder: string): number {
  const all = processes();
  const ours = new Set(
    all.filter(({ command }) => command.includes(`--user-data-dir=${folder}`)).map(({ pid }) => pid),
  );
  for (let before = -1; before !== ours.size;) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  return all.filter(({ pid }) => ours.has(pid)).reduce((sum, { residentMb }) => sum + residentMb, 0);
}

/** The most memory above what the browser had before `work`, in MB. */
export async function memoryWhile(folder: string, work: () => Promise<void>): Promise<number> {
  const before = residentOf(folder);
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, residentOf(folder))), 150);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return most - before;
}

/** Milliseconds of the longest task on the page's main thread during `work`; 0 where none took 50. */
export async function longestTask(page: Page, work: () => Promise<void>): Promise<number> {
  await page.evaluate(`
    globalThis.longest = 0;
    globalThis.watching = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
    });
    globalThis.watching.observe({ type: 'longtask' });
  `);
  await work();
  return page.evaluate<number>('globalThis.watching.disconnect(), globalThis.longest');
}
