/** The agency's desk: own projects and lots, drafts said anew, questions without askers, proposals, the day. */
import request from 'supertest';
import type { Test } from 'supertest';
import { addMs, DAY, formatInstant } from '#kernel';
import type { LotId } from '#kernel';
import { Parties } from '#parties';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { signRecord } from '#trust';
import type { DeadlineChange, Signed } from '#trust';
import type { Principal } from '#web';
import type { z } from 'zod';
import { dayPage } from '../../libs/award/src/http/award-answers.ts';
import { LotSteps } from '../../libs/tendering/src/application/lot-steps.ts';
import { LotStore } from '../../libs/tendering/src/application/lot-store.ts';
import { QuestionLimit } from '../../libs/tendering/src/application/question-limit.ts';
import { QuestionStore } from '../../libs/tendering/src/application/question-store.ts';
import { Questions } from '../../libs/tendering/src/application/questions.ts';
import {
  deskLotPage,
  partyList,
  projectPage,
  proposalAnswer,
  questionPage,
  workLotAnswer,
} from '../../libs/tendering/src/http/desk-answers.ts';
import { castOf, Person, testNow } from '../support/people.ts';
import type { Cast } from '../support/people.ts';
import * as tender from '../support/tender.ts';
import { createTestApp } from '../support/test-app.ts';
import type { TestApp } from '../support/test-app.ts';

/** Runs everything twice, as after a conflict: the first run is undone. */
class RepeatingUnitOfWork extends UnitOfWork {
  constructor(private readonly inner: UnitOfWork) {
    super();
  }
  async run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const again = new Error('again');
    const undone = this.inner.run(async (tx) => {
      await work(tx);
      throw again;
    });
    await undone.catch((error: unknown) => {
      if (error !== again) throw error;
    });
    return this.inner.run(work);
  }
}

let app: TestApp;
let cast: Cast;
let otherAgency: Person;
const api = (path: string) => request(app.url).get(`/api/v1${path}`);

beforeAll(async () => {
  app = await createTestApp({ DEMO: 'true' });
  cast = await castOf(app);
  otherAgency = await (await Person.certified(app, cast.ca, 12, '另一代理公司')).enrol('agency');
  await cast.centre.post(`/organisations/${otherAgency.creditCode}/roles/agency/approval`).expect(200);
  await otherAgency.signIn();
});
afterAll(() => app.close());

async function refused(test: Test): Promise<string> {
  const { status, body } = await test;
  return `${status} ${(body as { code: string }).code}`;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
const page = async <T>(test: Test): Promise<Page<T>> => (await test.expect(200)).body as Page<T>;

interface DayItem {
  readonly id: string;
  readonly stage: string;
  readonly next: string | null;
  readonly due: readonly { what: string; at: string; article: string }[];
  readonly blocks: readonly { what: string; facts: Record<string, string> }[];
}
const dayOf = async (who: Person, lot: string): Promise<DayItem> => {
  const { items } = await page<DayItem>(who.get('/agency/day?limit=100'));
  const found = items.find(({ id }) => id === lot);
  if (!found) throw new Error('not on the desk');
  return found;
};

describe('the desk', () => {
  it('lists own projects and lots, newest first, by cursor; drafts to their agency only', async () => {
    const project = await tender.makeProject(cast);
    const draft = await tender.makeLot(cast, {}, project);
    const published = await tender.makeLot(cast, {}, project);
    await tender.putDocument(cast.agency, published).expect(200);
    await tender.publish(cast.agency, published);

    const first = await page<{ id: string; lots: number }>(cast.agency.get('/agency/projects?limit=1'));
    expect(first.items).toMatchObject([{ id: project, lots: 2 }]);
    await tender.makeProject(cast);
    const again = await page<{ id: string }>(cast.agency.get('/agency/projects?limit=1'));
    const next = await page<{ id: string }>(
      cast.agency.get(`/agency/projects?limit=1&cursor=${again.nextCursor ?? ''}`),
    );
    expect(next.items[0]?.id).toBe(project);

    const lots = async (who: Person) =>
      (await page<{ id: string; side: string }>(who.get(`/agency/lots?project=${project}`))).items;
    expect(await lots(cast.agency)).toMatchObject([
      { id: published, side: 'agency' },
      { id: draft, side: 'agency' },
    ]);
    expect(await lots(cast.tenderee)).toMatchObject([{ id: published, side: 'tenderee' }]);
    expect((await page<{ lots: number }>(cast.tenderee.get('/agency/projects?limit=2'))).items[1]?.lots).toBe(
      1,
    );
    expect(await lots(otherAgency)).toEqual([]);
    expect((await page(otherAgency.get('/agency/day'))).items).toEqual([]);
  });

  it('is closed to who has no tenders, to wrong cursors, and to strangers of a lot', async () => {
    const lot = await tender.makeLot(cast);
    for (const path of ['/agency/projects', '/agency/lots', '/agency/day', `/agency/lots/${lot}`]) {
      expect(await refused(api(path))).toBe('401 WEB.UNAUTHENTICATED');
      expect(await refused(cast.bidder.get(path))).toBe('403 WEB.FORBIDDEN');
    }
    expect(await refused(otherAgency.get(`/agency/lots/${lot}`))).toBe('404 TENDERING.LOT_UNKNOWN');
    expect(await refused(cast.tenderee.get(`/agency/lots/${lot}`))).toBe('404 TENDERING.LOT_UNKNOWN');
    const cursor = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url');
    for (const list of ['projects', 'lots', 'day']) {
      expect(await refused(cast.agency.get(`/agency/${list}?cursor=AAAA`))).toBe('400 WEB.CURSOR_INVALID');
      expect(await refused(cast.agency.get(`/agency/${list}?cursor=${cursor([9e15, lot])}`))).toBe(
        '400 WEB.CURSOR_INVALID',
      );
      expect(await refused(cast.agency.get(`/agency/${list}?limit=101`))).toBe('400 WEB.VALIDATION');
      expect(await refused(cast.agency.get(`/agency/${list}?cursor=${cursor([1, 'x'])}`))).toBe(
        '400 WEB.CURSOR_INVALID',
      );
    }
    expect(await refused(cast.agency.get('/agency/lots?project=x'))).toBe('400 WEB.VALIDATION');
  });

  it('names whom a project may name, and nobody else', async () => {
    const named = async (role: string) =>
      (await page<{ creditCode: string }>(cast.agency.get(`/agency/parties?role=${role}`))).items;
    expect(await named('tenderee')).toEqual([{ name: '建设单位', creditCode: cast.tenderee.creditCode }]);
    expect(await named('regulator')).toMatchObject([{ creditCode: cast.regulator.creditCode }]);
    expect(await named('notary')).toHaveLength(1);
    expect(await named('audit')).toEqual([]);
    expect(await refused(cast.agency.get('/agency/parties?role=bidder'))).toBe('400 WEB.VALIDATION');
    expect(await refused(cast.tenderee.get('/agency/parties?role=tenderee'))).toBe('403 WEB.FORBIDDEN');
  });
});

describe('a draft', () => {
  it('is said anew, loses and gains documents, until its first notice', async () => {
    const project = await tender.makeProject(cast);
    const lot = await tender.makeLot(cast, {}, project);
    const path = `/projects/${project}/lots/${lot}`;
    const revise = (who: Person, change: object) =>
      request(app.url)
        .put(`/api/v1${path}`)
        .set('Authorization', `Bearer ${who.token}`)
        .send(tender.lotBody(change));
    const { body } = await revise(cast.agency, { name: '二标段', estimate: '800000.00' }).expect(200);
    expect(body).toMatchObject({ id: lot, name: '二标段', estimate: '800000.00', state: 'draft' });
    expect(await refused(revise(otherAgency, {}))).toBe('404 TENDERING.PROJECT_UNKNOWN');
    const seats = [{ i: 1, role: 'tenderee', org: cast.tenderee.creditCode }];
    expect(await refused(revise(cast.agency, { seats: [...seats, ...seats], k: 2 }))).toBe(
      '422 TENDERING.QUORUM_NOT_ALLOWED',
    );

    await tender.putDocument(cast.agency, lot, 'a.pdf').expect(200);
    await tender.putDocument(cast.agency, lot, 'b.pdf').expect(200);
    await cast.agency.delete(`/lots/${lot}/documents/a.pdf`).expect(204);
    expect(await refused(cast.agency.delete(`/lots/${lot}/documents/a.pdf`))).toBe(
      '404 TENDERING.DOCUMENT_UNKNOWN',
    );
    expect(await refused(otherAgency.delete(`/lots/${lot}/documents/b.pdf`))).toBe(
      '404 TENDERING.LOT_UNKNOWN',
    );
    const work = async () =>
      (await cast.agency.get(`/agency/lots/${lot}`).expect(200)).body as {
        documents: { name: string; published: boolean }[];
        lot: { name: string };
      };
    expect(await work()).toMatchObject({
      lot: { name: '二标段' },
      documents: [{ name: 'b.pdf', published: false }],
    });

    await tender.publish(cast.agency, lot);
    expect((await work()).documents).toMatchObject([{ name: 'b.pdf', published: true }]);
    expect(await refused(cast.agency.delete(`/lots/${lot}/documents/b.pdf`))).toBe(
      '404 TENDERING.DOCUMENT_UNKNOWN',
    );
    expect(await refused(revise(cast.agency, {}))).toBe('409 TENDERING.WRONG_STATE');
  });

  it('says on the day what keeps it from being published, with article and bound', async () => {
    const change = { documentsUntil: formatInstant(addMs(testNow(), 4 * DAY)) };
    const lot = await tender.makeLot(cast, tender.slowLotBody(change));
    expect(await dayOf(cast.agency, lot)).toMatchObject({
      stage: 'draft',
      next: 'add-documents',
      blocks: [{ what: 'no-documents' }, { what: 'document-access-short', article: '条例16' }],
    });
    await tender.putDocument(cast.agency, lot).expect(200);
    expect((await dayOf(cast.agency, lot)).next).toBe('mend-times');
  });
});

describe('a question', () => {
  /** Every row of every table, as text; what the platform does by itself meanwhile is left out. */
  async function everyRow(): Promise<Map<string, string[]>> {
    const tables = await app.database.dataSource.query<{ name: string }[]>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'pgboss')`,
    );
    const rows = new Map<string, string[]>();
    for (const { name } of tables) {
      const found = await app.database.dataSource.query<{ row: string }[]>(
        `SELECT t::text AS row FROM ${name} t`,
      );
      rows.set(
        name,
        found.map(({ row }) => row),
      );
    }
    return rows;
  }

  it('leaves one row, which tells nothing of who asked; two askers leave the same', async () => {
    const lot = await tender.publishedLot(cast, tender.slowLotBody());
    const second = await (
      await (await Person.certified(app, cast.ca, 13, '第二投标公司')).enrol('bidder')
    ).signIn();
    const text = '第三章的工期含节假日吗？';
    const before = await everyRow();
    const askers = [cast.bidder, second];
    for (const asker of askers) await asker.post(`/lots/${lot}/questions`, { text }).expect(204);
    const added: string[] = [];
    for (const [table, rows] of await everyRow()) {
      const known = new Set(before.get(table));
      added.push(...rows.filter((row) => !known.has(row)).map((row) => `${table} ${row}`));
    }
    const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(testNow());
    // Ticks of the platform may run meanwhile: none of their rows names an asker.
    const questions = added.filter((row) => row.startsWith('tendering.question'));
    expect(questions.sort()).toEqual([1, 2].map((n) => `tendering.question (${lot},${n},${text},${day})`));
    const people = await app.database.dataSource.query<{ id: string; session: string }[]>(
      `SELECT p.id, s.id AS session FROM parties.person p JOIN parties.session s ON s.person_id = p.id
        WHERE p.credit_code = ANY($1::text[])`,
      [askers.map(({ creditCode }) => creditCode)],
    );
    const traces = [
      ...askers.flatMap(({ creditCode, organisation, signer, token }) => [
        creditCode,
        organisation,
        signer.certificate.fingerprint,
        token ?? '',
      ]),
      ...people.flatMap(({ id, session }) => [id, session]),
    ];
    expect(traces.length).toBeGreaterThan(10);
    expect(added.filter((row) => traces.some((trace) => row.includes(trace)))).toEqual([]);
    // One statement in a transaction of its own: no other row was written with it, which its xmin would tie to it.
    const [alone] = await app.database.dataSource.query<{ n: number }[]>(
      `SELECT count(*)::integer AS n FROM tendering.lot l JOIN tendering.question q ON l.xmin = q.xmin`,
    );
    expect(alone?.n).toBe(0);
    expect((await page(api(`/lots/${lot}/questions`))).items).toEqual([]);
  });

  it('is answered by the agency, once; then both are everybody’s, without names', async () => {
    const lot = await tender.publishedLot(cast, tender.slowLotBody());
    const ask = (text: string) => cast.bidder.post(`/lots/${lot}/questions`, { text });
    await ask('图纸第 5 页的尺寸？').expect(204);
    // No number: two of them would tell how many others asked between.
    expect((await ask('工期？').expect(204)).text).toBe('');
    expect(await refused(cast.agency.post(`/lots/${lot}/questions`, { text: '?' }))).toBe(
      '403 WEB.FORBIDDEN',
    );
    expect(await refused(ask('x'.repeat(2001)))).toBe('400 WEB.VALIDATION');
    expect(await refused(ask(' \n '))).toBe('400 WEB.VALIDATION');
    expect(await refused(ask(`我们 ${cast.bidder.organisation} 想问`))).toBe(
      '422 TENDERING.QUESTION_NAMES_ASKER',
    );
    expect(await dayOf(cast.agency, lot)).toMatchObject({
      blocks: [{ what: 'keys-missing' }, { what: 'questions-open', facts: { count: '2' } }],
    });

    const all = `/agency/lots/${lot}/questions`;
    expect((await page(cast.agency.get(all))).items).toMatchObject([
      { n: 1, answer: null },
      { n: 2, answer: null },
    ]);
    expect(await refused(otherAgency.get(all))).toBe('403 TENDERING.NOT_YOURS');
    expect(await refused(cast.tenderee.get(all))).toBe('403 WEB.FORBIDDEN');
    expect(await refused(cast.bidder.get(all))).toBe('403 WEB.FORBIDDEN');

    const answer = (n: number, given: object, who = cast.agency) =>
      who.post(`/lots/${lot}/questions/${n}/answer`, given);
    expect(await refused(answer(2, { text: '含' }, otherAgency))).toBe('403 TENDERING.NOT_YOURS');
    expect(await refused(answer(9, { text: '含' }))).toBe('404 TENDERING.QUESTION_UNKNOWN');
    expect(await refused(answer(2, { text: '见修改', noticeVersion: 2 }))).toBe(
      '422 TENDERING.ANSWER_VERSION',
    );
    await answer(2, { text: '以日历天计。' }).expect(204);
    // The question before it waits, and no gap says so.
    expect(await page(api(`/lots/${lot}/questions`))).toMatchObject({ items: [{ n: 1, text: '工期？' }] });
    expect(await refused(answer(2, { text: '改口' }))).toBe('409 TENDERING.QUESTION_ANSWERED');
    await tender.publish(cast.agency, lot, { kind: 'change', summary: '更正图纸第 5 页' });
    await answer(1, { text: '已更正。', noticeVersion: 2 }).expect(204);

    const seen = await page<{ n: number }>(api(`/lots/${lot}/questions?limit=1`));
    expect(Object.keys(seen.items[0] ?? {}).sort()).toEqual(['answer', 'askedOn', 'n', 'text']);
    expect(seen.items).toMatchObject([{ n: 1, text: '工期？', answer: { noticeVersion: null } }]);
    const rest = await page(api(`/lots/${lot}/questions?limit=5&cursor=${seen.nextCursor ?? ''}`));
    const corrected = { n: 2, answer: { text: '已更正。', noticeVersion: 2 } };
    expect(rest).toMatchObject({ items: [corrected], nextCursor: null });
    const change = (sql: string) => app.database.dataSource.query(sql);
    await expect(change(`UPDATE tendering.question SET text = 'x'`)).rejects.toThrow();
    await expect(change(`DELETE FROM tendering.answer`)).rejects.toThrow();
  });

  it('is not taken of a draft, nor without end', async () => {
    const draft = await tender.makeLot(cast);
    const ask = (lot: string) => cast.bidder.post(`/lots/${lot}/questions`, { text: '?' });
    expect(await refused(ask(draft))).toBe('404 TENDERING.LOT_UNKNOWN');
    expect(await refused(api(`/lots/${draft}/questions`))).toBe('404 TENDERING.LOT_UNKNOWN');
    const lot = await tender.publishedLot(cast, tender.slowLotBody());
    const codes = [];
    for (let n = 0; n < 6; n += 1) codes.push((await ask(lot)).status);
    expect(codes).toEqual([204, 204, 204, 204, 204, 429]);
    expect(await refused(ask(lot))).toBe('429 TENDERING.QUESTIONS_TOO_MANY');
  });

  it('counts once for its asker, though a conflict has its transaction run again', async () => {
    const lot = await tender.publishedLot(cast, tender.slowLotBody());
    const part = <T>(token: abstract new (...args: never[]) => T): T => app.app.get(token, { strict: false });
    const questions = new Questions(
      new RepeatingUnitOfWork(app.database.unitOfWork),
      part(LotStore),
      part(QuestionStore),
      part(LotSteps),
      new QuestionLimit(),
      part(Parties),
    );
    const who = { organisationId: cast.bidder.creditCode } as Principal;
    for (let n = 0; n < 5; n += 1) await questions.ask(who, lot as LotId, '?');
    await expect(questions.ask(who, lot as LotId, '?')).rejects.toMatchObject({
      refusal: { code: 'TENDERING.QUESTIONS_TOO_MANY' },
    });
  });
});

describe('the API’s document', () => {
  it('describes these answers, every field of them', async () => {
    const lot = await tender.publishedLot(cast, tender.slowLotBody());
    await cast.bidder.post(`/lots/${lot}/questions`, { text: '?' }).expect(204);
    const described: [string, z.ZodType][] = [
      ['/agency/projects', projectPage],
      ['/agency/lots', deskLotPage],
      [`/agency/lots/${lot}`, workLotAnswer],
      ['/agency/parties?role=tenderee', partyList],
      [`/agency/lots/${lot}/questions`, questionPage],
      [`/lots/${lot}/deadline-changes/proposal`, proposalAnswer],
      ['/agency/day', dayPage],
    ];
    for (const [path, schema] of described) {
      const { body } = await cast.agency.get(path).expect(200);
      expect([path, schema.parse(body)]).toEqual([path, body]);
    }
  });
});

describe('a deadline change on its way', () => {
  it('waits for the regulator, who sends both signatures; by itself it moves nothing', async () => {
    const { lot, lotKeyHash } = await tender.keyedLot(cast, tender.slowLotBody());
    const shown = (await api(`/lots/${lot}`).expect(200)).body as { deadline: string };
    const from = shown.deadline;
    const to = formatInstant(addMs(testNow(), 40 * DAY));
    const record: DeadlineChange = {
      type: 'deadline',
      lotKeyHash,
      sequence: 1,
      from,
      to,
      reason: '补充图纸',
    };
    const path = `/lots/${lot}/deadline-changes`;
    const propose = async (who: Person, change: object = {}, signer = who) => {
      const signed = await signRecord('deadline', { ...record, ...change }, [signer.signer]);
      return who.post(`${path}/proposals`, { signed });
    };
    const waiting = async (who: Person) =>
      (
        (await who.get(`${path}/proposal`).expect(200)).body as {
          proposal: { signed: Signed<DeadlineChange> } | null;
        }
      ).proposal;
    expect(await waiting(cast.regulator)).toBeNull();
    expect((await propose(cast.regulator)).body).toMatchObject({ code: 'TENDERING.NOT_YOURS' });
    expect((await propose(otherAgency)).body).toMatchObject({ code: 'TENDERING.NOT_YOURS' });
    expect((await propose(cast.agency, {}, cast.regulator)).body).toMatchObject({
      code: 'TENDERING.SIGNATURE_REFUSED',
    });
    expect((await propose(cast.agency, { to: from })).body).toMatchObject({
      code: 'TENDERING.DEADLINE_EARLIER',
    });
    expect((await propose(cast.agency, { sequence: 2 })).body).toMatchObject({
      code: 'TENDERING.DEADLINE_STALE',
    });
    expect((await propose(cast.agency, { reason: '' })).body).toMatchObject({
      code: 'TENDERING.RECORD_MALFORMED',
    });
    expect((await propose(cast.agency)).status).toBe(201);
    expect((await dayOf(cast.agency, lot)).next).toBe('call-regulator');
    expect((await api(`/lots/${lot}`)).body).toMatchObject({ deadline: from, deadlineChanges: [] });
    expect(await refused(cast.bidder.get(`${path}/proposal`))).toBe('403 WEB.FORBIDDEN');
    expect(await refused(otherAgency.get(`${path}/proposal`))).toBe('403 TENDERING.NOT_YOURS');

    const left = await waiting(cast.regulator);
    expect(left?.signed.record).toEqual(record);
    const own = await signRecord('deadline', record, [cast.regulator.signer]);
    const signatures = [...(left?.signed.signatures ?? []), ...own.signatures];
    await cast.regulator.post(path, { signed: { record, signatures } }).expect(201);
    expect((await api(`/lots/${lot}`)).body).toMatchObject({ deadline: to });
    expect(await waiting(cast.agency)).toBeNull();
    expect((await dayOf(cast.agency, lot)).next).toBe('wait-for-deadline');
  });
});
