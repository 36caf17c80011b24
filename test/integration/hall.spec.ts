import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { addMs, formatInstant, MINUTE } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { OpenLots } from '#opening';
import { SessionStore } from '../../libs/opening/src/application/session-store.ts';
import { TellHall } from '../../libs/opening/src/application/tell-hall.ts';
import { createOpeningApp, ROOMY_HALL } from '../support/opening-app.ts';
import type { OpeningApp, OpeningProcess } from '../support/opening-app.ts';
import { takeIn } from '../support/opening-bids.ts';
import { CountingUnitOfWork, HallViewerClient } from '../support/hall.ts';
import { sealBid, send, trusteesOf, view } from '../support/opening-quorum.ts';
import type { SealedBid, Trustee } from '../support/opening-quorum.ts';
import { testCreditCode } from '../support/lot-fixture.ts';

const CLOSE_AT = MINUTE;
const RELEASE_AT = CLOSE_AT + 5 * MINUTE;
const [TENDEREE, AGENCY, REGULATOR] = [1, 2, 3].map(testCreditCode) as [string, string, string];

let app: OpeningApp;
const at = (ms: number): Instant => addMs(app.deadline, ms);
const admit = (creditCode: string, ...permissions: string[]): string =>
  app.sessions.admit(creditCode, 'x', permissions);
const signIn = (creditCode: string, role: string, ...permissions: string[]) =>
  send(app, 'POST', '/attendance', {
    token: admit(creditCode, 'hall.attend', ...permissions),
    body: { role },
  });
const bidderSignsIn = (number: number) => signIn(testCreditCode(number), 'bidder', 'bid.submit');
const watch = (process: OpeningProcess = app, from = {}): Promise<HallViewerClient> =>
  HallViewerClient.watch(process.url, app.lotId, from);

/** Says `count` things in the hall, each in a transaction of its own. */
async function say(count: number, text = ''): Promise<void> {
  const sessions = app.app.get(SessionStore);
  for (let n = 0; n < count; n++) {
    await app.database.unitOfWork.run((tx) => sessions.say(tx, app.lotId, 'test', null, { n, text }));
  }
}

async function refusal(path: string, headers: Record<string, string> = {}): Promise<[number, string]> {
  const answer = await fetch(`${app.url}/api/v1/lots/${path}`, { headers });
  const { code } = (await answer.json()) as { code: string };
  return [answer.status, code];
}

const gapless = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);

beforeEach(async () => {
  app = await createOpeningApp();
});
afterEach(async () => {
  await app.close();
});

describe('the live hall', () => {
  it('is one hall for the viewers of two processes', async () => {
    const other = await app.another();
    const [here, there] = await Promise.all([watch(), watch(other)]);
    expect((await signIn(AGENCY, 'agency')).status).toBe(201);
    app.clock.at = at(CLOSE_AT);
    expect(await view(app)).toMatchObject({ state: 'closed' });
    for (const viewer of [here, there]) {
      await viewer.until(() => viewer.events.length === 2);
      expect(viewer.kinds).toEqual(['signed-in', 'closed']);
    }
    expect(there.events).toEqual(here.events);
    const polled = (await send(app, 'GET', '/events')).body as { items: unknown[] };
    expect(polled.items).toEqual(here.events);
    here.leave();
    await other.close();
  });

  it('gives who comes back, to another process, what was missed, and nothing twice', async () => {
    const other = await app.another();
    const first = await watch();
    await say(3);
    await first.until(() => first.events.length === 3);
    first.leave();
    await say(4);
    const again = await watch(other, { lastEventId: String(first.seqs.at(-1)) });
    await say(2);
    await again.until(() => again.events.length === 6);
    expect([...first.seqs, ...again.seqs]).toEqual(gapless(1, 9));
    const later = await watch(app, { after: 7 });
    await later.until(() => later.events.length === 2);
    expect(later.hello?.head).toBe(9);
    expect(later.seqs).toEqual([8, 9]);
    await other.close();
  });

  it('reads what lies further back than what is kept at hand', async () => {
    const sessions = app.app.get(SessionStore);
    const news = Array.from({ length: 2_500 }, (_, n) => ({ kind: 'test', c: null, facts: { n } }));
    expect((await send(app, 'GET', '')).status).toBe(200);
    await app.database.unitOfWork.run((tx) => sessions.sayAll(tx, app.lotId, news));
    const viewer = await watch();
    await viewer.until(() => viewer.events.length === 2_500);
    expect(viewer.seqs).toEqual(gapless(1, 2_500));
    expect(viewer.events.map(({ facts }) => facts['n'])).toEqual(gapless(0, 2_499));
  });

  it('hears again by itself after its listening connection was killed', async () => {
    const viewer = await watch();
    await say(1);
    await viewer.until(() => viewer.events.length === 1);
    const owner = new pg.Client({ connectionString: app.database.url });
    await owner.connect();
    const killed = await owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'glasshall-notifications' AND datname = current_database()`,
    );
    await owner.end();
    // One connection for the process, whoever watches.
    expect(killed.rowCount).toBe(1);
    // Said while nobody listens, and after.
    await say(2);
    await viewer.until(() => viewer.events.length === 3);
    await say(1);
    await viewer.until(() => viewer.events.length === 4);
    expect(viewer.seqs).toEqual([1, 2, 3, 4]);
  });

  it('gives signs of life, and finds by them what no notification told', async () => {
    const hall = { ...ROOMY_HALL, heartbeatMs: 100 };
    const other = await app.another({ hall });
    const viewer = await watch(other);
    await viewer.until(() => viewer.heartbeats > 2);
    await app.database.unitOfWork.run(async (tx) => {
      await tx.execute('UPDATE opening.session SET last_event = 1');
      await tx.execute("INSERT INTO opening.event (lot, seq, kind, facts) VALUES ($1, 1, 'silent', '{}')", [
        app.lotId,
      ]);
    });
    await viewer.until(() => viewer.events.length === 1);
    // What the clock makes due happens too, although no worker runs and nobody asks.
    app.clock.at = at(CLOSE_AT);
    await viewer.until(() => viewer.kinds.includes('closed'));
    await other.close();
  });

  it('drops a viewer that takes nothing, which then comes back by its id', async () => {
    const other = await app.another({ hall: { ...ROOMY_HALL, slowMs: 300 } });
    const [slow, well] = [await stalled(other.url, app.lotId), await watch(other)];
    const sessions = app.app.get(SessionStore);
    const text = 'x'.repeat(8_000);
    for (let n = 0; n < 20; n++) {
      const news = Array.from({ length: 100 }, () => ({ kind: 'test', c: null, facts: { text } }));
      await app.database.unitOfWork.run((tx) => sessions.sayAll(tx, app.lotId, news));
    }
    // The one beside it is not held up.
    await well.until(() => well.events.length === 2_000);
    expect(well.seqs).toEqual(gapless(1, 2_000));
    const seen = await readUntilEnd(slow);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.length).toBeLessThan(2_000);
    expect(seen).toEqual(gapless(1, seen.length));
    const again = await watch(other, { lastEventId: String(seen.length) });
    await again.until(() => again.seqs.at(-1) === 2_000);
    expect(again.seqs).toEqual(gapless(seen.length + 1, 2_000));
    await other.close();
  }, 60_000);

  it('ends with its process at once', async () => {
    const other = await app.another();
    const viewer = await watch(other);
    const begun = performance.now();
    await other.close();
    await viewer.until(() => viewer.ended);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it('has room for so many, in all and from one address, and says so', async () => {
    const small = await app.another({ hall: { ...ROOMY_HALL, viewers: 2 } });
    const [first] = [await watch(small), await watch(small)];
    const path = `${small.url}/api/v1/lots/${app.lotId}/opening/stream`;
    const full = await fetch(path);
    expect([full.status, await full.json()]).toMatchObject([
      429,
      { code: 'OPENING.HALL_FULL', facts: { limit: 2 } },
    ]);
    first.leave();
    let viewer: HallViewerClient | null = null;
    for (let tries = 0; viewer === null && tries < 100; tries++) {
      viewer = await watch(small).catch(() => null);
      await sleep(10);
    }
    expect(viewer?.hello).not.toBeUndefined();
    await small.close();
    const near = await app.another({ hall: { ...ROOMY_HALL, viewersPerAddress: 1 } });
    await watch(near);
    const refused = await fetch(path.replace(small.url, near.url));
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      { code: 'OPENING.HALL_ADDRESS_FULL', facts: { limit: 1 } },
    ]);
    await near.close();
  });

  it('answers as a stream that nothing on the way may keep back', async () => {
    const viewer = await watch();
    expect(viewer.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    const head = await fetch(`${app.url}/api/v1/lots/${app.lotId}/opening/stream`, { method: 'HEAD' });
    expect(head.status).toBe(200);
  });

  it('refuses what is no lot, no id and no position', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect(await refusal(`${unknown}/opening/stream`)).toEqual([404, 'OPENING.LOT_UNKNOWN']);
    const path = `${app.lotId}/opening/stream`;
    expect(await refusal(path, { 'last-event-id': '1 or 1' })).toEqual([400, 'OPENING.MALFORMED']);
    expect(await refusal(`${path}?after=-1`)).toEqual([400, 'WEB.VALIDATION']);
    expect(await refusal(`${path}?after=1.5`)).toEqual([400, 'WEB.VALIDATION']);
  });
});

describe('sign-in to the hall', () => {
  it('tells nothing of bidders before the deadline, and takes them from that very instant on', async () => {
    const viewer = await watch();
    await takeIn(app, await sealBid(app, 1), 3600);
    app.clock.at = at(-1);
    for (const [official, role] of [
      [TENDEREE, 'tenderee'],
      [AGENCY, 'agency'],
      [REGULATOR, 'regulator'],
    ] as const) {
      expect((await signIn(official, role)).status).toBe(201);
    }
    // Nobody is let in before by calling himself something else.
    expect((await signIn(testCreditCode(101), 'tenderee', 'bid.submit')).code).toBe('OPENING.NOT_A_PARTY');
    const early = await bidderSignsIn(101);
    expect([early.status, early.code]).toEqual([409, 'OPENING.HALL_NOT_OPEN']);
    await viewer.until(() => viewer.events.length === 3);
    expect(viewer.events.map(({ kind, facts }) => [kind, facts['role']])).toEqual([
      ['signed-in', 'tenderee'],
      ['signed-in', 'agency'],
      ['signed-in', 'regulator'],
    ]);
    expect(Object.keys(viewer.hello ?? {}).sort()).toEqual(['head', 'serverTime']);
    expect(await view(app)).toMatchObject({ state: 'waiting', bids: [], close: null });

    app.clock.at = at(0);
    const told = await bidderSignsIn(101);
    expect([told.status, told.body]).toMatchObject([
      201,
      { role: 'bidder', name: `单位 ${testCreditCode(101)}` },
    ]);
    await viewer.until(() => viewer.events.length === 4);
    expect(viewer.events.at(-1)?.facts).toMatchObject({ role: 'bidder', creditCode: testCreditCode(101) });
  });

  it('is judged by the deadline that stands when it is stored, not by one that was read before', async () => {
    app.clock.at = at(0);
    app.tendering.moved = at(MINUTE);
    const early = await bidderSignsIn(101);
    expect([early.status, early.code]).toEqual([409, 'OPENING.HALL_NOT_OPEN']);
    expect((await send(app, 'GET', '/events')).body).toMatchObject({ items: [] });
    app.clock.at = at(MINUTE);
    expect((await bidderSignsIn(101)).status).toBe(201);
  });

  it('is kept once per organisation, with time, address and person, for who supervises', async () => {
    app.clock.at = at(0);
    const first = await bidderSignsIn(101);
    const second = await bidderSignsIn(101);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    await signIn(AGENCY, 'agency');
    const { items } = (await send(app, 'GET', '/events')).body as { items: unknown[] };
    expect(items).toHaveLength(2);
    const auditor = admit(REGULATOR, 'evidence.full');
    const page = await send(app, 'GET', '/attendance?limit=1', { token: auditor });
    const next = await send(app, 'GET', `/attendance?limit=1&cursor=${String(page.body['nextCursor'])}`, {
      token: auditor,
    });
    const listed = [page, next].flatMap(({ body }) => body['items'] as Record<string, unknown>[]);
    expect(listed.map(({ role }) => role).sort()).toEqual(['agency', 'bidder']);
    for (const line of listed) {
      expect(line['address']).toMatch(/127\.0\.0\.1$/);
      expect(line['personId']).toMatch(/^[0-9a-f-]{36}$/);
      expect(line['at']).toMatch(/Z$/);
    }
    expect(next.body['nextCursor']).toBeNull();
    const forget = app.database.unitOfWork.run((tx) => tx.execute('DELETE FROM opening.attendance'));
    await expect(forget).rejects.toThrow();
  });

  it('is for the parties of the lot, while there is something to attend', async () => {
    app.clock.at = at(0);
    expect((await send(app, 'POST', '/attendance')).status).toBe(401);
    expect((await signIn(AGENCY, 'operator')).code).toBe('WEB.VALIDATION');
    expect((await send(app, 'POST', '/attendance', { token: admit(AGENCY, 'me.read') })).code).toBe(
      'WEB.FORBIDDEN',
    );
    expect((await send(app, 'GET', '/attendance', { token: admit(AGENCY, 'hall.attend') })).code).toBe(
      'WEB.FORBIDDEN',
    );
    const stranger = await signIn(testCreditCode(150), 'bidder');
    expect([stranger.status, stranger.code]).toEqual([403, 'OPENING.NOT_A_PARTY']);
    const keyed = app.tendering.view;
    if (!keyed) throw new Error('no lot');
    app.tendering.view = { ...keyed, state: 'cancelled' };
    expect((await bidderSignsIn(101)).code).toBe('OPENING.STATE');
    app.tendering.view = null;
    const unknown = await bidderSignsIn(101);
    expect([unknown.status, unknown.code]).toEqual([404, 'OPENING.LOT_UNKNOWN']);
  });
});

describe('the feed', () => {
  const work = (): Promise<void> => app.app.get(OpenLots).run(app.lotId);
  async function stage(trustees: readonly Trustee[], number: number, bids: readonly SealedBid[]) {
    const audiences = number === 0 ? (['public'] as const) : (['public', 'committee'] as const);
    for (const audience of audiences) {
      for (const trustee of trustees) {
        expect((await trustee.release(number, audience, bids)).status).toBe(201);
      }
    }
    await work();
  }

  it('tells all that the page shows, from CLOSE to the signed record', async () => {
    const bids: SealedBid[] = [];
    for (let n = 1; n <= 3; n++) {
      const bid = await sealBid(app, n);
      await takeIn(app, bid, 3600 - n);
      bids.push(bid);
    }
    const viewer = await watch();
    app.clock.at = at(CLOSE_AT);
    await view(app);
    app.clock.at = at(RELEASE_AT);
    await view(app);
    const trustees = trusteesOf(app, [1, 2, 3]);
    await stage(trustees, 0, bids);
    await stage(trustees, 1, bids);
    await bidderSignsIn(101);
    const token = admit(testCreditCode(101), 'bid.submit');
    await send(app, 'POST', '/objections', { token, body: { text: '工期是否含节假日？' } });
    const agency = trustees[1] as Trustee;
    await agency.send('/objections/1/answer', { text: '含节假日。' });
    const { record } = (await send(app, 'GET', '/record')).body as { record: object };
    const signed = await agency.sign('opening-record', record);
    expect((await agency.send('/record/signatures', { signature: signed.signatures[0] })).status).toBe(200);
    await viewer.until(() => viewer.kinds.includes('recorded'));

    const told = (kind: string) => viewer.events.filter((event) => event.kind === kind);
    expect(viewer.seqs).toEqual(gapless(1, viewer.events.length));
    expect(told('closed').map(({ facts }) => facts)).toMatchObject([{ bids: 3 }]);
    expect(told('listed').map(({ c }) => c)).toEqual(bids.map(({ c }) => c));
    expect(told('shares')).toHaveLength(9);
    for (const { facts } of told('identity')) expect(facts).toMatchObject({ valid: true });
    expect(told('identity').map(({ facts }) => facts['creditCode'])).toEqual(
      bids.map(({ signer }) => signer.certificate.holder.creditCode),
    );
    expect(told('decided').map(({ facts }) => facts['outcome'])).toEqual([
      'standing',
      'standing',
      'standing',
    ]);
    expect(told('stage-1').map(({ facts }) => facts)).toEqual([{ distinctBidders: 3 }]);
    const sheets = told('envelope').flatMap(({ facts }) => (facts['sheet'] ? [facts['sheet']] : []));
    expect(sheets.map((sheet) => (sheet as { price: string }).price).sort()).toEqual([
      '1000000.00',
      '2000000.00',
      '3000000.00',
    ]);
    expect(told('opened').map(({ c }) => c === null)).toEqual([false, false, false, true]);
    expect(told('objection')[0]?.facts).toMatchObject({ n: 1, text: '工期是否含节假日？' });
    expect(told('answer')[0]?.facts).toEqual({ n: 1, text: '含节假日。' });
    expect(viewer.kinds.slice(-2)).toEqual(['signed', 'recorded']);
    expect(told('recorded')[0]?.facts).toMatchObject({ result: 'opened' });
    expect((await signIn(AGENCY, 'agency')).code).toBe('OPENING.STATE');
  }, 60_000);

  it('tells what tendering decided meanwhile: a moved deadline, an end', async () => {
    const viewer = await watch();
    const tell = app.app.get(TellHall);
    const moved = addMs(app.deadline, MINUTE);
    if (app.tendering.view) app.tendering.view = { ...app.tendering.view, deadline: moved };
    await app.database.unitOfWork.run((tx) => tell.deadlineMoved(tx, app.lotId));
    await app.database.unitOfWork.run((tx) => tell.cancelled(tx, app.lotId));
    await viewer.until(() => viewer.events.length === 2);
    expect(viewer.events.map(({ kind, facts }) => [kind, facts])).toEqual([
      ['deadline', { deadline: formatInstant(moved) }],
      ['cancelled', {}],
    ]);
  });

  it('tells that a lot of too few bidders has failed', async () => {
    await takeIn(app, await sealBid(app, 1), 3600);
    const viewer = await watch();
    app.clock.at = at(CLOSE_AT);
    await view(app);
    app.clock.at = at(RELEASE_AT);
    await view(app);
    await viewer.until(() => viewer.kinds.includes('failed'));
    expect(viewer.kinds).toEqual(['closed', 'listed', 'failed']);
  });
});

describe('five hundred viewers', () => {
  it('get every event exactly once, for one query per batch', async () => {
    let counting: CountingUnitOfWork | null = null;
    const crowded = await app.another({
      over: (inner) => (counting = new CountingUnitOfWork(inner, /FROM opening\.event/)),
    });
    await view(app);
    await say(1);
    const viewers = await Promise.all(Array.from({ length: 500 }, () => watch(crowded)));
    await Promise.all(viewers.map((viewer) => viewer.until(() => viewer.events.length === 1)));
    const queries = (): number => counting?.count ?? 0;
    // All of them came for one reading of the feed, and one after listening had begun.
    expect(queries()).toBeLessThanOrEqual(2);
    const before = queries();
    for (let n = 2; n <= 21; n++) {
      await say(1);
      await Promise.all(viewers.map((viewer) => viewer.until(() => viewer.events.length >= n, 30_000)));
    }
    expect(queries() - before).toBe(20);
    // Twenty at once are few batches, whatever their number.
    const sessions = app.app.get(SessionStore);
    const news = Array.from({ length: 20 }, (_, n) => ({ kind: 'test', c: null, facts: { n } }));
    await app.database.unitOfWork.run((tx) => sessions.sayAll(tx, app.lotId, news));
    await Promise.all(viewers.map((viewer) => viewer.until(() => viewer.events.length >= 41, 30_000)));
    expect(queries() - before).toBe(21);
    for (const viewer of viewers) expect(viewer.seqs).toEqual(gapless(1, 41));
    await crowded.close();
    await Promise.all(viewers.map((viewer) => viewer.until(() => viewer.ended)));
  }, 120_000);
});

/** Asks for the stream and takes no byte of it. */
async function stalled(url: string, lotId: LotId): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET /api/v1/lots/${lotId}/opening/stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await sleep(100);
  return socket;
}

/** The numbers of the whole events that had come when the platform cut the connection. */
async function readUntilEnd(socket: Socket): Promise<number[]> {
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
  return [...text.matchAll(/(?<=\n)id: (\d+)\ndata: .*?\}\n\n/gs)].map(([, seq]) => Number(seq));
}
