import request from 'supertest';
import { SettledStorage } from '#bidding';
import { LookAtWork } from '#jobs';
import { castOf } from '../support/people.ts';
import type { Cast, Person } from '../support/people.ts';
import { sealBid, submitBid } from '../support/story/bidding.ts';
import { SMALL_BIDDERS, beginSmallStory, finishSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';
import { codeOf, until } from '../support/story/caller.ts';
import { bidOf } from '../support/story/story.ts';
import * as tender from '../support/tender.ts';
import { createTestApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

interface Row {
  readonly id: string;
  readonly stage: string;
  readonly opening: string | null;
  readonly award: string | null;
  readonly due: { readonly event: string; readonly at: string | null; readonly overdue: boolean } | null;
  readonly record: { readonly type: string; readonly hash: string; readonly index: number | null } | null;
}
interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

describe('the offices of trustee, regulator and operator', () => {
  let app: TestApp;
  let cast: Cast;
  beforeAll(async () => {
    app = await createTestApp();
    cast = await castOf(app);
  });
  afterAll(() => app.close());

  const codes = async (who: Person | null, path: string): Promise<string> => {
    const answer = await (who ? who.get(path) : request(app.url).get(`/api/v1${path}`));
    return `${answer.status} ${(answer.body as { code?: string }).code ?? ''}`;
  };

  it.each([
    ['/seats', ['notary', 'regulator', 'centre', 'tenderee', 'agency'], ['bidder']],
    ['/supervision/lots', ['regulator'], ['bidder', 'agency', 'tenderee', 'notary', 'centre']],
    ['/operations', ['centre'], ['bidder', 'agency', 'tenderee', 'notary', 'regulator']],
  ] as const)('%s is for those whose work it is', async (path, may, mayNot) => {
    expect(await codes(null, path)).toBe('401 WEB.UNAUTHENTICATED');
    for (const who of may) expect([who, await codes(cast[who], path)]).toEqual([who, '200 ']);
    for (const who of mayNot) expect([who, await codes(cast[who], path)]).toEqual([who, '403 WEB.FORBIDDEN']);
  });

  it.each(['/seats', '/supervision/lots'])('%s refuses limits and cursors that are none', async (path) => {
    const who = cast.regulator;
    for (const query of ['limit=0', 'limit=101', 'limit=1.5'])
      expect(await codes(who, `${path}?${query}`)).toBe('400 WEB.VALIDATION');
    const cursors = ['x', JSON.stringify([1]), JSON.stringify([9e15, tenderId]), JSON.stringify([1, 'x'])];
    for (const cursor of cursors) {
      const text = cursor === 'x' ? cursor : Buffer.from(cursor).toString('base64url');
      expect(await codes(who, `${path}?cursor=${text}`)).toBe('400 WEB.CURSOR_INVALID');
    }
  });
  const tenderId = '00000000-0000-4000-8000-000000000000';

  it('shows a trustee its seats, newest first, and whether each has its key', async () => {
    const first = await tender.publishedLot(cast);
    const draft = await tender.makeLot(cast);
    const { lot: second } = await tender.keyedLot(cast);
    const seats = async (who: Person, query = '') =>
      (await who.get(`/seats${query}`).expect(200)).body as Page<{
        id: string;
        seat: { i: number; org: string };
        offered: boolean;
        state: string;
      }>;
    const { items } = await seats(cast.notary);
    expect(items.map(({ id, offered, state, seat }) => [id, offered, state, seat.i])).toEqual([
      [second, true, 'keyed', 5],
      [first, false, 'published', 5],
    ]);
    expect(items.some(({ id }) => id === draft)).toBe(false);
    const terms = await tender.termsOf(cast.notary, first);
    const key = tender.offerOf(cast.notary, 5, terms);
    await cast.notary.post(`/lots/${first}/lotkey/offers`, { key }).expect(200);
    const page = await seats(cast.notary, '?limit=1');
    const next = await seats(cast.notary, `?limit=1&cursor=${page.nextCursor ?? ''}`);
    expect(next.items.map(({ id, offered }) => [id, offered])).toEqual([[first, true]]);
    expect((await seats(cast.tenderee)).items.map(({ seat }) => seat.org)).toEqual([
      cast.tenderee.creditCode,
      cast.tenderee.creditCode,
    ]);
  });

  it('shows the regulator the record behind each stage, and its leaf', async () => {
    const items = await until('both records in the log', async () => {
      const { body } = await cast.regulator.get('/supervision/lots?text=一标段').expect(200);
      const rows = (body as Page<Row>).items;
      return rows.every(({ record }) => record?.index != null) ? rows : null;
    });
    expect(items.map(({ stage, due, record }) => [stage, due?.event, record?.type])).toEqual([
      ['bidding', 'deadline', 'lotkey'],
      ['key-ceremony', 'lot-key', 'notice'],
    ]);
    for (const { record } of items) {
      const log = await request(app.url)
        .get(`/api/v1/log/receipts/${record?.hash ?? ''}`)
        .expect(200);
      expect((log.body as { index: number }).index).toBe(record?.index);
    }
    const closed = (await cast.regulator.get('/supervision/lots?stage=closed').expect(200)).body as Page<Row>;
    expect(closed.items).toEqual([]);
  });

  it('says of background work whether it keeps up or fails, by name and without a number', async () => {
    const look = app.app.get(LookAtWork);
    expect(await look.run()).toEqual({ queues: [], news: 'ok', failing: [] });
    const { dataSource } = app.database;
    await dataSource.query(`INSERT INTO glasshall.outbox (type, payload) VALUES ('test.late', '{}')`);
    await dataSource.query(
      `INSERT INTO glasshall.outbox_failure (handler, event_id, held_key, attempts, next_attempt_at, last_error)
       SELECT 'test.handler', max(id), 'x', 3, clock_timestamp() + interval '1 hour', 'Error' FROM glasshall.outbox`,
    );
    expect(await look.run()).toMatchObject({ news: 'failing', failing: ['test.handler'] });
  });

  it('counts published documents in whole GiB', async () => {
    const { body } = await cast.centre.get('/operations').expect(200);
    expect((body as { storage: object }).storage).toEqual({ documentsGiB: 1, bidsGiB: 0 });
  });
});

describe('before the deadline', () => {
  let small: SmallStory;
  beforeAll(async () => {
    small = await beginSmallStory(25_000, []);
  }, 60_000);
  afterAll(() => small?.close());

  /** Without what the public checkpoint says too. */
  const seen = async () => {
    const { regulator, operator } = small.story.people.seats;
    const board = await regulator.get<Page<Row>>('/supervision/lots');
    const { log, ...operations } = await operator.get<{ log: { behind: boolean } }>('/operations');
    return { board, operations: { ...operations, behind: log.behind } };
  };

  it('neither the board nor the operator’s page moves by a byte when bids come in (法22)', async () => {
    const { people, lot } = small.story;
    const none = await seen();
    expect(none.board.items.map(({ stage, due }) => [stage, due?.event])).toEqual([['bidding', 'deadline']]);
    for (const [at, bidder] of people.bidders.entries()) {
      const pack = await sealBid(bidder, lot, small.folder, bidOf(`${4 + at}000000.00`, 300_000));
      await submitBid(bidder, lot, pack);
      expect(await seen()).toEqual(none);
    }
    expect(people.bidders).toHaveLength(SMALL_BIDDERS.length);
    const stored = small.app.app.get(SettledStorage, { strict: false });
    expect(await stored.bytes()).toBe(0n);
    for (const office of ['regulator', 'operator'] as const) {
      const refused = await codeOf(people.seats[office].get(`/lots/${lot.lotId}/opening/commits`));
      expect([office, refused]).toEqual([office, 'OPENING.NOT_CLOSED']);
    }
  }, 60_000);

  it('afterwards both say what everybody may know', async () => {
    await finishSmallStory(small);
    const { regulator, operator } = small.story.people.seats;
    const [row] = (await regulator.get<Page<Row>>('/supervision/lots')).items;
    expect([row?.stage, row?.opening, row?.due?.event, row?.record?.type]).toEqual([
      'closed',
      'recorded',
      'report',
      'opening-record',
    ]);
    const { storage } = await operator.get<{ storage: { bidsGiB: number } }>('/operations');
    expect(storage.bidsGiB).toBe(1);
  }, 120_000);
});
