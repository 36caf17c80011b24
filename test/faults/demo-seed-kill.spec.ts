import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoSeed } from '../../apps/platform/src/demo-seed.ts';
import { DemoPerson } from '../../apps/platform/src/demo-person.ts';
import { unwrap } from '#kernel';
import { loadSigner } from '#trust/key-file';
import { ensureBuilt, platformHome, PlatformProcess } from '../support/story/platform-process.ts';
import type { PlatformHome } from '../support/story/platform-process.ts';

/** The seeding makes some hundred commits: in the installation, among the enrolments, and in the tender. */
const KILLS = ['before:2', 'after:9', 'before:60', 'after:101', 'before:111'];

let home: PlatformHome;
let platform: PlatformProcess;
const seedFile = () => join(home.dataDir, 'demo/identities/identities.json');

beforeAll(async () => {
  ensureBuilt();
  home = await platformHome();
  platform = new PlatformProcess(home);
}, 120_000);
afterAll(async () => {
  await platform.stop();
  await home.remove();
});

describe('the first start of a demonstration, killed while it seeds', () => {
  it('goes on at the next start, and ends with one live tender and identities that sign in', async () => {
    const ends: string[] = [];
    for (const kill of KILLS) {
      platform.launch({ FAULT_KILL: `persistence.commit.${kill}` });
      ends.push(await platform.ended());
      if (existsSync(seedFile())) break;
    }
    expect(ends[0]).toBe('SIGKILL');
    expect(ends.length).toBeGreaterThan(2);

    platform.launch();
    for (let waited = 0; waited < 60_000 && !existsSync(seedFile()); waited += 100) await sleep(100);
    const seed = JSON.parse(await readFile(seedFile(), 'utf8')) as DemoSeed;
    const { items } = (await (await fetch(`${home.url}/api/v1/lots`)).json()) as { items: { id: string }[] };
    expect(items.map(({ id }) => id)).toEqual([seed.lotId]);
    expect(seed.identities).toHaveLength(13);
    for (const { p12, password, creditCode } of seed.identities) {
      const signer = unwrap(await loadSigner(new Uint8Array(await readFile(p12)), password));
      await new DemoPerson(home.url, creditCode, signer).signIn();
    }
  }, 300_000);
});
