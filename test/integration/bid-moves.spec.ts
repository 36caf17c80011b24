import { createHash } from 'node:crypto';
import { addMs, installFaultHook } from '#kernel';
import { Bidding } from '#bidding';
import type { CloseLists } from '#bidding';
import { arrivalReceipt, b64u, canonicalBytes, hashText, receiptFile } from '#trust';
import { signBidMove, signed, utf8 } from '#trust';
import { createIntakeApp } from '../support/intake-app.ts';
import type { IntakeApp, IntakeLot } from '../support/intake-app.ts';
import { IntakeClient } from '../support/intake-client.ts';
import { makeBid } from '../support/sealed-bid.ts';
import type { SealedBid } from '../support/sealed-bid.ts';

let app: IntakeApp;
let lot: IntakeLot;
let client: IntakeClient;
let bidding: Bidding;
let names = 0;

beforeAll(async () => {
  app = await createIntakeApp();
  lot = await app.addLot();
  bidding = app.app.get(Bidding);
});
afterAll(() => app.close());
beforeEach(() => {
  client = new IntakeClient(app, app.session(`mover-${names++}`));
});
afterEach(() => installFaultHook(null));

async function submitted(of: IntakeLot = lot): Promise<SealedBid & { token: string }> {
  const bid = makeBid(of.lotKey);
  const { uploadToken, last } = await client.submit(of.lotId, bid);
  expect(last.status).toBe(200);
  return { ...bid, token: uploadToken };
}
const stateOf = async (bid: SealedBid & { token: string }) =>
  (await client.show(bid.c, bid.token)).body['state'];
async function closed(of: IntakeLot): Promise<CloseLists> {
  await app.moveDeadline(of.lotId, addMs(lot.now, 1));
  await bidding.settle(of.lotId);
  return app.database.unitOfWork.run((tx) => bidding.closeLists(tx, of.lotId));
}

describe('a withdrawal', () => {
  it('signed by the bid’s key withdraws it, with a receipt of its own, and ends it', async () => {
    const bid = await submitted();
    const move = bid.move(null);
    const told = await client.move(lot.lotId, move);
    expect(told.status).toBe(201);
    const hash = hashText('move', move.record);
    const receipt = signed(arrivalReceipt).parse(told.body['arrival']);
    expect(receipt.record).toMatchObject({ subject: hash, kind: 'withdraw', from: bid.c, inTime: true });
    expect(await stateOf(bid)).toBe('withdrawn');
    const appended = await app.owner('SELECT 1 FROM intake_test.appended WHERE hash = $1', [hash]);
    expect(appended.rows).toHaveLength(1);
    const again = await client.move(lot.lotId, move);
    expect([again.status, again.body]).toEqual([200, told.body]);
    expect((await client.move(lot.lotId, bid.move(null, 2))).code).toBe('BIDDING.BID_ENDED');
    const file = await client.send('GET', `bids/${hash}/receipt`, undefined, { 'upload-token': bid.token });
    expect(file.body).toMatchObject({ arrival: told.body['arrival'], stored: null });
  });

  it('of a bid that is still on its way ends the upload', async () => {
    const bid = makeBid(lot.lotKey);
    const told = await client.commit(lot.lotId, bid.raw);
    const token = String(told.body['uploadToken']);
    expect((await client.move(lot.lotId, bid.move(null))).status).toBe(201);
    expect((await client.part(bid.c, 'I', 0, bid.part('I', 0), token)).code).toBe('BIDDING.BID_ENDED');
  });

  it('by anyone else’s key is refused, and says nothing of the bid', async () => {
    const [bid, other] = [await submitted(), makeBid(lot.lotKey)];
    const record = bid.move(null).record;
    const forged = signBidMove(other.wkSecret, record);
    expect((await client.move(lot.lotId, forged)).code).toBe('BIDDING.SIGNATURE_INVALID');
    expect(await stateOf(bid)).toBe('stored');
    expect((await client.move(lot.lotId, other.move(null))).code).toBe('BIDDING.BID_UNKNOWN');
  });

  it('sent twice at once with another sequence succeeds once', async () => {
    const bid = await submitted();
    const told = await Promise.all([1, 2, 3].map((n) => client.move(lot.lotId, bid.move(null, n))));
    expect(told.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const { rows } = await app.owner('SELECT 1 FROM bidding.move WHERE from_c = $1', [
      Buffer.from(bid.c, 'base64url'),
    ]);
    expect(rows).toHaveLength(1);
  });

  it.each([
    [-1, 201],
    [0, 409],
    [1, 409],
  ])('at %i ms from the deadline answers %i', async (offset, status) => {
    const deadline = addMs(lot.now, 1_000_000);
    const own = await app.addLot(deadline);
    const bid = await submitted(own);
    await app.holdClock(addMs(deadline, offset));
    try {
      const told = await client.move(own.lotId, bid.move(null));
      expect([told.status, told.code]).toEqual([status, status === 201 ? '' : 'BIDDING.LATE']);
      expect(await stateOf(bid)).toBe(status === 201 ? 'withdrawn' : 'stored');
    } finally {
      await app.holdClock(null);
    }
  });

  it('that died after its arrival counts at the close', async () => {
    const own = await app.addLot();
    const bid = await submitted(own);
    installFaultHook((point) => {
      if (point === 'bidding.arrival.store.after') throw new Error('killed here');
    });
    expect((await client.move(own.lotId, bid.move(null))).status).toBe(500);
    installFaultHook(null);
    const lists = await closed(own);
    expect(lists.accepted).toMatchObject([{ c: bid.c, state: 'withdrawn' }]);
    expect(lists.moves).toMatchObject([{ hash: hashText('move', bid.move(null).record) }]);
  });
});

describe('a replacement', () => {
  it('puts a stored bid in another’s place; the chain’s sequence goes on', async () => {
    const [first, second, third] = [await submitted(), await submitted(), await submitted()];
    expect((await client.move(lot.lotId, first.move(second.c, 5))).status).toBe(201);
    expect([await stateOf(first), await stateOf(second)]).toEqual(['replaced', 'stored']);
    expect((await client.move(lot.lotId, second.move(third.c, 5))).code).toBe('BIDDING.SEQUENCE');
    expect((await client.move(lot.lotId, second.move(third.c, 6))).status).toBe(201);
    expect((await client.move(lot.lotId, third.move(first.c, 7))).code).toBe('BIDDING.REPLACEMENT_ENDED');
  });

  it('needs a bid of this lot that is whole', async () => {
    const own = await app.addLot();
    const [bid, elsewhere, unsent] = [await submitted(), await submitted(own), makeBid(lot.lotKey)];
    await client.commit(lot.lotId, unsent.raw);
    expect((await client.move(lot.lotId, bid.move(unsent.c))).code).toBe('BIDDING.REPLACEMENT_NOT_STORED');
    expect((await client.move(lot.lotId, bid.move(elsewhere.c))).code).toBe('BIDDING.REPLACEMENT_UNKNOWN');
    expect((await client.move(lot.lotId, bid.move(bid.c))).code).toBe('BIDDING.REPLACEMENT_UNKNOWN');
    expect((await client.move(own.lotId, bid.move(null))).code).toBe('BIDDING.WRONG_LOT');
    expect(await stateOf(bid)).toBe('stored');
  });
});

describe('COMMIT', () => {
  const receiptOf = async (bid: SealedBid & { token: string }) =>
    receiptFile.parse((await client.show(bid.c, bid.token)).body['receipt']).arrival;
  const commitFor = (of: IntakeLot, shown: object) =>
    client.send('POST', `lots/${of.lotId}/bids/commit`, canonicalBytes(shown));

  it('is given back to who shows the receipt of its arrival, and leads on from there', async () => {
    const [first, second] = [await submitted(), await submitted()];
    await client.move(lot.lotId, first.move(second.c, 5));
    const told = await commitFor(lot, await receiptOf(second));
    expect([told.status, told.body]).toEqual([200, { commit: b64u.encode(second.raw) }]);
    const again = await client.commit(lot.lotId, b64u.decode(String(told.body['commit'])));
    const shown = await client.show(second.c, String(again.body['uploadToken']));
    expect(shown.body).toMatchObject({ state: 'stored', sequence: 5 });
  });

  it('is given for no other signature, no other lot, and says nothing of whether there is such a bid', async () => {
    const [own, bid, other] = [await app.addLot(), await submitted(), await submitted()];
    const shown = await receiptOf(bid);
    const unknown = { ...shown, record: { ...shown.record, subject: makeBid(lot.lotKey).c } };
    const { signatures } = await receiptOf(other);
    const tries = [
      commitFor(own, shown),
      commitFor(lot, unknown),
      commitFor(lot, { ...shown, signatures }),
      commitFor(lot, { ...shown, record: { ...shown.record, arrivedAt: '2020-01-01T00:00:00.000Z' } }),
    ];
    for (const told of await Promise.all(tries)) {
      expect([told.status, told.code, told.body['facts']]).toEqual([404, 'BIDDING.BID_UNKNOWN', {}]);
    }
    expect((await commitFor(lot, { record: shown.record })).code).toBe('BIDDING.MALFORMED');
  });
});

it.each([
  ['no JSON', (): Uint8Array => utf8.encode('nonsense')],
  ['not canonical', (bid: SealedBid) => utf8.encode(JSON.stringify(bid.move(null), null, 1))],
  ['without a signature', (bid: SealedBid) => canonicalBytes({ record: bid.move(null).record })],
  [
    'of a sequence out of range',
    (bid: SealedBid) =>
      canonicalBytes({ ...bid.move(null), record: { ...bid.move(null).record, sequence: 1001 } }),
  ],
])('refuses a move that is %s', async (_, rawOf) => {
  const told = await client.move(lot.lotId, rawOf(makeBid(lot.lotKey)));
  expect([told.status, told.code]).toEqual([400, 'BIDDING.MALFORMED']);
});

describe('the close', () => {
  it('is refused before the deadline', async () => {
    const own = await app.addLot();
    await expect(bidding.settle(own.lotId)).rejects.toMatchObject({
      refusal: { code: 'BIDDING.STILL_OPEN' },
    });
  });

  it('lists what was accepted, moved and refused, in the order of arrival', async () => {
    const own = await app.addLot();
    const kept = await submitted(own);
    const replaced = await submitted(own);
    const replacement = await submitted(own);
    await client.move(own.lotId, replaced.move(replacement.c));
    const half = makeBid(own.lotKey);
    await client.commit(own.lotId, half.raw);
    await client.commit(own.lotId, utf8.encode('junk'));
    const all = makeBid(own.lotKey, { withdraw: 'all' });
    expect((await client.submit(own.lotId, all)).last.body['stored']).not.toBeNull();
    const lists = await closed(own);
    const late = makeBid(own.lotKey);
    expect((await client.commit(own.lotId, late.raw)).code).toBe('BIDDING.LATE');
    const after = await closed(own);
    expect(lists.accepted.map(({ c, state }) => [c, state])).toEqual([
      [kept.c, 'stored'],
      [replaced.c, 'replaced'],
      [replacement.c, 'stored'],
      [all.c, 'stored'],
    ]);
    expect(lists.moves.map(({ move }) => move)).toEqual([replaced.move(replacement.c)]);
    expect(lists.refused.map(({ c, reason }) => [c, reason])).toEqual([
      [half.c, 'incomplete'],
      [createHash('sha256').update('glasshall/1\0commit\0junk').digest('base64url'), 'malformed'],
    ]);
    expect(after.refused.at(-1)).toMatchObject({ c: late.c, reason: 'late' });
    expect(after.accepted).toEqual(lists.accepted);
    const [receipt] = await bidding.lateReceipts(own.lotId);
    expect(receipt?.record).toMatchObject({ subject: late.c, inTime: false });
  });

  it('waits for a statement that read the clock before the deadline', async () => {
    const own = await app.addLot();
    const bid = await submitted(own);
    const slow = await app.database.dataSource.createQueryRunner();
    await slow.startTransaction();
    await slow.query('SELECT * FROM bidding.take_arrival($1, $2, $3, $4, $5)', [
      own.lotId,
      'move',
      Buffer.from(hashText('move', bid.move(null).record), 'base64url'),
      Buffer.from(canonicalBytes(bid.move(null))),
      Buffer.alloc(60),
    ]);
    const settled = closed(own);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await slow.commitTransaction();
    await slow.release();
    expect((await settled).accepted).toMatchObject([{ c: bid.c, state: 'withdrawn' }]);
  });

  it('gives evidence: commitments, receipts, tokens, and the ciphertext of what still stands', async () => {
    const own = await app.addLot();
    const [kept, gone] = [await submitted(own), await submitted(own)];
    await client.move(own.lotId, gone.move(null));
    await closed(own);
    const paths = async (audience: 'public' | 'auditor') => {
      const found: string[] = [];
      for await (const piece of app.evidence[0]!.contribute(own.lotId, audience))
        if ('path' in piece) found.push(piece.path.replace(/tokens\/.*/, 'tokens/*'));
      return found.sort();
    };
    const move = hashText('move', gone.move(null).record);
    const files = [kept.c, gone.c].flatMap((c) => [
      `commits/${c}.json`,
      `arrivals/${c}.json`,
      `stored/${c}.json`,
    ]);
    // No token of the withdrawn bid: CLOSE does not list it as accepted.
    const common = [...files, `arrivals/${move}.json`, 'tokens/*', 'tokens/*'];
    const open = ['I', 'E0'].map((e) => `envelopes/${kept.c}/${e}.sealed`);
    expect(await paths('public')).toEqual([...common, ...open].sort());
    expect(await paths('auditor')).toEqual([...common, ...open, `envelopes/${kept.c}/E1.sealed`].sort());
  });
});
