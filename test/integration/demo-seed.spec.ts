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

describe('a tender for the guided visit', () => {
  const ask = (of: TestApp, biddingMinutes: number) =>
    request(of.url).post('/api/v1/demo/tenders').send({ biddingMinutes });

  it('is over in minutes, in one of three paces', async () => {
    expect((await ask(app, 2)).status).toBe(400);
    const { body } = await ask(app, 1).expect(201);
    const { lotId } = body as { lotId: string };
    const lot = await request(app.url).get(`/api/v1/lots/${lotId}`).expect(200);
    expect(lot.body).toMatchObject({ state: 'published', acceleration: { periods: 28_800, waits: 20 } });
  });

  it('is made only so often, though nobody signs in for it', async () => {
    const asked = await Promise.all(Array.from({ length: 8 }, () => ask(app, 15)));
    const statuses = asked.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([201, 429]));
    // Two at least, also where the minute turns meanwhile.
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(2);
    const refused = asked.find(({ status }) => status === 429);
    expect((refused?.body as { code: string }).code).toBe('WEB.TOO_MANY_REQUESTS');
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('is not made, and no key is handed out, outside of a demonstration', async () => {
    const real = await createTestApp({ DEMO: 'false' });
    try {
      expect((await ask(real, 1)).status).toBe(404);
      expect((await request(real.url).get('/api/v1/demo/identities')).status).toBe(404);
    } finally {
      await real.close();
    }
  });
});
