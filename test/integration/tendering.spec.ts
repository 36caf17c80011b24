import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import type { Test } from 'supertest';
import { addMs, DAY, formatInstant, newId, parseInstant } from '#kernel';
import type { LotId } from '#kernel';
import { Tendering } from '#tendering';
import {
  b64u,
  checkLotKey,
  createDevelopmentCa,
  hashText,
  journalBody,
  journalLabel,
  checkDealing,
  parsePem,
  signRecord,
  trusteeKeysOf,
} from '#trust';
import type { Cancellation, DeadlineChange, JournalKey, LotKey, Notice, Signed } from '#trust';
import { castOf, Person, testNow } from '../support/people.ts';
import type { Cast } from '../support/people.ts';
import * as tender from '../support/tender.ts';
import { createTestApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** 20 days are four seconds, 15 days three. */
const HASTE = { periods: 432_000, waits: 60 };

let app: TestApp;
let cast: Cast;
const api = (path: string) => request(app.url).get(`/api/v1${path}`);

beforeAll(async () => {
  app = await createTestApp({ DEMO: 'true' });
  cast = await castOf(app);
});
afterAll(() => app.close());

async function refused(test: Test): Promise<string> {
  const response = await test;
  expect(response.headers['content-type']).toContain('application/problem+json');
  const { code, title, titleEn } = response.body as { code: string; title: string; titleEn: string };
  expect([title.length > 0, titleEn.length > 0]).toEqual([true, true]);
  return `${response.status} ${code}`;
}

const transitions = (lot: string) =>
  app.database.dataSource.query<
    { event: string; to_state: string; credit_code: string | null; logged: string }[]
  >('SELECT event, to_state, credit_code, logged FROM tendering.transition WHERE lot_id = $1 ORDER BY id', [
    lot,
  ]);

describe('a project', () => {
  it('takes a tenderee and a regulator that were granted these roles', async () => {
    const body = {
      name: '某项目',
      kind: 'engineering',
      level: 'city',
      tenderee: cast.tenderee.creditCode,
      regulator: cast.regulator.creditCode,
    };
    expect(await refused(cast.agency.post('/projects', { ...body, tenderee: cast.bidder.creditCode }))).toBe(
      '422 TENDERING.PARTY_ROLE',
    );
    expect(await refused(cast.agency.post('/projects', { ...body, regulator: '914400009999999999' }))).toBe(
      '422 TENDERING.PARTY_UNKNOWN',
    );
    expect(await refused(cast.bidder.post('/projects', body))).toBe('403 WEB.FORBIDDEN');
    expect(await refused(cast.agency.post('/projects', { ...body, kind: 'x' }))).toBe('400 WEB.VALIDATION');
    expect(await refused(cast.agency.post('/projects', { ...body, name: 'a\u0007b' }))).toBe(
      '400 WEB.VALIDATION',
    );
    expect(await refused(cast.agency.post('/projects', { ...body, name: 'a\u0000b' }))).toMatch(
      /^4\d\d WEB\./,
    );
    expect(await refused(cast.agency.post('/projects', { ...body, name: 'a\ud800b' }))).toBe(
      '400 WEB.VALIDATION',
    );
  });

  it('is seen by its agency alone while it is a draft', async () => {
    const project = await tender.makeProject(cast);
    const lot = await tender.makeLot(cast, {}, project);
    const { body } = await cast.agency.get(`/projects/${project}`).expect(200);
    expect((body as { lots: { id: string; state: string }[] }).lots).toMatchObject([
      { id: lot, state: 'draft' },
    ]);
    expect(await refused(api(`/lots/${lot}`))).toBe('404 TENDERING.LOT_UNKNOWN');
    expect(await refused(api(`/lots/${lot}/lotkey/terms`))).toBe('404 TENDERING.LOT_UNKNOWN');
    const list = (await api('/lots').expect(200)).body as { items: { id: string }[] };
    expect(list.items.map(({ id }) => id)).not.toContain(lot);
  });

  it('is closed to another agency', async () => {
    const other = await (await Person.certified(app, cast.ca, 50, '另一代理')).enrol('agency');
    await cast.centre.post(`/organisations/${other.creditCode}/roles/agency/approval`).expect(200);
    await other.signIn();
    const project = await tender.makeProject(cast);
    const lot = await tender.makeLot(cast, {}, project);
    expect(await refused(other.get(`/projects/${project}`))).toBe('404 TENDERING.PROJECT_UNKNOWN');
    expect(await refused(other.post(`/projects/${project}/lots`, tender.lotBody()))).toBe(
      '404 TENDERING.PROJECT_UNKNOWN',
    );
    expect(await refused(tender.putDocument(other, lot))).toBe('404 TENDERING.LOT_UNKNOWN');
    expect(await refused(other.post(`/lots/${lot}/notices/draft`, { kind: 'notice', summary: '' }))).toBe(
      '404 TENDERING.LOT_UNKNOWN',
    );
    expect(await refused(other.post(`/lots/${lot}/cancellation`))).toBe('404 TENDERING.LOT_UNKNOWN');
  });
});

describe('a lot', () => {
  let project: string;
  beforeAll(async () => {
    project = await tender.makeProject(cast);
  });
  const create = (change: object) => cast.agency.post(`/projects/${project}/lots`, tender.lotBody(change));
  const seat = (i: number, role: string, org: string) => ({ i, role, org });

  it('has the five default seats, or declares its own', async () => {
    const { body } = await create({}).expect(201);
    expect(body).toMatchObject({ state: 'draft', k: 3, ruleset: 'tendering-2019-03', noticeVersion: 0 });
    expect((body as { seats: unknown[] }).seats).toHaveLength(5);
    const three = [
      seat(1, 'tenderee', cast.tenderee.creditCode),
      seat(2, 'regulator', cast.regulator.creditCode),
      seat(3, 'notary', cast.notary.creditCode),
    ];
    expect((await create({ seats: three }).expect(201)).body).toMatchObject({ k: 2 });
    const stranger = [...three.slice(0, 2), seat(3, 'notary', cast.bidder.creditCode)];
    expect(await refused(create({ seats: stranger }))).toBe('422 TENDERING.PARTY_ROLE');
    expect(await refused(create({ seats: three, k: 3 }))).toBe('422 TENDERING.QUORUM_NOT_ALLOWED');
  });

  it.each([
    ['seats that are none', { seats: [{ i: 'x' }, 7] }, '400 TENDERING.RECORD_MALFORMED'],
    [
      'a method with an unknown field',
      { method: { ...tender.METHOD, x: 1 } },
      '400 TENDERING.RECORD_MALFORMED',
    ],
    [
      'a method with a float',
      { method: { ...tender.METHOD, basePeriodDays: 1.5 } },
      '400 TENDERING.RECORD_MALFORMED',
    ],
    [
      'an acceleration of nought',
      { acceleration: { periods: 0, waits: 1 } },
      '400 TENDERING.RECORD_MALFORMED',
    ],
    ['an estimate with three decimals', { estimate: '1.000' }, '400 WEB.VALIDATION'],
    ['a time in another form', { deadline: '2026-03-01 08:00' }, '400 WEB.VALIDATION'],
    ['a day that does not exist', { deadline: '2026-02-30T08:00:00.000Z' }, '400 TENDERING.TIME_MALFORMED'],
    ['a share count without meaning', { k: 1 }, '400 WEB.VALIDATION'],
    ['a method as text', { method: 'cheapest' }, '400 WEB.VALIDATION'],
  ])('refuses %s', async (_, change, answer) => {
    expect(await refused(create(change))).toBe(answer);
  });

  it('refuses an id that is none', async () => {
    for (const id of ['x', newId(), '00000000-0000-0000-0000-00000000000G', '%27'])
      expect(await refused(cast.agency.post(`/projects/${id}/lots`, tender.lotBody()))).toBe(
        '404 TENDERING.PROJECT_UNKNOWN',
      );
  });
});

describe('documents', () => {
  it('are streamed, named by hash, and public once published, without a session', async () => {
    const lot = await tender.makeLot(cast);
    const bytes = Buffer.alloc(3_000_001, 7);
    const { body } = await tender.putDocument(cast.agency, lot, '图纸 №1.pdf', bytes).expect(200);
    const sha256 = createHash('sha256').update(bytes).digest('base64url');
    expect(body).toEqual({ name: '图纸 №1.pdf', size: bytes.length, sha256 });
    expect(await refused(api(`/lots/${lot}/documents/${sha256}`))).toBe('404 TENDERING.DOCUMENT_UNKNOWN');
    const signed = await tender.publish(cast.agency, lot);
    expect(signed.record.documents).toEqual([body]);
    const got = await api(`/lots/${lot}/documents/${sha256}`)
      .buffer(true)
      .parse(collect as never)
      .expect(200);
    expect(
      createHash('sha256')
        .update(got.body as Buffer)
        .digest('base64url'),
    ).toBe(sha256);
    expect(got.headers['content-disposition']).toContain("filename*=UTF-8''%E5%9B%BE%E7%BA%B8");
  });

  it('of one name replace each other while they are drafts, and their bytes are not kept', async () => {
    const lot = await tender.makeLot(cast);
    await tender.putDocument(cast.agency, lot, 'a.pdf', Buffer.from('first')).expect(200);
    const before = await app.database.dataSource.query<{ blob_key: string }[]>(
      'SELECT blob_key FROM tendering.document WHERE lot_id = $1',
      [lot],
    );
    await tender.putDocument(cast.agency, lot, 'a.pdf', Buffer.from('second')).expect(200);
    const { record } = await tender.publish(cast.agency, lot);
    expect(record.documents).toMatchObject([{ name: 'a.pdf', size: 6 }]);
    const after = await app.database.dataSource.query<{ blob_key: string }[]>(
      'SELECT blob_key FROM tendering.document WHERE lot_id = $1',
      [lot],
    );
    expect(after).toHaveLength(1);
    expect(after[0]?.blob_key).not.toBe(before[0]?.blob_key);
    await expect(
      app.database.dataSource.query(`UPDATE tendering.document SET notice_version = 9 WHERE lot_id = $1`, [
        lot,
      ]),
    ).rejects.toThrow('never changed');
  });

  it('are refused empty, unnamed, in another type, without a session, and from others', async () => {
    const lot = await tender.makeLot(cast);
    expect(await refused(tender.putDocument(cast.agency, lot, 'a.pdf', Buffer.alloc(0)))).toBe(
      '400 TENDERING.DOCUMENT_EMPTY',
    );
    for (const name of ['..', '.', 'a\nb', '../../etc/passwd', 'x'.repeat(201)])
      expect(await refused(tender.putDocument(cast.agency, lot, name))).toMatch(/^4\d\d /);
    expect(await refused(cast.agency.post(`/lots/${lot}/documents/a.pdf`, {}))).toMatch(/^4\d\d /);
    expect(await refused(tender.putDocument(cast.bidder, lot))).toBe('403 WEB.FORBIDDEN');
    expect(await refused(tender.putDocument(cast.agency, newId()))).toBe('404 TENDERING.LOT_UNKNOWN');
    const large = cast.agency
      .put(`/lots/${lot}/documents/large.bin`, Buffer.from('x'))
      .set('Content-Length', String(2 ** 30));
    await expect(refused(large)).resolves.toBe('413 TENDERING.DOCUMENT_TOO_LARGE');
  });

  it('of another lot are not found under this one', async () => {
    const first = await tender.makeLot(cast);
    await tender.putDocument(cast.agency, first, 'a.pdf', Buffer.from('only in the first')).expect(200);
    const { record } = await tender.publish(cast.agency, first);
    const second = await tender.publishedLot(cast);
    expect(await refused(api(`/lots/${second}/documents/${record.documents[0]!.sha256}`))).toBe(
      '404 TENDERING.DOCUMENT_UNKNOWN',
    );
  });
});

describe('a notice', () => {
  it('is published with its record, its transition and the terms of the lot key', async () => {
    const lot = await tender.makeLot(cast);
    await tender.putDocument(cast.agency, lot).expect(200);
    const signed = await tender.publish(cast.agency, lot);
    const { body } = await api(`/lots/${lot}`).expect(200);
    expect(body).toMatchObject({
      id: lot,
      state: 'published',
      stage: 'key-ceremony',
      notice: signed,
      notices: [signed],
      deadline: signed.record.deadline,
      nextDueAt: signed.record.deadline,
      lotKeyHash: null,
      acceleration: tender.FAST,
    });
    const hash = hashText('notice', signed.record);
    expect(await transitions(lot)).toEqual([
      { event: 'publish', to_state: 'published', credit_code: cast.agency.creditCode, logged: hash },
    ]);
    expect(await tender.termsOf(cast.agency, lot)).toMatchObject({
      notice: hash,
      deadline: signed.record.deadline,
      n: 5,
      k: 3,
      q: 0,
    });
    expect(JSON.stringify(body)).not.toMatch(/bidders|downloads|count/i);
  });

  it('keeps the time limits, when it is drafted and when it is published', async () => {
    const draft = (lot: string) =>
      cast.agency.post(`/lots/${lot}/notices/draft`, { kind: 'notice', summary: '' });
    const now = testNow();
    const short = await tender.makeLot(
      cast,
      tender.slowLotBody({ deadline: formatInstant(addMs(now, 20 * DAY - 1)) }),
    );
    expect(await refused(draft(short))).toBe('409 TENDERING.NO_DOCUMENTS');
    await tender.putDocument(cast.agency, short).expect(200);
    expect(await refused(draft(short))).toBe('422 TENDERING.BID_PERIOD_TOO_SHORT');
    const { body } = await draft(short);
    expect((body as { facts: object }).facts).toMatchObject({ article: '法24', value: 20, unit: 'day' });
    const access = await tender.makeLot(
      cast,
      tender.slowLotBody({ documentsUntil: formatInstant(addMs(now, 5 * DAY - 1)) }),
    );
    await tender.putDocument(cast.agency, access).expect(200);
    expect(await refused(draft(access))).toBe('422 TENDERING.DOCUMENT_ACCESS_TOO_SHORT');

    // Drafted in time, published too late: four seconds from now, and five seconds pass.
    const closing = addMs(testNow(), 8_000);
    const edge = await tender.makeLot(cast, {
      documentsFrom: formatInstant(now),
      deadline: formatInstant(closing),
      acceleration: HASTE,
    });
    await tender.putDocument(cast.agency, edge).expect(200);
    const record = await tender.draftNotice(cast.agency, edge);
    await sleep(Math.max(0, closing - 3_900 - Date.now()));
    const signed = await signRecord('notice', record, [cast.agency.signer]);
    expect(await refused(cast.agency.post(`/lots/${edge}/notices`, { signed }))).toBe(
      '422 TENDERING.BID_PERIOD_TOO_SHORT',
    );
    expect(await transitions(edge)).toEqual([]);
  });

  it('is taken only as it would be drafted, and only with the signature of its agency', async () => {
    const lot = await tender.makeLot(cast);
    await tender.putDocument(cast.agency, lot).expect(200);
    const record = await tender.draftNotice(cast.agency, lot);
    const post = async (changed: object, signer = cast.agency) => {
      const signed = await signRecord('notice', { ...record, ...changed } as Notice, [signer.signer]);
      return refused(cast.agency.post(`/lots/${lot}/notices`, { signed }));
    };
    expect(await post({ estimate: '1.00' })).toBe('409 TENDERING.NOTICE_DIFFERS');
    expect(await post({ version: 2 })).toBe('409 TENDERING.NOTICE_DIFFERS');
    expect(await post({ lot: newId() })).toBe('409 TENDERING.NOTICE_DIFFERS');
    expect(await post({ kind: 'change' })).toBe('409 TENDERING.NOTICE_KIND');
    expect(await post({ publishedAt: formatInstant(addMs(testNow(), -DAY)) })).toBe(
      '409 TENDERING.NOTICE_STALE',
    );
    expect(await post({ publishedAt: formatInstant(addMs(testNow(), DAY)) })).toBe(
      '409 TENDERING.NOTICE_STALE',
    );
    expect(await post({ unknown: 1 })).toBe('400 TENDERING.RECORD_MALFORMED');
    expect(await post({ summary: 'x'.repeat(20_001) })).toBe('400 TENDERING.RECORD_MALFORMED');
    expect(await post({}, cast.tenderee)).toBe('422 TENDERING.SIGNATURE_REFUSED');
    const signed = await signRecord('notice', record, [cast.agency.signer]);
    const flipped = { ...signed, record: { ...record, summary: 'other' } };
    const send = (value: unknown) => cast.agency.post(`/lots/${lot}/notices`, { signed: value });
    const surrogate = { ...signed, record: { ...record, summary: 'a\ud800' } };
    expect(await refused(send(surrogate))).toMatch(/^400 /);
    expect(await refused(send(flipped))).toBe('422 TENDERING.SIGNATURE_REFUSED');
    const twice = { record, signatures: [...signed.signatures, ...signed.signatures] };
    expect(await refused(send(twice))).toBe('422 TENDERING.SIGNATURE_REFUSED');
    expect(await refused(send({ record, signatures: [] }))).toBe('400 TENDERING.RECORD_MALFORMED');
    expect(await refused(send('text'))).toBe('400 WEB.VALIDATION');
    const strange = await createDevelopmentCa({
      name: 'X',
      notBefore: addMs(testNow(), -DAY),
      notAfter: addMs(testNow(), DAY),
    });
    const forged = await Person.certified(app, strange, 2, '招标代理公司');
    expect(await post({}, forged)).toBe('422 TENDERING.SIGNATURE_REFUSED');
    expect(await refused(cast.tenderee.post(`/lots/${lot}/notices`, { signed }))).toBe('403 WEB.FORBIDDEN');

    await send(signed).expect(201);
    expect(await refused(send(signed))).toBe('409 TENDERING.NOTICE_KIND');
  });

  it('is never changed in the database', async () => {
    const lot = await tender.publishedLot(cast);
    const { dataSource } = app.database;
    for (const table of ['notice', 'transition'])
      for (const sql of [`DELETE FROM tendering.${table}`, `UPDATE tendering.${table} SET lot_id = lot_id`])
        await expect(dataSource.query(`${sql} WHERE lot_id = $1`, [lot])).rejects.toThrow();
  });

  it('is changed by a new version, which moves the deadline where it must', async () => {
    const lot = await tender.publishedLot(
      cast,
      tender.slowLotBody({ deadline: formatInstant(addMs(testNow(), 21 * DAY)) }),
    );
    const [terms] = [await tender.termsOf(cast.agency, lot)];
    await tender.putDocument(cast.agency, lot, '补充.pdf').expect(200);
    const second = await tender.publish(cast.agency, lot, { kind: 'clarification', summary: '第一次澄清' });
    expect(second.record).toMatchObject({ version: 2, kind: 'clarification' });
    expect(second.record.documents.map(({ name }) => name).sort()).toEqual(
      ['招标文件.pdf', '补充.pdf'].sort(),
    );
    expect(await tender.termsOf(cast.agency, lot)).toEqual(terms);

    const draft = (body: object) => cast.agency.post(`/lots/${lot}/notices/draft`, { summary: '', ...body });
    const earlier = formatInstant(addMs(testNow(), 20 * DAY));
    expect(await refused(draft({ kind: 'change', deadline: earlier }))).toBe(
      '409 TENDERING.DEADLINE_EARLIER',
    );
    expect(await refused(draft({ kind: 'notice' }))).toBe('409 TENDERING.NOTICE_KIND');
    const later = formatInstant(addMs(testNow(), 40 * DAY));
    await tender.publish(cast.agency, lot, { kind: 'change', summary: '延期', deadline: later });
    const { body } = await api(`/lots/${lot}`).expect(200);
    expect(body).toMatchObject({ deadline: later, nextDueAt: later });
    expect((body as { notices: unknown[] }).notices).toHaveLength(3);
    expect(await tender.termsOf(cast.agency, lot)).toMatchObject({ deadline: later, notice: terms?.notice });
  });

  it('that comes too late needs a later deadline (法23)', async () => {
    const closing = addMs(testNow(), 9_000);
    const lot = await tender.publishedLot(cast, { deadline: formatInstant(closing), acceleration: HASTE });
    await sleep(Math.max(0, closing - 2_500 - Date.now()));
    const draft = { kind: 'clarification', summary: '太晚' };
    expect(await refused(cast.agency.post(`/lots/${lot}/notices/draft`, draft))).toBe(
      '422 TENDERING.CHANGE_TOO_LATE',
    );
    const deadline = formatInstant(addMs(testNow(), 40_000));
    await tender.publish(cast.agency, lot, { ...draft, deadline });
    expect((await api(`/lots/${lot}`)).body).toMatchObject({ deadline });
  });
});

describe('the key ceremony', () => {
  it('ends in a lot key that a client accepts, a journal key that is dealt, and a lot that takes bids', async () => {
    const { lot, lotKeyHash } = await tender.keyedLot(cast);
    const { body } = await api(`/lots/${lot}/lotkey`).expect(200);
    const key = body as {
      signed: Signed<LotKey>;
      journal: Signed<JournalKey>;
      certificates: string[];
      record: LotKey;
    };
    const leaves = key.certificates.flatMap((pem) => {
      const parsed = parsePem(pem);
      return parsed.ok ? parsed.value : [];
    });
    expect(
      checkLotKey(key.signed, (fingerprint) => leaves.find((each) => each.fingerprint === fingerprint)),
    ).toHaveLength(5);
    const journal = key.journal.record;
    expect(journal.lotKeyHash).toBe(lotKeyHash);
    expect(
      checkDealing({
        dealing: journal.dealing,
        type: 'journal',
        label: journalLabel(journal),
        body: journalBody(journal),
        trusteeKeys: trusteeKeysOf(key.record),
        k: 3,
      }),
    ).toBe(true);
    expect((await api(`/lots/${lot}`)).body).toMatchObject({ state: 'keyed', stage: 'bidding', lotKeyHash });
    const steps = await transitions(lot);
    expect(steps.at(-1)).toEqual({
      event: 'complete-key',
      to_state: 'keyed',
      credit_code: null,
      logged: lotKeyHash,
    });

    const facade = app.app.get(Tendering, { strict: false });
    const view = await facade.lotByKeyHash(lotKeyHash);
    expect(view?.id).toBe(lot);
    const facts = await app.database.unitOfWork.run((tx) => facade.intakeFacts(tx, lot as LotId));
    expect(facts).toMatchObject({ lotKeyHash, deadline: view?.deadline });
    const [row] = await app.database.dataSource.query<{ at: Date }[]>(
      'SELECT tendering.bid_deadline($1) AS at',
      [lot],
    );
    expect(row?.at.getTime()).toBe(view?.deadline);
  });

  it('leaves the private half of the journal key nowhere', async () => {
    const { lot } = await tender.keyedLot(cast);
    const [row] = await app.database.dataSource.query<{ journal: object }[]>(
      'SELECT journal FROM tendering.lot_key WHERE lot_id = $1',
      [lot],
    );
    expect(Object.keys((row?.journal as { record: object }).record).sort()).toEqual(
      ['dealing', 'key', 'lotKeyHash', 'nonce', 'type'].sort(),
    );
  });

  it('refuses offers for other seats, other lots, other sessions, without proof or malformed', async () => {
    const lot = await tender.publishedLot(cast);
    const other = await tender.publishedLot(cast);
    const terms = await tender.termsOf(cast.agency, lot);
    const key = tender.offerOf(cast.tenderee, 1, terms);
    const offer = (person: Person, value: unknown, id = lot) =>
      refused(person.post(`/lots/${id}/lotkey/offers`, { key: value }));
    expect(await offer(cast.bidder, key)).toBe('403 WEB.FORBIDDEN');
    expect(await offer(cast.agency, key)).toBe('403 TENDERING.NOT_YOURS');
    expect(await offer(cast.tenderee, { ...key, i: 2 })).toBe('403 TENDERING.NOT_YOURS');
    expect(await offer(cast.tenderee, { ...key, i: 6 })).toBe('422 TENDERING.SEAT_UNKNOWN');
    expect(await offer(cast.tenderee, { ...key, i: 16 })).toBe('400 TENDERING.RECORD_MALFORMED');
    expect(await offer(cast.tenderee, key, other)).toBe('422 TENDERING.OFFER_REFUSED');
    expect(await offer(cast.tenderee, key, newId())).toBe('404 TENDERING.LOT_UNKNOWN');
    expect(await offer(cast.tenderee, { ...key, y: terms.room })).toBe('422 TENDERING.OFFER_REFUSED');
    expect(
      await offer(cast.tenderee, { ...key, pop: { ...key.pop, r: b64u.encode(new Uint8Array(32)) } }),
    ).toBe('422 TENDERING.OFFER_REFUSED');
    const cert = cast.regulator.signer.certificate.fingerprint;
    expect(await offer(cast.tenderee, { ...key, cert })).toBe('422 TENDERING.OFFER_REFUSED');
    expect(await offer(cast.tenderee, { ...key, y: b64u.encode(new Uint8Array(33)) })).toBe(
      '422 TENDERING.OFFER_REFUSED',
    );
    expect(await offer(cast.tenderee, [])).toMatch(/^400 /);
    const draft = await tender.makeLot(cast);
    expect(await offer(cast.tenderee, key, draft)).toBe('404 TENDERING.LOT_UNKNOWN');
  });

  it('takes the same offer again, and another one until the key is complete', async () => {
    const lot = await tender.publishedLot(cast);
    const record = await tender.offerAll(cast, lot);
    const terms = await tender.termsOf(cast.agency, lot);
    await cast.agency
      .post(`/lots/${lot}/lotkey/signatures`, await tender.signLotKey(cast.agency, record))
      .expect(200);
    const same = record.trustees[0];
    await cast.tenderee.post(`/lots/${lot}/lotkey/offers`, { key: same }).expect(200);
    const fresh = tender.offerOf(cast.tenderee, 1, terms);
    const { body } = await cast.tenderee.post(`/lots/${lot}/lotkey/offers`, { key: fresh }).expect(200);
    const renewed = (body as { record: LotKey }).record;
    expect(renewed.trustees[0]).toEqual(fresh);
    expect(
      await refused(
        cast.notary.post(`/lots/${lot}/lotkey/signatures`, await tender.signLotKey(cast.notary, record)),
      ),
    ).toBe('422 TENDERING.SIGNATURE_REFUSED');
    for (const trustee of tender.trusteesOf(cast))
      await trustee
        .post(`/lots/${lot}/lotkey/signatures`, await tender.signLotKey(trustee, renewed))
        .expect(200);
    expect((await api(`/lots/${lot}`)).body).toMatchObject({ state: 'keyed' });
    expect(await refused(cast.tenderee.post(`/lots/${lot}/lotkey/offers`, { key: fresh }))).toBe(
      '409 TENDERING.WRONG_STATE',
    );
  });

  it('refuses signatures before every seat has offered, and by who holds none', async () => {
    const lot = await tender.publishedLot(cast);
    const terms = await tender.termsOf(cast.agency, lot);
    const sign = (person: Person, body: object) =>
      refused(person.post(`/lots/${lot}/lotkey/signatures`, body));
    const early = { ...terms, trustees: [tender.offerOf(cast.tenderee, 1, terms)] } as LotKey;
    expect(await sign(cast.tenderee, await tender.signLotKey(cast.tenderee, early))).toBe(
      '409 TENDERING.LOTKEY_NOT_ASSEMBLED',
    );
    const record = await tender.offerAll(cast, lot);
    const second = await (await Person.certified(app, cast.ca, 5, '公证处', '李四')).enrol();
    await second.signIn();
    expect(await sign(second, await tender.signLotKey(second, record))).toBe('403 TENDERING.NOT_YOURS');
    expect(await sign(cast.notary, await tender.signLotKey(cast.agency, record))).toBe(
      '403 TENDERING.NOT_YOURS',
    );
    expect(await sign(cast.notary, { signature: { signer: 'x', sig: 'y' } })).toBe(
      '400 TENDERING.RECORD_MALFORMED',
    );
  });

  it('completes once when the last signatures come together', async () => {
    const lot = await tender.publishedLot(cast);
    const record = await tender.offerAll(cast, lot);
    const bodies = await Promise.all(tender.trusteesOf(cast).map((each) => tender.signLotKey(each, record)));
    const answers = await Promise.all(
      tender
        .trusteesOf(cast)
        .flatMap((each, index) =>
          [1, 2].map(() => each.post(`/lots/${lot}/lotkey/signatures`, bodies[index])),
        ),
    );
    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect((await api(`/lots/${lot}`)).body).toMatchObject({ state: 'keyed' });
    const steps = await transitions(lot);
    expect(steps.filter(({ event }) => event === 'complete-key')).toHaveLength(1);
  });
});

describe('the deadline', () => {
  const change = async (
    lot: string,
    lotKeyHash: string,
    given: Partial<DeadlineChange> & { signers?: Person[]; by?: Person },
  ) => {
    const { signers = [cast.agency, cast.regulator], by = cast.agency, ...fields } = given;
    const { body } = await api(`/lots/${lot}`);
    const from = (body as { deadline: string }).deadline;
    const record: DeadlineChange = {
      type: 'deadline',
      lotKeyHash,
      sequence: 1,
      from,
      to: formatInstant(addMs(parseInstant(from)!, 60_000)),
      reason: '平台故障',
      ...fields,
    };
    const signed = await signRecord(
      'deadline',
      record,
      signers.map(({ signer }) => signer),
    );
    return by.post(`/lots/${lot}/deadline-changes`, { signed });
  };

  it('moves with the signatures of agency or tenderee and regulator, and no others', async () => {
    const { lot, lotKeyHash } = await tender.keyedLot(cast);
    const refusedWith = async (given: Parameters<typeof change>[2]) => {
      const response = await change(lot, lotKeyHash, given);
      return `${response.status} ${(response.body as { code: string }).code}`;
    };
    expect(await refusedWith({ signers: [cast.agency] })).toBe('422 TENDERING.DEADLINE_SIGNERS');
    expect(await refusedWith({ signers: [cast.agency, cast.tenderee] })).toBe(
      '422 TENDERING.DEADLINE_SIGNERS',
    );
    expect(await refusedWith({ signers: [cast.regulator] })).toBe('422 TENDERING.DEADLINE_SIGNERS');
    expect(await refusedWith({ signers: [cast.agency, cast.regulator, cast.notary] })).toBe(
      '422 TENDERING.DEADLINE_SIGNERS',
    );
    expect(await refusedWith({ sequence: 2 })).toBe('409 TENDERING.DEADLINE_STALE');
    expect(await refusedWith({ lotKeyHash: b64u.encode(new Uint8Array(32)) })).toBe(
      '409 TENDERING.DEADLINE_STALE',
    );
    expect(await refusedWith({ from: formatInstant(testNow()) })).toBe('409 TENDERING.DEADLINE_STALE');
    expect(await refusedWith({ to: formatInstant(testNow()) })).toBe('409 TENDERING.DEADLINE_EARLIER');
    expect(await refusedWith({ to: '2026-02-30T00:00:00.000Z' })).toBe('400 TENDERING.TIME_MALFORMED');
    expect(await refusedWith({ by: cast.bidder })).toBe('403 WEB.FORBIDDEN');
    const before = (await api(`/lots/${lot}`)).body as { deadline: string };
    const moved = await change(lot, lotKeyHash, {
      signers: [cast.tenderee, cast.regulator],
      by: cast.regulator,
    });
    expect(moved.status).toBe(201);
    const after = (await api(`/lots/${lot}`)).body as {
      deadline: string;
      deadlineChanges: Signed<DeadlineChange>[];
    };
    expect(parseInstant(after.deadline)).toBe(parseInstant(before.deadline)! + 60_000);
    expect(after.deadlineChanges).toHaveLength(1);
    expect(await refusedWith({ sequence: 1 })).toBe('409 TENDERING.DEADLINE_STALE');
    const draft = { kind: 'change', summary: '', deadline: formatInstant(addMs(testNow(), 300_000)) };
    expect(await refused(cast.agency.post(`/lots/${lot}/notices/draft`, draft))).toBe(
      '409 TENDERING.DEADLINE_NEEDS_REGULATOR',
    );
  });

  it('does not move while another context judges by it', async () => {
    const { lot, lotKeyHash } = await tender.keyedLot(cast);
    const facade = app.app.get(Tendering, { strict: false });
    const order: string[] = [];
    const moved = await app.database.unitOfWork.run(async (tx) => {
      const held = await facade.holdDeadline(tx, lot as LotId);
      const moving = change(lot, lotKeyHash, {}).then(({ status }) => order.push(`moved ${status}`));
      await sleep(300);
      expect((await facade.lot(lot as LotId))?.deadline).toBe(held);
      order.push('judged');
      return { moving };
    });
    await moved.moving;
    expect(order).toEqual(['judged', 'moved 201']);
  });

  it('is not moved by a record of another lot', async () => {
    const first = await tender.keyedLot(cast);
    const second = await tender.keyedLot(cast);
    const response = await change(second.lot, first.lotKeyHash, {});
    expect(`${response.status} ${(response.body as { code: string }).code}`).toBe(
      '409 TENDERING.DEADLINE_STALE',
    );
  });

  it('cancels a lot whose key is not complete, though no worker runs, and takes no bids then', async () => {
    const deadline = formatInstant(addMs(testNow(), 9_000));
    const lot = await tender.publishedLot(cast, { deadline, acceleration: HASTE });
    const terms = await tender.termsOf(cast.agency, lot);
    await sleep(Math.max(0, parseInstant(deadline)! - Date.now()) + 50);
    const key = tender.offerOf(cast.tenderee, 1, terms);
    expect(await refused(cast.tenderee.post(`/lots/${lot}/lotkey/offers`, { key }))).toBe(
      '409 TENDERING.WRONG_STATE',
    );
    const [row] = await app.database.dataSource.query<{ at: Date | null }[]>(
      'SELECT tendering.bid_deadline($1) AS at',
      [lot],
    );
    expect(row?.at).toBeNull();
    await sleep(2_500);
    expect((await api(`/lots/${lot}`)).body).toMatchObject({
      state: 'cancelled',
      stage: 'cancelled',
      nextDueAt: null,
    });
    expect((await transitions(lot)).at(-1)).toMatchObject({ event: 'pass-deadline', credit_code: null });
  });
});

describe('cancellation', () => {
  const given = { reason: '重大变更，重新组织招标', article: '招标投标法实施条例第三十一条' };
  const draftBy = async (person: Person, lot: string): Promise<Cancellation> => {
    const { body } = await person.post(`/lots/${lot}/cancellation/draft`, given).expect(200);
    return (body as { record: Cancellation }).record;
  };
  const send = async (person: Person, lot: string, record: Cancellation, signer = person) =>
    person.post(`/lots/${lot}/cancellation`, {
      signed: await signRecord('cancellation', record, [signer.signer]),
    });

  it('ends a published lot for good, by a record of the agency or the tenderee that says why', async () => {
    const lot = await tender.publishedLot(cast);
    expect(await refused(cast.regulator.post(`/lots/${lot}/cancellation/draft`, given))).toBe(
      '403 WEB.FORBIDDEN',
    );
    expect(await refused(cast.agency.post(`/lots/${lot}/cancellation`))).toBe(
      '400 TENDERING.RECORD_MALFORMED',
    );
    const record = await draftBy(cast.tenderee, lot);
    expect(record).toMatchObject({ ...given, lot, lotKeyHash: null });
    const codes = [
      await send(cast.tenderee, lot, record, cast.regulator),
      await send(cast.tenderee, lot, { ...record, notice: 'A'.repeat(43) }),
      await send(cast.tenderee, lot, { ...record, cancelledAt: '2020-01-01T00:00:00.000Z' }),
    ].map(({ body }) => (body as { code: string }).code);
    expect(codes).toEqual([
      'TENDERING.SIGNATURE_REFUSED',
      'TENDERING.NOTICE_DIFFERS',
      'TENDERING.NOTICE_STALE',
    ]);
    expect((await send(cast.tenderee, lot, record)).status).toBe(200);
    const { body } = await api(`/lots/${lot}`);
    expect(body).toMatchObject({ state: 'cancelled', cancellation: { record } });
    expect((await transitions(lot)).at(-1)).toMatchObject({
      event: 'cancel',
      logged: hashText('cancellation', record),
    });
    expect((await send(cast.tenderee, lot, record)).status).toBe(409);
    expect(await refused(tender.putDocument(cast.agency, lot))).toBe('409 TENDERING.WRONG_STATE');
  });

  it('of a draft, which nobody has seen, needs no record and the agency alone', async () => {
    const lot = await tender.makeLot(cast);
    expect(await refused(cast.tenderee.post(`/lots/${lot}/cancellation`))).toBe('404 TENDERING.LOT_UNKNOWN');
    await cast.agency.post(`/lots/${lot}/cancellation`).expect(200);
    expect(await refused(cast.agency.post(`/lots/${lot}/cancellation`))).toMatch(/^4\d\d /);
  });
});

describe('the public list', () => {
  it('pages through published lots, newest first, filtered by state', async () => {
    const lots = [
      await tender.publishedLot(cast),
      await tender.publishedLot(cast),
      await tender.publishedLot(cast),
    ];
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await api(`/lots?limit=2&state=published${cursor}`).expect(200);
      const page = body as { items: { id: string; state: string }[]; nextCursor: string | null };
      expect(page.items.every(({ state }) => state === 'published')).toBe(true);
      seen.push(...page.items.map(({ id }) => id));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, 3)).toEqual([...lots].reverse());
    expect(await refused(api('/lots?state=draft'))).toBe('400 WEB.VALIDATION');
    expect(await refused(api('/lots?cursor=AAAA'))).toBe('400 WEB.CURSOR_INVALID');
    const fraction = Buffer.from(`[1.5,"${newId<LotId>()}"]`).toString('base64url');
    expect(await refused(api(`/lots?cursor=${fraction}`))).toBe('400 WEB.CURSOR_INVALID');
    expect(await refused(api(`/lots?cursor=${Buffer.from('[1e300,"x"]').toString('base64url')}`))).toMatch(
      /^4\d\d /,
    );
  });

  it('is searched by a name as it stands, in any case, and by the stage that each lot shows', async () => {
    const tag = newId<LotId>().slice(0, 8);
    const name = (which: string) => `${which} ${tag} 100%_É`;
    const deadline = addMs(testNow(), 12_000);
    const soon = {
      acceleration: HASTE,
      documentsUntil: formatInstant(addMs(testNow(), 6_000)),
      deadline: formatInstant(deadline),
    };
    const { lot: closed } = await tender.keyedLot(cast, { name: name('closed'), ...soon });
    const { lot: bidding } = await tender.keyedLot(cast, { name: name('bidding') });
    const published = await tender.publishedLot(cast, { name: name('published') });
    const cancelled = await tender.publishedLot(cast, { name: name('cancelled') });
    const given = { reason: '重大变更', article: '招标投标法实施条例第三十一条' };
    const { body } = await cast.tenderee.post(`/lots/${cancelled}/cancellation/draft`, given).expect(200);
    const { record } = body as { record: Cancellation };
    const signed = await signRecord('cancellation', record, [cast.tenderee.signer]);
    await cast.tenderee.post(`/lots/${cancelled}/cancellation`, { signed }).expect(200);
    await sleep(Math.max(0, deadline - testNow()) + 1_000);

    const find = async (text: string, more = '') => {
      const answer = await api(`/lots?limit=100&text=${encodeURIComponent(text)}${more}`).expect(200);
      return (answer.body as { items: { id: string; stage: string }[] }).items;
    };
    const stages = { cancelled, 'key-ceremony': published, bidding, closed };
    expect((await find(`${tag} 100%_é`)).map(({ id, stage }) => [stage, id])).toEqual(Object.entries(stages));
    for (const [stage, id] of Object.entries(stages))
      expect(await find(tag.toUpperCase(), `&stage=${stage}`)).toMatchObject([{ id, stage }]);
    // No pattern: the signs of LIKE are letters like any other.
    expect([...(await find(`${tag}%100`)), ...(await find(`${tag}_100`))]).toEqual([]);
    expect(await refused(api('/lots?stage=draft'))).toBe('400 WEB.VALIDATION');
    for (const text of ['', 'x'.repeat(101), '%07'])
      expect(await refused(api(`/lots?text=${text}`))).toBe('400 WEB.VALIDATION');
  }, 60_000);
});

describe('the database', () => {
  it('repeats the states and events of the machine', async () => {
    const { LOT_EVENTS, LOT_STATES } = await import('../../libs/tendering/src/domain/lot-states.ts');
    const constraint = async (name: string) => {
      const [row] = await app.database.dataSource.query<{ text: string }[]>(
        'SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = $1',
        [name],
      );
      return [...(row?.text ?? '').matchAll(/'([a-z-]+)'/g)].map(([, value]) => value).sort();
    };
    expect(await constraint('lot_state')).toEqual([...LOT_STATES].sort());
    expect(await constraint('transition_event')).toEqual([...LOT_EVENTS].sort());
  });
});

function collect(response: NodeJS.ReadableStream, done: (error: Error | null, body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('end', () => done(null, Buffer.concat(chunks)));
  response.on('error', (error) => done(error, Buffer.alloc(0)));
}
