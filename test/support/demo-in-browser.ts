/** A seeded demonstration, and its bar, by which a reader becomes one of its people. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { loadSigner } from '#trust/key-file';
import { seedDemo } from '../../apps/platform/src/demo-seed.ts';
import type { DemoIdentity } from '../../apps/platform/src/demo-seed.ts';
import { Caller } from './story/caller.ts';
import type { People, SeatRole } from './story/roster.ts';
import { WITHOUT_LIMITS, createTestApp } from './test-app.ts';
import type { TestApp } from './test-app.ts';

export interface SeededDemo {
  readonly app: TestApp;
  /** `bidder-3`, as the seeding names its people. */
  identity(name: string): DemoIdentity;
}

export async function createDemo(environment: Readonly<Record<string, string>> = {}): Promise<SeededDemo> {
  const app = await createTestApp({ ...WITHOUT_LIMITS, ...environment });
  const seed = await seedDemo(app.app, app.url);
  if (!seed) throw new Error('not seeded');
  return {
    app,
    identity(name) {
      const found = seed.identities.find((each) => each.name === name);
      if (!found) throw new Error(`no ${name}`);
      return found;
    },
  };
}

const SEATED = {
  tenderee: 'tenderee',
  agency: 'agency',
  regulator: 'regulator',
  operator: 'centre',
  notary: 'notary',
} as const satisfies Record<SeatRole, string>;

/** Its people on machines of their own, beside the browser: who is not played in it does its part there. */
export async function peopleOf({ app, identity }: SeededDemo): Promise<People> {
  const callerOf = async (name: string): Promise<Caller> => {
    const { p12, password } = identity(name);
    const signer = await loadSigner(await readFile(p12), password);
    if (!signer.ok) throw new Error(signer.error.code);
    return new Caller({ url: app.url, patienceMs: 5000 }, name, signer.value).signIn();
  };
  const seats = await Promise.all(
    Object.entries(SEATED).map(async ([role, name]) => [role, await callerOf(name)] as const),
  );
  const bidders = await Promise.all([1, 2, 3].map((n) => callerOf(`bidder-${n}`)));
  return { seats: Object.fromEntries(seats) as Record<SeatRole, Caller>, bidders };
}

export async function become(page: Page, chip: string): Promise<void> {
  const bar = page.getByRole('region', { name: '演示身份' });
  await bar.getByRole('button', { name: chip, exact: true }).click();
  await bar.getByRole('button', { name: chip, exact: true, pressed: true }).waitFor();
}
