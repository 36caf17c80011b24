import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Http } from './http.ts';

let server: Server;
let url: string;
let answers: { status: number; body: string; headers?: Record<string, string> }[] = [];
let seen: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { authorization, 'content-type': type } = request.headers;
      seen.push(
        [request.method, request.url, authorization ?? '', type ?? '', Buffer.concat(chunks).toString()].join(
          ' ',
        ),
      );
      const answer = answers.shift() ?? { status: 200, body: '{}' };
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

beforeEach(() => {
  answers = [];
  seen = [];
});

afterAll(() => {
  server.close();
});

const again = { status: 503, body: '', headers: { 'retry-after': '0' } };
const get = { method: 'GET', path: '/x' } as const;

it('asks again what failed in passing, and sends the same thing', async () => {
  answers = [again, { ...again, status: 429 }, { status: 200, body: '{"a":1}' }];
  const http = new Http(url);
  http.authorize('token');
  expect(await http.json({ method: 'POST', path: '/x', body: 'body' })).toEqual({ a: 1 });
  expect(seen).toEqual(Array(3).fill('POST /x Bearer token application/json body'));
});

it('gives a refusal with the platform’s own code at once', async () => {
  const problem = { code: 'BIDDING.LATE', status: 409, facts: { article: '20号令27' } };
  answers = [{ status: 409, body: JSON.stringify(problem) }];
  await expect(new Http(url).json(get)).rejects.toMatchObject({
    code: 'BIDDING.LATE',
    status: 409,
    facts: { article: '20号令27', status: 409 },
    undecided: false,
  });
  expect(seen).toHaveLength(1);
});

it('gives up in the end: nothing was found out', async () => {
  answers = Array(3).fill(again) as typeof answers;
  await expect(new Http(url, 3).json(get)).rejects.toMatchObject({
    code: 'CLIENT.SERVER_ERROR',
    status: 503,
  });
  await expect(new Http('http://127.0.0.1:1', 2).json(get)).rejects.toMatchObject({
    code: 'CLIENT.SERVER_UNREACHABLE',
    undecided: true,
  });
});

it('takes no answer that is no JSON, too large, or sends it elsewhere', async () => {
  answers = [{ status: 200, body: '<html>' }];
  await expect(new Http(url).json(get)).rejects.toMatchObject({ code: 'CLIENT.ANSWER_MALFORMED' });
  answers = [{ status: 200, body: `"${'x'.repeat(98)}"` }];
  await expect(new Http(url, 1, 99).json(get)).rejects.toMatchObject({ code: 'CLIENT.ANSWER_TOO_LARGE' });
  answers = [{ status: 200, body: 'x'.repeat(100) }];
  await expect(new Http(url).bytes(get, 99)).rejects.toMatchObject({ code: 'CLIENT.ANSWER_TOO_LARGE' });
  answers = Array(2).fill({
    status: 302,
    body: '',
    headers: { location: 'http://127.0.0.1:1/' },
  }) as typeof answers;
  await expect(new Http(url, 2).json(get)).rejects.toMatchObject({ code: 'CLIENT.SERVER_UNREACHABLE' });
  expect(() => new Http('no url')).toThrow('CLIENT.SERVER_URL');
});
