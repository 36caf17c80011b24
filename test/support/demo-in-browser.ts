/** A seeded demonstration, and its bar, by which a reader becomes one of its people. */
import type { Page } from 'playwright-core';
import { seedDemo } from '../../apps/platform/src/demo-seed.ts';
import type { DemoIdentity } from '../../apps/platform/src/demo-seed.ts';
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

export async function become(page: Page, chip: string): Promise<void> {
  const bar = page.getByRole('region', { name: '演示身份' });
  await bar.getByRole('button', { name: chip, exact: true }).click();
  await bar.getByRole('button', { name: chip, exact: true, pressed: true }).waitFor();
}
