import { readFile, stat } from 'node:fs/promises';
import request from 'supertest';
import { seedDemo } from '../../apps/platform/src/demo-seed.ts';
import type { DemoSeed } from '../../apps/platform/src/demo-seed.ts';
import { loadSigner } from '#trust/key-file';
import { createTestApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

let app: TestApp;
let seed: DemoSeed | null;

beforeAll(async () => {
  app = await createTestApp({ DEMO: 'true' });
  seed = await seedDemo(app.app, app.url);
});
afterAll(() => app.close());

describe('seedDemo', () => {
  it('publishes one accelerated tender that waits for its trustees', async () => {
    const { body } = await request(app.url)
      .get(`/api/v1/lots/${seed?.lotId ?? ''}`)
      .expect(200);
    expect(body).toMatchObject({ state: 'published', k: 3, acceleration: { periods: 960, waits: 10 } });
    expect((body as { seats: unknown[] }).seats).toHaveLength(5);
  });

  it('leaves key files that open with the printed password, for this account only', async () => {
    expect(seed?.identities.filter(({ role }) => role === 'bidder').length).toBeGreaterThanOrEqual(6);
    for (const { p12, password, creditCode } of seed?.identities ?? []) {
      const signer = await loadSigner(new Uint8Array(await readFile(p12)), password);
      expect(signer.ok && signer.value.certificate.holder.creditCode).toBe(creditCode);
      expect((await stat(p12)).mode & 0o077).toBe(0);
    }
  });

  it('happens once: the next start finds what there is', async () => {
    expect(await seedDemo(app.app, app.url)).toEqual(seed);
    const { body } = await request(app.url).get('/api/v1/lots').expect(200);
    expect((body as { items: unknown[] }).items).toHaveLength(1);
  });
});
