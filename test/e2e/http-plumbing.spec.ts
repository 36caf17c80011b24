import { connect } from 'node:net';
import { routeCensus } from '#web';
import { createTestApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

let platform: TestApp;
beforeAll(async () => {
  platform = await createTestApp();
});
afterAll(() => platform.close());

const get = (path: string, init: RequestInit = {}) => fetch(platform.url + path, init);

async function problem(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return (await response.json()) as Record<string, unknown>;
}

describe('routes', () => {
  it('every route says who may call it', () => {
    const routes = routeCensus(platform.app);
    expect(routes.length).toBeGreaterThan(3);
    expect(routes.filter((route) => route.access === null)).toEqual([]);
  });

  it('every route of the API that needs a permission refuses a caller without a session', async () => {
    const closed = routeCensus(platform.app).filter((route) => route.access?.public === false);
    for (const { method, path } of closed) {
      const answer = await get(path.replaceAll(/:\w+/g, '00000000-0000-4000-8000-000000000000'), {
        method,
        headers: { authorization: `Bearer ${'A'.repeat(43)}` },
      });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
  });

  it('describes every route of the API', async () => {
    const document = (await (await get('/docs-json')).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map(
        (method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      ),
    );
    const served = routeCensus(platform.app)
      .filter((route) => route.path.startsWith('/api/'))
      .map((route) => `${route.method} ${route.path}`);
    expect(served.filter((route) => !described.includes(route))).toEqual([]);
  });
});

describe('answers', () => {
  it('gives a request id of its own and takes none from outside', async () => {
    const answer = await get('/health', { headers: { 'x-request-id': 'mine' } });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('sends security headers', async () => {
    const { headers } = await get('/api/v1/lots');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('serves its API page without a file from elsewhere', async () => {
    const page = await (await get('/docs')).text();
    expect(page).toContain('swagger-ui');
    expect(page.match(/(src|href)="(https?:)?\/\//g)).toBeNull();
  });

  it('tells an unknown path as a problem in both languages', async () => {
    const answer = await get('/api/v1/nothing');
    expect(answer.status).toBe(404);
    const body = await problem(answer);
    expect(body).toMatchObject({ code: 'WEB.NOT_FOUND', status: 404, facts: {} });
    expect(body['title']).toMatch(/[一-鿿]/);
    expect(body['instance']).toBe(`urn:uuid:${answer.headers.get('x-request-id')}`);
  });

  it.each([
    ['not JSON', '{"a":', 'application/json', 400, 'WEB.BODY_MALFORMED'],
    ['a JSON scalar', '1', 'application/json', 400, 'WEB.BODY_MALFORMED'],
    ['a NUL in a text', '{"a":"\\u0000"}', 'application/json', 400, 'WEB.VALUE_REFUSED'],
    ['another type', 'a=1', 'application/x-www-form-urlencoded', 415, 'WEB.CONTENT_TYPE'],
    ['an unknown charset', '{}', 'application/json; charset=latin9', 415, 'WEB.CONTENT_TYPE'],
    [
      'a body beyond the limit',
      `{"a":"${'x'.repeat(1024 * 1024)}"}`,
      'application/json',
      413,
      'WEB.BODY_TOO_LARGE',
    ],
  ])('refuses %s', async (_name, body, type, status, code) => {
    const answer = await get('/api/v1/nothing', { method: 'POST', body, headers: { 'content-type': type } });
    expect(answer.status).toBe(status);
    expect(await problem(answer)).toMatchObject({ code, status });
  });

  it('refuses a malformed or unknown token on a public route too', async () => {
    for (const authorization of ['Bearer x', 'Basic eDp5', `Bearer ${'A'.repeat(43)}`]) {
      const answer = await get('/api/v1/lots', { headers: { authorization } });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  it('refuses a NUL and a broken escape in the path', async () => {
    expect((await get('/api/v1/%00')).status).toBe(400);
    expect((await get('/api/v1/%ff')).status).toBeGreaterThanOrEqual(400);
    expect((await get('/api/v1/%ff')).status).toBeLessThan(500);
  });

  it('answers bytes that are not HTTP with a problem', async () => {
    const { port } = new URL(platform.url);
    const text = await new Promise<string>((resolve, reject) => {
      let got = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('hello\r\n\r\n'));
      socket.on('data', (chunk) => (got += chunk.toString()));
      socket.on('end', () => resolve(got));
      socket.on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('application/problem+json');
  });

  it('keeps the metrics from anyone beyond this machine', async () => {
    expect(await (await get('/metrics')).text()).toContain('glasshall_http_requests_total');
    expect((await get('/metrics', { headers: { 'x-forwarded-for': '192.0.2.1' } })).status).toBe(404);
  });
});
