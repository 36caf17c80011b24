/** A database that was a demonstration, under a platform that is none: its public keys open nothing. */
import request from 'supertest';
import { KeepAuthorities, Parties } from '#parties';
import { parseConfig } from '../../apps/platform/src/config.ts';
import { createApp } from '../../apps/platform/src/create-app.ts';
import type { Platform } from '../../apps/platform/src/create-app.ts';
import { castOf, Person } from '../support/people.ts';
import type { Cast } from '../support/people.ts';
import { createTestApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

let demo: TestApp;
let cast: Cast;
let real: Platform;
let url: string;

beforeAll(async () => {
  demo = await createTestApp();
  cast = await castOf(demo);
  await cast.centre.get('/me').expect(200);
  const config = parseConfig({
    NODE_ENV: 'test',
    ROLE: 'web',
    LOG_LEVEL: 'fatal',
    DATA_DIR: demo.dataDir,
    DATABASE_URL: demo.database.url,
  });
  real = await createApp(config);
  await real.app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(real.app.getHttpServer().address() as { port: number }).port}`;
});
afterAll(async () => {
  await real.close();
  await demo.close();
});

it('trusts none of its authorities, and names them to who starts the platform', async () => {
  const parties = real.app.get(Parties, { strict: false });
  expect(await parties.trustedRoots()).toEqual([]);
  const left = await real.app.get(KeepAuthorities, { strict: false }).leaveDemonstration();
  expect(left).toMatchObject([{ fingerprint: cast.ca.certificate.fingerprint, development: true }]);
  // The demonstration itself has nothing to leave.
  expect(await demo.app.get(KeepAuthorities, { strict: false }).leaveDemonstration()).toEqual([]);
});

it('has ended the sessions below them', async () => {
  for (const who of [cast.centre, cast.agency])
    await request(url)
      .get('/api/v1/me')
      .set('Authorization', `Bearer ${who.token ?? ''}`)
      .expect(401);
});

it('signs nobody in, neither the operator nor anybody new', async () => {
  const someone = await Person.certified({ url }, cast.ca, 77, '新公司');
  const operator = await cast.centre.sign((await someone.answer()).login);
  for (const [path, body] of [
    ['session', operator],
    ['session', await someone.answer()],
  ] as const) {
    const response = await request(url).post(`/api/v1/auth/${path}`).send(body).expect(401);
    expect(response.body).toMatchObject({ code: 'PARTIES.CERTIFICATE_REFUSED' });
  }
  const enrolling = { ...(await someone.answer()), roles: ['bidder'] };
  const refused = await request(url).post('/api/v1/organisations').send(enrolling).expect(401);
  expect(refused.body).toMatchObject({ code: 'PARTIES.CERTIFICATE_REFUSED' });
});
