import { randomInt, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import pg from 'pg';
import { b64u, systemRandom } from '#trust';
import { routeCensus } from '#web';
import { testCreditCode } from '../support/lot-fixture.ts';
import { moveBid, sealBid, submitBid } from '../support/story/bidding.ts';
import { Caller, codeOf, until } from '../support/story/caller.ts';
import { sendFalseProof, spoilSheet } from '../support/story/hazards.ts';
import { beginSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';
import { bidOf } from '../support/story/story.ts';
import { makeLotKey, publishTender } from '../support/story/tender.ts';
import type { KeyedLot } from '../support/story/tender.ts';

let small: SmallStory;
let otherLot: KeyedLot;
let client: pg.Client;
beforeAll(async () => {
  small = await beginSmallStory(600_000);
  const { people } = small.story;
  otherLot = await makeLotKey(people, await publishTender(people, { biddingMs: 600_000, waits: 100 }));
  client = new pg.Client({ connectionString: small.app.database.ownerUrl });
  await client.connect();
}, 180_000);
afterAll(async () => {
  await client.end();
  await small.close();
});

/** What a refused request may leave behind: the traces that the protocol and 20号令49 ask for, and the platform's own work. */
const TRACES =
  /^(bidding\.(arrival|refus|journal|quota)|parties\.(challenge|access)|transparency\.|glasshall\.|jobs\.)/;

async function rowCounts(): Promise<Record<string, number>> {
  const tables = await client.query<{ name: string }>(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables.rows.filter((table) => !TRACES.test(table.name))) {
    const { rows } = await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${name}`);
    counts[name] = Number(rows[0]?.n);
  }
  return counts;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Buffer;
}

interface Told {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

async function send({ method, path, headers, body }: Sent): Promise<Told> {
  const given = method === 'GET' || method === 'HEAD' ? undefined : body;
  const response = await fetch(small.app.url + path, {
    method,
    headers,
    ...(given === undefined ? {} : { body: given as NonNullable<RequestInit['body']> }),
  });
  // The hall's stream lasts as long as somebody watches.
  const stream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  if (stream) await response.body?.cancel();
  const text = stream ? '' : await response.text();
  return { status: response.status, type: response.headers.get('content-type') ?? '', text };
}

/** What is wrong with an answer, in a word; null for a good one. */
function fault({ status, type, text }: Told): string | null {
  if (status >= 500) return 'a server error';
  if (status < 400) return null;
  if (!type.startsWith('application/problem+json')) return `no problem document but ${type}`;
  const { code, facts } = JSON.parse(text) as { code?: unknown; facts?: unknown };
  if (typeof code !== 'string' || !/^[A-Z]+\.[A-Z0-9_]+$/.test(code)) return 'no code';
  return typeof facts === 'object' && facts !== null ? null : 'no facts';
}

const JSON_TYPE = { 'content-type': 'application/json' };
const BYTES_TYPE = { 'content-type': 'application/octet-stream' };

const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

/** Bodies that no route takes. */
const BODIES: readonly Omit<Sent, 'method' | 'path'>[] = [
  { headers: {} },
  { headers: JSON_TYPE, body: '' },
  { headers: JSON_TYPE, body: '{' },
  { headers: JSON_TYPE, body: 'null' },
  { headers: JSON_TYPE, body: '[]' },
  { headers: JSON_TYPE, body: '"text"' },
  { headers: JSON_TYPE, body: '{"a":"\\u0000"}' },
  { headers: JSON_TYPE, body: deep(5000) },
  { headers: JSON_TYPE, body: '{"__proto__":{"admin":true},"constructor":1,"type":"x"}' },
  { headers: JSON_TYPE, body: JSON.stringify({ text: 'x'.repeat(1024 * 1024 + 1) }) },
  { headers: { 'content-type': 'text/plain' }, body: 'hello' },
  { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' },
  { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: 'not gzip' },
  { headers: BYTES_TYPE, body: Buffer.from([0, 255, 254, 1]) },
  { headers: BYTES_TYPE, body: Buffer.from('{"type":"commit"}') },
  { headers: BYTES_TYPE, body: Buffer.alloc(300 * 1024, 0x7b) },
];

/** Every field that some record has, each of a wrong type, size or range. */
const WRONG_VALUES: readonly unknown[] = [null, true, -1, 1e308, 2 ** 53, '', 'x', '\uD800', [], {}];
const FIELDS = [
  'signed record signature signatures login chain roles name kind level tenderee regulator estimate method',
  'deadline documentsFrom documentsUntil acceleration seats k summary key receipt commit box text stage audience s',
  'ground reason rejections pem label development crl candidates c price bids',
]
  .join(' ')
  .split(' ');
const wrongBodies = WRONG_VALUES.map((value) => ({
  headers: JSON_TYPE,
  body: JSON.stringify(Object.fromEntries(FIELDS.map((field) => [field, value]))),
}));

const PARAMETERS: readonly ((name: string) => string)[] = [
  () => randomUUID(),
  (name) => (/lot|^id$/i.test(name) ? small.story.lot.lotId : 'A'.repeat(43)),
  () => '0',
  () => '-1',
  () => '%00',
  () => '..%2f..%2fetc%2fpasswd',
  () => '%F0%9F%92%A9',
  () => '%ff',
  () => 'x'.repeat(3000),
  () => "1'%20OR%20'1'='1",
];
const QUERIES = [
  '',
  '?cursor=%00&limit=-1&after=x',
  '?limit=1e9&cursor=AAAA',
  '?stage[]=1&audience=x&after=-5',
];

const pathOf = (route: string, value: (name: string) => string, query: string): string =>
  route.replaceAll(/[:*](\w+)/g, (_, name: string) => value(name)) + query;

describe('every route of the API', () => {
  /** Sessions of people who are somebody, but nobody in this tender; the bidder is one of it. */
  async function sessions(): Promise<Record<string, Record<string, string>>> {
    const { people, visitor } = small.story;
    const { ca } = small;
    const certificate = people.seats.agency.signer?.certificate;
    if (!certificate) throw new Error('no agency');
    const subject = { organisation: '另一家代理公司', creditCode: testCreditCode(900), person: '赵六' };
    const validity = { notBefore: certificate.notBefore, notAfter: certificate.notAfter };
    const signer = await ca.issueSigner({ subject, ...validity });
    const stranger = new Caller(visitor.door, 'another agency', signer);
    await stranger.enrol(['agency', 'regulator', 'tenderee']);
    for (const role of ['agency', 'regulator', 'tenderee'])
      await people.seats.operator.post(`/organisations/${testCreditCode(900)}/roles/${role}/approval`);
    await stranger.signIn();
    const bearer = (caller: Caller) => ({ authorization: `Bearer ${caller.bearer}` });
    const [bidder] = people.bidders;
    return {
      visitor: {},
      unknown: { authorization: `Bearer ${b64u.encode(systemRandom(32))}` },
      malformed: { authorization: 'Basic \u00e9' },
      stranger: bearer(stranger),
      bidder: bidder ? bearer(bidder) : {},
      operator: bearer(people.seats.operator),
    };
  }

  it('answers what it cannot take by a problem with a code, and nothing changes', async () => {
    const who = Object.entries(await sessions());
    const before = await rowCounts();
    const routes = routeCensus(small.app.app).filter(({ method }) => method !== 'HEAD');
    expect(routes.length).toBeGreaterThan(50);
    const faults: string[] = [];
    const accepted = new Set<string>();
    let [sent, at] = [0, 0];
    for (const { method, path } of routes)
      for (const [name, headers] of who) {
        // Signing out is what it should be able to do.
        if (method === 'DELETE' && path.endsWith('/auth/session')) continue;
        const all = method === 'GET' ? [{ headers: {} }] : [...BODIES, ...wrongBodies];
        // Whoever is refused at the door is refused whatever he sends: a few of them show it.
        const bodies = ['stranger', 'bidder', 'operator'].includes(name) ? all : all.slice(0, 4);
        for (const [n, body] of bodies.entries())
          for (const query of method === 'GET' ? QUERIES : ['']) {
            // Every body and every parameter with every route, but not each with each: that would be the hundredfold.
            const value =
              PARAMETERS[method === 'GET' ? at++ % PARAMETERS.length : (at++ + n) % PARAMETERS.length];
            if (!value) continue;
            const full = pathOf(path, value, query);
            const told = await send({
              method,
              path: full,
              ...body,
              headers: { ...body.headers, ...headers },
            });
            sent += 1;
            const wrong = fault(told);
            if (wrong)
              faults.push(`${name} ${method} ${full.slice(0, 120)} body ${n}: ${told.status}, ${wrong}`);
            if (told.status < 400 && method !== 'GET') accepted.add(`${method} ${path}`);
          }
      }
    expect(faults).toEqual([]);
    expect(sent).toBeGreaterThan(1500);
    // Anyone may ask for a challenge, whatever the body says.
    expect([...accepted]).toEqual(['POST /api/v1/auth/challenge']);
    expect(await rowCounts()).toEqual(before);
  }, 400_000);
});

/** Any JSON there is, and objects with the fields that some route reads, each of any value. */
const anyBody = fc.oneof(
  fc.jsonValue({ maxDepth: 6 }),
  fc.dictionary(fc.constantFrom(...FIELDS), fc.jsonValue({ maxDepth: 4 }), { minKeys: 1, maxKeys: 8 }),
  fc.record(
    {
      signed: fc.record({ record: fc.object({ maxDepth: 3 }), signatures: fc.array(fc.jsonValue()) }),
      record: fc.object({ maxDepth: 3 }),
    },
    { requiredKeys: [] },
  ),
);
const FUZZ_SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(1, 2 ** 31));
const BODIES_EACH = 4;

describe(`generated bodies (FUZZ_SEED=${FUZZ_SEED})`, () => {
  it('are refused by every POST and PUT route, whoever of this very tender sends them, and change nothing', async () => {
    const { people, lot } = small.story;
    const callers: readonly (readonly [string, Caller | null])[] = [
      ['visitor', null],
      ...Object.entries(people.seats),
      ['bidder', people.bidders[0] ?? null],
    ];
    const routes = routeCensus(small.app.app).filter(({ method }) => method === 'POST' || method === 'PUT');
    const bodies = fc.sample(anyBody, {
      seed: FUZZ_SEED,
      numRuns: routes.length * callers.length * BODIES_EACH,
    });
    const before = await rowCounts();
    const faults: string[] = [];
    const accepted = new Set<string>();
    for (const { method, path } of routes)
      for (const [name, caller] of callers)
        for (let n = 0; n < BODIES_EACH; n++) {
          const body = JSON.stringify(bodies.pop() ?? null);
          // The canonical bytes of a record are another way in; as a tender document any bytes are welcome.
          const type = n === 3 && !path.includes('/documents/') ? BYTES_TYPE : JSON_TYPE;
          const bearer = caller ? { authorization: `Bearer ${caller.bearer}` } : {};
          const value = (parameter: string) =>
            /lot|^id$/i.test(parameter) ? lot.lotId : parameter === 'n' ? '1' : (small.bids[0]?.c ?? '');
          const full = pathOf(path, value, '');
          const told = await send({ method, path: full, headers: { ...type, ...bearer }, body });
          const wrong = fault(told);
          if (wrong)
            faults.push(`${name} ${method} ${full}: ${told.status}, ${wrong}: ${body.slice(0, 300)}`);
          if (told.status < 400) accepted.add(`${method} ${path}`);
        }
    expect(faults).toEqual([]);
    expect([...accepted]).toEqual(['POST /api/v1/auth/challenge']);
    expect(await rowCounts()).toEqual(before);
  }, 120_000);
});

describe('what comes too late, twice, or for another lot', () => {
  it('a late bid and a late withdrawal are refused, and are on record', async () => {
    const { people } = small.story;
    const [bidder, rival] = people.bidders;
    if (!bidder || !rival) throw new Error('two bidders');
    const late = await makeLotKey(people, await publishTender(people, { biddingMs: 25_000, waits: 100 }));
    const bid = await submitBid(
      bidder,
      late,
      await sealBid(bidder, late, small.folder, bidOf('5000000.00', 300)),
    );
    const tooLate = await sealBid(rival, late, small.folder, bidOf('5000000.00', 300));
    const state = async () => (await bidder.get<{ state: string }>(`/lots/${late.lotId}/opening`)).state;
    await until('the lot is over', async () => ((await state()) === 'failed' ? true : null));
    const before = await rowCounts();
    const refusals = () => client.query('SELECT count(*) AS n FROM bidding.arrival WHERE NOT in_time');
    const counted = Number(((await refusals()).rows[0] as { n: string }).n);
    expect(await codeOf(rival.postBytes(`/lots/${late.lotId}/bids`, tooLate.commitBytes))).toBe(
      'BIDDING.LATE',
    );
    expect(await codeOf(moveBid(bidder, late, bid, null))).toBe('BIDDING.LATE');
    expect(Number(((await refusals()).rows[0] as { n: string }).n)).toBeGreaterThan(counted);
    expect(await rowCounts()).toEqual(before);
  }, 120_000);

  it('the same commitment again gives the same receipt and no second row', async () => {
    const { people, lot } = small.story;
    const bidder = people.bidders[2];
    if (!bidder) throw new Error('three bidders');
    const pack = await sealBid(bidder, lot, small.folder, bidOf('4800000.00', 300));
    const send = () => bidder.postBytes<{ arrival: object }>(`/lots/${lot.lotId}/bids`, pack.commitBytes);
    const first = await send();
    const before = await rowCounts();
    expect((await send()).arrival).toEqual(first.arrival);
    expect(await rowCounts()).toEqual(before);
  }, 60_000);

  it('a cancellation that was signed for another lot ends neither', async () => {
    const { agency } = small.story.people.seats;
    const [here, there] = [small.story.lot.lotId, otherLot.lotId];
    const given = { reason: '试验', article: '条例31' };
    const { record } = await agency.post<{ record: object }>(`/lots/${there}/cancellation/draft`, given);
    const before = await rowCounts();
    const signed = await agency.sign('cancellation', record);
    expect(await codeOf(agency.post(`/lots/${here}/cancellation`, { signed }))).toBe(
      'TENDERING.NOTICE_DIFFERS',
    );
    expect(await rowCounts()).toEqual(before);
  });
});

describe('a commitment', () => {
  it('of another lot, of another structure, copied, false, or too large is refused by its own code', async () => {
    const { people, lot } = small.story;
    const [bidder, rival] = people.bidders;
    if (!bidder || !rival) throw new Error('two bidders');
    const pack = await sealBid(bidder, lot, small.folder, bidOf('4900000.00', 300));
    const tell = (caller: Caller, lotId: string, bytes: Uint8Array) =>
      codeOf(caller.postBytes(`/lots/${lotId}/bids`, bytes));
    const before = await rowCounts();
    expect(await tell(bidder, otherLot.lotId, pack.commitBytes)).toBe('BIDDING.WRONG_LOT');
    expect(await sendFalseProof(bidder, lot, pack)).toBe('BIDDING.DEALING_INVALID');
    expect(await tell(bidder, lot.lotId, Buffer.concat([pack.commitBytes, Buffer.from(' ')]))).toBe(
      'BIDDING.MALFORMED',
    );
    expect(await tell(bidder, lot.lotId, Buffer.alloc(65 * 1024 + 1, 0x20))).toBe('BIDDING.TOO_LARGE');
    expect(await tell(small.story.visitor, lot.lotId, pack.commitBytes)).toBe('WEB.UNAUTHENTICATED');
    expect(await tell(people.seats.agency, lot.lotId, pack.commitBytes)).toBe('WEB.FORBIDDEN');
    expect(await rowCounts()).toEqual(before);
    const taken = await submitBid(bidder, lot, pack);
    const respent = await spoilSheet(pack);
    expect(await tell(rival, lot.lotId, respent.commitBytes)).toBe('BIDDING.DUPLICATE');
    const wrongToken = { 'upload-token': b64u.encode(systemRandom(32)) };
    await expect(bidder.get(`/bids/${taken.c}`, wrongToken)).rejects.toMatchObject({
      code: 'BIDDING.BID_UNKNOWN',
    });
    await rm(pack.folder, { recursive: true });
  }, 60_000);
});
