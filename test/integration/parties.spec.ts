import request from 'supertest';
import type { Test } from 'supertest';
import { addMs, DAY, formatInstant, instant } from '#kernel';
import { InstallOperator } from '#parties';
import { b64u, createDevelopmentCa, toPem } from '#trust';
import type { Login } from '#trust';
import { emptyCrl } from '../support/lot-fixture.ts';
import { castOf, Person, testNow } from '../support/people.ts';
import type { Cast } from '../support/people.ts';
import { createTestApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

let app: TestApp;
let cast: Cast;
const api = () => request(app.url);

beforeAll(async () => {
  app = await createTestApp({ DEMO: 'true' });
  cast = await castOf(app);
});
afterAll(() => app.close());

/** Status and code of a refused request; facts are checked where they matter. */
async function refused(test: Test): Promise<string> {
  const response = await test;
  expect(response.headers['content-type']).toContain('application/problem+json');
  const { code, title, titleEn } = response.body as { code: string; title: string; titleEn: string };
  expect([title.length > 0, titleEn.length > 0]).toEqual([true, true]);
  return `${response.status} ${code}`;
}

describe('enrolment', () => {
  it('names organisation and person as the certificate does, and grants bidder at once', async () => {
    const person = await Person.certified(app, cast.ca, 20, '新公司');
    const answer = await person.answer();
    const { body } = await api()
      .post('/api/v1/organisations')
      .send({ ...answer, roles: ['bidder', 'agency'] })
      .expect(201);
    expect(body).toMatchObject({
      creditCode: person.creditCode,
      name: '新公司',
      certificate: person.signer.certificate.fingerprint,
      grants: [
        { role: 'agency', state: 'requested' },
        { role: 'bidder', state: 'granted' },
      ],
    });
    const shown = await api().get(`/api/v1/organisations/${person.creditCode}`).expect(200);
    expect(shown.body).toEqual({ creditCode: person.creditCode, name: '新公司', roles: ['bidder'] });
  });

  it('may be sent again, and adds a second certificate of the same person', async () => {
    const first = await Person.certified(app, cast.ca, 21, '双证公司');
    await first.enrol('bidder');
    await first.enrol('bidder');
    const second = await Person.certified(app, cast.ca, 21, '双证公司');
    await second.enrol();
    await second.signIn();
    const { body } = await second.get('/me').expect(200);
    expect(body).toMatchObject({ organisationId: first.creditCode, roles: ['bidder'] });
  });

  it('refuses another name for an enrolled credit code', async () => {
    await (await Person.certified(app, cast.ca, 22, '原名公司')).enrol('bidder');
    const impostor = await Person.certified(app, cast.ca, 22, '冒名公司');
    const body = { ...(await impostor.answer()), roles: ['bidder'] };
    expect(await refused(api().post('/api/v1/organisations').send(body))).toBe(
      '409 PARTIES.ORGANISATION_NAME_DIFFERS',
    );
  });

  it.each([
    ['an unknown role', { roles: ['root'] }],
    ['a role twice', { roles: ['bidder', 'bidder'] }],
    ['no roles', { roles: undefined }],
    ['an unknown field', { admin: true }],
    ['a login that is none', { login: { type: 'login' } }],
    ['a login as text', { login: 'login' }],
    ['a chain that is no text', { chain: 7 }],
    ['a chain that is too long', { chain: 'x'.repeat(70_000) }],
    ['a signature that is no base64url', { signature: 'a+b=' }],
    ['a signature that is not canonical', { signature: 'AAF' }],
  ])('refuses %s', async (_, change) => {
    const person = await Person.certified(app, cast.ca, 23, '坏请求公司');
    const body = { ...(await person.answer()), roles: [], ...change };
    expect(await refused(api().post('/api/v1/organisations').send(body))).toBe('400 WEB.VALIDATION');
  });
});

describe('sign-in', () => {
  const session = (body: object) => refused(api().post('/api/v1/auth/session').send(body));

  it('opens a session whose token is nowhere at rest', async () => {
    const person = await (await Person.certified(app, cast.ca, 30, '会话公司')).enrol('bidder');
    await person.signIn();
    const { body } = await person.get('/me').expect(200);
    expect(body).toMatchObject({
      organisationId: person.creditCode,
      roles: ['bidder'],
      permissions: ['me.read', 'bid.submit', 'hall.attend'],
      certificateFingerprint: person.signer.certificate.fingerprint,
    });
    const { rows } = await app.database.dataSource
      .query<{ n: string }[]>(`SELECT count(*) AS n FROM parties.session s WHERE s::text LIKE $1`, [
        `%${person.token ?? ''}%`,
      ])
      .then((found) => ({ rows: found }));
    expect(rows[0]?.n).toBe('0');
  });

  it('takes a nonce once, whatever the first answer was worth', async () => {
    const person = await (await Person.certified(app, cast.ca, 31, '一次公司')).enrol('bidder');
    const answer = await person.answer();
    expect(await session({ ...answer, signature: b64u.encode(new Uint8Array(64)) })).toBe(
      '401 PARTIES.LOGIN_SIGNATURE',
    );
    expect(await session(answer)).toBe('401 PARTIES.LOGIN_UNKNOWN');
  });

  it("refuses another's signature, another origin, another time and an invented nonce", async () => {
    const person = await (await Person.certified(app, cast.ca, 32, '甲公司')).enrol('bidder');
    const answer = await person.answer();
    const other = await cast.bidder.sign(answer.login);
    expect(await session({ ...answer, signature: other.signature })).toBe('401 PARTIES.LOGIN_SIGNATURE');
    const changed = async (change: Partial<Login>) =>
      session(await person.sign({ ...(await person.answer()).login, ...change }));
    expect(await changed({ origin: 'https://evil.example' })).toBe('401 PARTIES.LOGIN_WRONG_ORIGIN');
    expect(await changed({ expiresAt: '2099-01-01T00:00:00.000Z' })).toBe('401 PARTIES.LOGIN_UNKNOWN');
    expect(await changed({ nonce: b64u.encode(new Uint8Array(32)) })).toBe('401 PARTIES.LOGIN_UNKNOWN');
  });

  it('refuses who is not enrolled', async () => {
    const person = await Person.certified(app, cast.ca, 33, '未登记公司');
    expect(await session(await person.answer())).toBe('403 PARTIES.NOT_ENROLLED');
  });

  it('refuses a certificate of an authority that is not trusted, an expired one, and no certificate', async () => {
    const now = testNow();
    const strange = await createDevelopmentCa({
      name: 'X',
      notBefore: addMs(now, -DAY),
      notAfter: addMs(now, DAY),
    });
    const person = await Person.certified(app, strange, 34, '外部公司');
    expect(await session(await person.answer())).toBe('401 PARTIES.CERTIFICATE_REFUSED');
    const answer = await cast.bidder.answer();
    expect(await session({ ...answer, chain: 'no pem at all' })).toBe('400 PARTIES.CHAIN_MALFORMED');
  });

  it('ends with the session, and tells a stranger nothing', async () => {
    const person = await (
      await (await Person.certified(app, cast.ca, 35, '退出公司')).enrol('bidder')
    ).signIn();
    await person.delete('/auth/session').expect(204);
    expect(await refused(person.get('/me'))).toBe('401 WEB.UNAUTHENTICATED');
    person.token = b64u.encode(new Uint8Array(32));
    expect(await refused(person.get('/me'))).toBe('401 WEB.UNAUTHENTICATED');
  });

  it('is written down with time, address and person, and nobody can change the line (20号令49)', async () => {
    const person = await (
      await (await Person.certified(app, cast.ca, 36, '留痕公司')).enrol('bidder')
    ).signIn();
    const { dataSource } = app.database;
    const lines = await dataSource.query<{ action: string; address: string; at: Date }[]>(
      'SELECT action, address, at FROM parties.access_record WHERE credit_code = $1 ORDER BY id',
      [person.creditCode],
    );
    expect(lines.map(({ action }) => action)).toEqual(['enrolled', 'signed-in']);
    expect(lines.every(({ address, at }) => address !== '' && at instanceof Date)).toBe(true);
    await expect(dataSource.query('DELETE FROM parties.access_record')).rejects.toThrow();
    await expect(dataSource.query(`UPDATE parties.access_record SET address = ''`)).rejects.toThrow();
  });
});

describe('the operator', () => {
  it('approves what was asked for, and nothing else', async () => {
    const person = await (
      await (await Person.certified(app, cast.ca, 40, '专家单位')).enrol('expert')
    ).signIn();
    const path = (role: string) => `/organisations/${person.creditCode}/roles/${role}/approval`;
    expect(await refused(cast.centre.post(path('agency')))).toBe('409 PARTIES.ROLE_NOT_REQUESTED');
    expect(await refused(cast.centre.post(path('root')))).toBe('409 PARTIES.ROLE_NOT_REQUESTED');
    expect(await refused(cast.centre.post('/organisations/914400009999999999/roles/expert/approval'))).toBe(
      '404 PARTIES.ORGANISATION_UNKNOWN',
    );
    await cast.centre.post(path('expert')).expect(200);
    const { body } = await person.get('/me').expect(200);
    expect(body).toMatchObject({ roles: ['expert'] });
  });

  it('alone sees the list and its requests, page by page', async () => {
    expect(await refused(cast.agency.get('/organisations'))).toBe('403 WEB.FORBIDDEN');
    expect(await refused(api().get('/api/v1/organisations'))).toBe('401 WEB.UNAUTHENTICATED');
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await cast.centre.get(`/organisations?limit=3${cursor}`).expect(200);
      const page = body as { items: { creditCode: string }[]; nextCursor: string | null };
      seen.push(...page.items.map(({ creditCode }) => creditCode));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toContain(cast.bidder.creditCode);
    expect(await refused(cast.centre.get('/organisations?cursor=AAAA'))).toBe('400 WEB.CURSOR_INVALID');
  });

  it('is installed once, and again for itself without a change', async () => {
    const install = app.app.get(InstallOperator, { strict: false });
    const another = install.run(cast.bidder.installation());
    await expect(another).rejects.toMatchObject({
      refusal: { code: 'PARTIES.OPERATOR_EXISTS', facts: { creditCode: cast.centre.creditCode } },
    });
    const lines = () => app.database.dataSource.query('SELECT count(*) FROM parties.access_record');
    const before: unknown = await lines();
    expect(await install.run(cast.centre.installation())).toMatchObject({ installed: false });
    expect(await lines()).toEqual(before);
  });

  it('trusts a further authority, and ends its sessions when it is withdrawn or revokes', async () => {
    const now = testNow();
    const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 365 * DAY) };
    const second = await createDevelopmentCa({ name: 'Second root', ...validity });
    const pem = toPem([second.certificate]);
    const root = { pem, label: '第二机构', development: true };
    expect(await refused(cast.agency.post('/authorities', root))).toBe('403 WEB.FORBIDDEN');
    await cast.centre.post('/authorities', root).expect(201);
    const person = await Person.certified(app, second, 41, '第二机构用户');
    expect(
      await refused(
        api()
          .post('/api/v1/auth/session')
          .send(await person.answer()),
      ),
    ).toBe('401 PARTIES.CERTIFICATE_REFUSED');
    const store = (der: Uint8Array) => cast.centre.post('/authorities/crls', { crl: b64u.encode(der) });
    await store((await emptyCrl(second, now)).der).expect(201);
    await (await person.enrol('bidder')).signIn();

    const revoked = [{ certificate: person.signer.certificate, revokedAt: now }];
    const list = { number: 2, thisUpdate: now, nextUpdate: addMs(now, DAY), revoked };
    await store((await second.issueCrl(list)).der).expect(201);
    expect(await refused(person.get('/me'))).toBe('401 WEB.UNAUTHENTICATED');
    expect(await refused(store((await emptyCrl(second, now)).der))).toBe('409 PARTIES.CRL_OLDER');

    const other = await (
      await (await Person.certified(app, second, 42, '另一用户')).enrol('bidder')
    ).signIn();
    await cast.centre.delete(`/authorities/${second.certificate.fingerprint}`).expect(204);
    expect(await refused(other.get('/me'))).toBe('401 WEB.UNAUTHENTICATED');
    expect(await refused(cast.centre.delete(`/authorities/${second.certificate.fingerprint}`))).toBe(
      '404 PARTIES.AUTHORITY_UNKNOWN',
    );
  });

  it('takes no certificate that is no authority, and no list that nobody trusted signed', async () => {
    const leaf = toPem([cast.bidder.signer.certificate]);
    const root = { pem: leaf, label: '叶子', development: true };
    expect(await refused(cast.centre.post('/authorities', root))).toBe('400 PARTIES.AUTHORITY_MALFORMED');
    expect(await refused(cast.centre.post('/authorities', { ...root, pem: 'x' }))).toBe(
      '400 PARTIES.AUTHORITY_MALFORMED',
    );
    const now = instant(testNow());
    const strange = await createDevelopmentCa({
      name: 'Y',
      notBefore: addMs(now, -DAY),
      notAfter: addMs(now, DAY),
    });
    const list = b64u.encode((await emptyCrl(strange, now)).der);
    expect(await refused(cast.centre.post('/authorities/crls', { crl: list }))).toBe(
      '409 PARTIES.CRL_UNTRUSTED',
    );
    expect(await refused(cast.centre.post('/authorities/crls', { crl: 'AAAA' }))).toBe(
      '400 PARTIES.CRL_MALFORMED',
    );
  });
});

describe('what anyone may ask', () => {
  it('gives chains of enrolled certificates, and one answer for all that is unknown', async () => {
    const { fingerprint } = cast.agency.signer.certificate;
    const { body } = await api().get(`/api/v1/certificates/${fingerprint}`).expect(200);
    expect((body as { chain: string }).chain).toContain('BEGIN CERTIFICATE');
    for (const name of [b64u.encode(new Uint8Array(32)), 'x', '%27%3B--'])
      expect(await refused(api().get(`/api/v1/certificates/${name}`))).toBe(
        '404 PARTIES.CERTIFICATE_UNKNOWN',
      );
    for (const code of ['914400009999999999', 'x', '%E4%B8%AD'])
      expect(await refused(api().get(`/api/v1/organisations/${code}`))).toBe(
        '404 PARTIES.ORGANISATION_UNKNOWN',
      );
  });

  it('names the trusted authorities and marks the development one', async () => {
    const { body } = await api().get('/api/v1/authorities').expect(200);
    const items = (body as { items: { development: boolean }[] }).items;
    expect(items.length).toBeGreaterThan(0);
    expect(items.every(({ development }) => development)).toBe(true);
  });

  it('gives challenges that end in two minutes', async () => {
    const before = testNow();
    const { body } = await api().post('/api/v1/auth/challenge').expect(200);
    const { login } = body as { login: Login };
    expect(login.expiresAt >= formatInstant(addMs(before, 119_000))).toBe(true);
    expect(login.expiresAt <= formatInstant(addMs(before, 180_000))).toBe(true);
  });
});
