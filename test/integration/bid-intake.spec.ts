import { createHash } from 'node:crypto';
import { addMs, parseInstant } from '#kernel';
import { Bidding, JOURNAL_INFO } from '#bidding';
import {
  arrivalReceipt,
  b64u,
  canonicalBytes,
  eciesOpen,
  hashText,
  journalEntry,
  parseRecord,
  signed,
  storedReceipt,
  utf8,
} from '#trust';
import { createIntakeApp } from '../support/intake-app.ts';
import type { IntakeApp, IntakeLot } from '../support/intake-app.ts';
import { IntakeClient } from '../support/intake-client.ts';
import { makeBid } from '../support/sealed-bid.ts';
import type { SealedBid } from '../support/sealed-bid.ts';

let app: IntakeApp;
let lot: IntakeLot;
let client: IntakeClient;
let names = 0;
/** An account of its own, so that no test meets another's quota. */
const account = () => new IntakeClient(app, app.session(`bidder-${names++}`));

beforeAll(async () => {
  app = await createIntakeApp();
  lot = await app.addLot();
});
afterAll(() => app.close());
beforeEach(() => {
  client = account();
});

const receiptOf = (told: { body: Record<string, unknown> }) =>
  signed(arrivalReceipt).parse(told.body['arrival']);
const rows = async (sql: string, params: readonly unknown[] = []) =>
  (await app.owner(sql, params)).rows as object[];
const bytesOf = (c: string) => Buffer.from(c, 'base64url');
const countOf = async (table: string, c: string) =>
  (
    await rows(`SELECT 1 FROM bidding.${table} WHERE ${table === 'arrival' ? 'subject' : 'c'} = $1`, [
      bytesOf(c),
    ])
  ).length;

describe('a commitment', () => {
  it('gets a signed receipt with a time-stamp, an upload token and the parts to send', async () => {
    const bid = makeBid(lot.lotKey);
    const told = await client.commit(lot.lotId, bid.raw);
    expect(told.status).toBe(201);
    const receipt = receiptOf(told);
    expect(receipt.record).toMatchObject({
      subject: bid.c,
      lotKeyHash: lot.lotKeyHash,
      inTime: true,
      kind: 'commit',
    });
    expect(told.body['parts']).toEqual(bid.commit.envelopes.map(({ e }) => ({ e, size: 8388608, count: 1 })));
    const [row] = await rows('SELECT arrived_at, in_time FROM bidding.arrival WHERE subject = $1', [
      bytesOf(bid.c),
    ]);
    expect(row).toMatchObject({
      arrived_at: new Date(parseInstant(receipt.record.arrivedAt)!),
      in_time: true,
    });
    const hash = createHash('sha256').update(canonicalBytes(receipt)).digest();
    const token = b64u.decode(String(told.body['token']));
    expect(JSON.stringify(tokenHash(token))).toContain(Buffer.from(hash).toString('hex'));
    expect(await rows('SELECT 1 FROM intake_test.appended WHERE hash = $1', [bid.c])).toHaveLength(1);
  });

  it('is the same bid when its bytes come again, from anyone, also at once', async () => {
    const bid = makeBid(lot.lotKey);
    const other = account();
    const answers = await Promise.all(
      [client, other, client, other].map((one) => one.commit(lot.lotId, bid.raw)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
    for (const answer of answers) expect(answer.body).toEqual(answers[0]!.body);
    const again = await client.commit(lot.lotId, bid.raw);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(answers[0]!.body);
    expect(await countOf('arrival', bid.c)).toBe(1);
  });

  it.each([
    [-1, 201],
    [0, 409],
    [1, 409],
  ])('at %i ms from the deadline answers %i', async (offset, status) => {
    const deadline = addMs(lot.now, 1_000_000);
    const own = await app.addLot(deadline);
    const bid = makeBid(own.lotKey);
    await app.holdClock(addMs(deadline, offset));
    try {
      const told = await client.commit(own.lotId, bid.raw);
      expect(told.status).toBe(status);
      if (status === 201) return;
      expect(told.code).toBe('BIDDING.LATE');
      const facts = told.body['facts'] as Record<string, string>;
      const receipt = signed(arrivalReceipt).parse(JSON.parse(facts['receipt']!));
      expect(receipt.record).toMatchObject({ subject: bid.c, inTime: false });
      expect(parseInstant(receipt.record.arrivedAt)).toBe(addMs(deadline, offset));
      expect(await rows('SELECT reason FROM bidding.refusal WHERE subject = $1', [bytesOf(bid.c)])).toEqual([
        { reason: 'late' },
      ]);
    } finally {
      await app.holdClock(null);
    }
  });

  it('that came too late is judged anew when the deadline has moved', async () => {
    const own = await app.addLot(addMs(lot.now, -1000));
    const bid = makeBid(own.lotKey);
    expect((await client.commit(own.lotId, bid.raw)).code).toBe('BIDDING.LATE');
    await app.moveDeadline(own.lotId, addMs(lot.now, 3_600_000));
    expect((await client.commit(own.lotId, bid.raw)).status).toBe(201);
  });

  it('is not taken by a lot that takes no bids', async () => {
    const bid = makeBid(lot.lotKey);
    expect((await client.commit('5f0c1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b', bid.raw)).code).toBe(
      'BIDDING.LOT_UNKNOWN',
    );
    expect((await client.commit('not-a-uuid', bid.raw)).status).toBe(400);
    expect(await countOf('arrival', bid.c)).toBe(0);
  });

  it('needs a session that may submit bids', async () => {
    const bid = makeBid(lot.lotKey);
    const outsider = new IntakeClient(app, app.session('outsider'));
    expect((await outsider.commit(lot.lotId, bid.raw)).status).toBe(403);
    expect((await new IntakeClient(app, 'A'.repeat(43)).commit(lot.lotId, bid.raw)).status).toBe(401);
    expect(await countOf('arrival', bid.c)).toBe(0);
  });

  const raws: [string, (bid: SealedBid, other: IntakeLot) => Uint8Array, string, number][] = [
    ['is no JSON', () => utf8.encode('{'), 'BIDDING.MALFORMED', 400],
    ['has a space', ({ raw }) => utf8.encode(` ${utf8.decode(raw)}`), 'BIDDING.MALFORMED', 400],
    [
      'has a field twice',
      ({ raw }) => utf8.encode(utf8.decode(raw).replace('{', '{"wk":"x",')),
      'BIDDING.MALFORMED',
      400,
    ],
    [
      'has an unknown field',
      ({ commit }) => canonicalBytes({ ...commit, note: 'x' }),
      'BIDDING.MALFORMED',
      400,
    ],
    ['is not UTF-8', () => Uint8Array.of(0xff, 0xfe), 'BIDDING.MALFORMED', 400],
    ['holds a NUL', () => Uint8Array.of(0), 'BIDDING.MALFORMED', 400],
    [
      'is another suite',
      ({ commit }) => canonicalBytes({ ...commit, suite: 'SM' }),
      'BIDDING.WRONG_SUITE',
      422,
    ],
    ['is deep', () => utf8.encode('['.repeat(3000) + ']'.repeat(3000)), 'BIDDING.MALFORMED', 400],
    ['is for another lot', (_, other) => makeBid(other.lotKey).raw, 'BIDDING.WRONG_LOT', 422],
    [
      'lacks an envelope',
      ({ commit }) => canonicalBytes({ ...commit, envelopes: commit.envelopes.slice(1) }),
      'BIDDING.WRONG_STRUCTURE',
      422,
    ],
    [
      'announces an impossible length',
      ({ commit }) =>
        canonicalBytes({
          ...commit,
          envelopes: commit.envelopes.map((one) => ({ ...one, length: one.length + 1 })),
        }),
      'BIDDING.IMPLAUSIBLE_LENGTH',
      422,
    ],
    [
      'was changed after its proofs',
      ({ commit }) => canonicalBytes({ ...commit, bidNonce: commit.wk }),
      'BIDDING.DEALING_INVALID',
      422,
    ],
    [
      'has a point off the curve',
      ({ commit }) => {
        const [first, ...rest] = commit.dealings;
        const point = b64u.encode(Uint8Array.of(2, ...new Uint8Array(31), 5));
        return canonicalBytes({
          ...commit,
          dealings: [{ ...first!, E: [point, ...first!.E.slice(1)] }, ...rest],
        });
      },
      'BIDDING.DEALING_INVALID',
      422,
    ],
  ];
  it.each(raws)('that %s is refused and recorded', async (_, rawOf, code, status) => {
    const other = await app.addLot();
    const told = await client.commit(lot.lotId, rawOf(makeBid(lot.lotKey), other));
    expect([told.code, told.status]).toEqual([code, status]);
    expect(told.body['title']).toMatch(/[一-鿿]/);
    const recorded = await rows(
      'SELECT code FROM bidding.refusal WHERE lot = $1 ORDER BY arrived_at DESC LIMIT 1',
      [lot.lotId],
    );
    expect(recorded).toEqual([{ code }]);
  });

  it('beyond 64 KiB, of nothing, or as JSON is refused before it is stored', async () => {
    const before = await rows('SELECT 1 FROM bidding.arrival');
    expect((await client.commit(lot.lotId, new Uint8Array(65537))).code).toBe('BIDDING.TOO_LARGE');
    expect((await client.commit(lot.lotId, new Uint8Array(0))).code).toMatch(/^BIDDING\.(EMPTY|MEDIA_TYPE)$/);
    const json = await client.send('POST', `lots/${lot.lotId}/bids`, '{}', {
      'content-type': 'application/json',
    });
    expect(json.code).toBe('BIDDING.MEDIA_TYPE');
    expect(await rows('SELECT 1 FROM bidding.arrival')).toHaveLength(before.length);
  });

  it('that repeats a nonce, a wk or a root of another bid is refused, without partial effect', async () => {
    const first = makeBid(lot.lotKey);
    expect((await client.commit(lot.lotId, first.raw)).status).toBe(201);
    const { bidNonce, wk, envelopes } = first.commit;
    for (const [field, change] of [
      ['bidNonce', { bidNonce }],
      ['wk', { wk }],
      ['root', { envelopes }],
    ] as const) {
      const copy = makeBid(lot.lotKey, { change: (commit) => ({ ...commit, ...change }) });
      const told = await client.commit(lot.lotId, copy.raw);
      expect([told.code, told.body['facts'] as object]).toEqual(['BIDDING.DUPLICATE', { field }]);
      expect(await countOf('commitment', copy.c)).toBe(0);
      expect(await countOf('unique_value', copy.c)).toBe(0);
      expect(await rows('SELECT 1 FROM intake_test.appended WHERE hash = $1', [copy.c])).toHaveLength(0);
    }
  });

  it('with a value of another, sent at once: exactly one of them stands', async () => {
    const first = makeBid(lot.lotKey);
    const copies = Array.from({ length: 3 }, () =>
      makeBid(lot.lotKey, { change: (commit) => ({ ...commit, wk: first.commit.wk }) }),
    );
    const told = await Promise.all(copies.map((copy) => account().commit(lot.lotId, copy.raw)));
    expect(told.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  it('is not judged beyond the account’s quota, while others’ still are', async () => {
    const raw = utf8.encode('{}');
    const bid = makeBid(lot.lotKey);
    await client.commit(lot.lotId, bid.raw);
    await app.owner('UPDATE bidding.quota SET used = 120');
    const told = await client.commit(lot.lotId, makeBid(lot.lotKey).raw);
    expect([told.code, told.status]).toEqual(['BIDDING.QUOTA', 429]);
    expect((await client.commit(lot.lotId, bid.raw)).status).toBe(200);
    expect((await account().commit(lot.lotId, raw)).code).toBe('BIDDING.MALFORMED');
    await app.ticks.get('bidding.finish-left-behind')!.run();
  });
});

describe('who submitted what', () => {
  it('is in the journal, sealed to the lot’s trustees', async () => {
    const own = await app.addLot();
    const bid = makeBid(own.lotKey);
    await client.commit(own.lotId, bid.raw);
    const boxes = await app.app.get(Bidding).journalBoxes(own.lotId);
    expect(boxes).toHaveLength(1);
    const entry = parseRecord(journalEntry, await eciesOpen(own.journalSecret, JOURNAL_INFO, boxes[0]!));
    expect(entry).toMatchObject({ organisation: '914400000000000001', subject: bid.c, address: '127.0.0.1' });
    expect(entry.account).toMatch(/^person-bidder-/);
  });

  it('is nowhere else in the database: no row names account or organisation, and none has a keyed hash next to a bid', async () => {
    const tables = (await rows(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'bidding'`,
    )) as { name: string }[];
    expect(tables.map(({ name }) => name).sort()).toEqual([
      'arrival',
      'commitment',
      'ended_lot',
      'envelope',
      'journal_box',
      'move',
      'part',
      'quota',
      'refusal',
      'unique_value',
    ]);
    for (const { name } of tables) {
      const dump = JSON.stringify(await rows(`SELECT t::text FROM bidding.${name} t`));
      expect(dump).not.toContain('person-bidder');
      expect(dump).not.toContain('914400000000000001');
      expect(dump).not.toContain('127.0.0.1');
    }
    const columns = (await rows(
      `SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = 'bidding'`,
    )) as { t: string; c: string }[];
    expect(columns.filter(({ c }) => /account|organisation|person|address|session/.test(c))).toEqual([
      { t: 'quota', c: 'account' },
    ]);
    const quota = columns.filter(({ t }) => t === 'quota').map(({ c }) => c);
    expect(quota.sort()).toEqual(['account', 'hour', 'kind', 'used']);
  });

  it('is not told to somebody without the token, who cannot tell a wrong token from an unknown bid', async () => {
    const bid = makeBid(lot.lotKey);
    const told = await client.commit(lot.lotId, bid.raw);
    const token = String(told.body['uploadToken']);
    const other = makeBid(lot.lotKey);
    for (const [c, t] of [
      [bid.c, 'A'.repeat(43)],
      [other.c, token],
      [bid.c, ''],
      ['..', token],
    ] as const)
      expect([(await client.show(c, t)).code]).toEqual(
        c === '..' ? ['WEB.NOT_FOUND'] : ['BIDDING.BID_UNKNOWN'],
      );
    expect((await client.part(bid.c, 'I', 0, bid.part('I', 0), 'A'.repeat(43))).status).toBe(404);
  });
});

/** Everything in the token as hex: enough to see that it covers the hash. */
const tokenHash = (token: Uint8Array): string => Buffer.from(token).toString('hex');

describe('a stored bid', () => {
  it('is stored by its last part, with a signed receipt, and shown with both', async () => {
    const bid = makeBid(lot.lotKey);
    const { uploadToken, last } = await client.submit(lot.lotId, bid);
    expect(last.status).toBe(200);
    const receipt = signed(storedReceipt).parse(last.body['stored']);
    expect(receipt.record).toMatchObject({ c: bid.c, inTime: true, envelopes: bid.commit.envelopes });
    const shown = await client.show(bid.c, uploadToken);
    expect(shown.body).toMatchObject({ state: 'stored', missing: [], receipt: { stored: receipt } });
    const logged = hashText('receipt-stored', receipt.record);
    expect(await rows('SELECT 1 FROM intake_test.appended WHERE hash = $1', [logged])).toHaveLength(1);
  });
});
