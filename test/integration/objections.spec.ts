/** Who objects at an opening (条例44): a bidder of the lot, who is there. */
import { addMs, MINUTE } from '#kernel';
import { b64u, deriveBidKeys, signBidMove } from '#trust';
import type { ReceiptFile } from '#trust';
import { readSecrets, seedOf } from '#trust/node';
import { OpenLots } from '#opening';
import { createOpeningApp } from '../support/opening-app.ts';
import type { OpeningApp } from '../support/opening-app.ts';
import { moveOut, receiptOf, takeIn } from '../support/opening-bids.ts';
import { sealBid, send, trusteesOf, view, withGarbage } from '../support/opening-quorum.ts';
import type { SealedBid, Told } from '../support/opening-quorum.ts';
import { testCreditCode } from '../support/lot-fixture.ts';

const CLOSE_AT = MINUTE;
const RELEASE_AT = CLOSE_AT + 5 * MINUTE;
/** Of the fixture's bidder `n`, as its certificate says it. */
const codeOf = (n: number): string => testCreditCode(100 + n);
const STRANGER = testCreditCode(150);

let app: OpeningApp;
let bids: SealedBid[];
let receipts: ReceiptFile[];

const tokenOf = (creditCode: string): string =>
  app.sessions.admit(creditCode, 'x', ['bid.submit', 'hall.attend']);
const signIn = async (creditCode: string, role = 'bidder'): Promise<void> => {
  const told = await send(app, 'POST', '/attendance', { token: tokenOf(creditCode), body: { role } });
  expect(told.status).toBe(201);
};
const object = (creditCode: string, receipt?: object): Promise<Told> =>
  send(app, 'POST', '/objections', {
    token: tokenOf(creditCode),
    body: { text: '对开标有异议', ...(receipt && { receipt }) },
  });
const refused = async (creditCode: string, receipt?: object): Promise<unknown[]> => {
  const { status, code, body } = await object(creditCode, receipt);
  return [status, code, (body['facts'] as Record<string, unknown> | undefined)?.['reason']];
};
const objections = async (): Promise<unknown[]> => (await view(app))['objections'] as unknown[];

async function stageZero(of: readonly SealedBid[] = bids): Promise<void> {
  app.clock.at = addMs(app.deadline, RELEASE_AT);
  for (const trustee of trusteesOf(app, [1, 2, 3])) {
    expect((await trustee.release(0, 'public', of)).status).toBe(201);
  }
  await app.app.get(OpenLots).run(app.lotId);
}

async function bid(n: number, make = (made: SealedBid): Promise<SealedBid> => Promise.resolve(made)) {
  const sealed = await make(await sealBid(app, n));
  const stored = await takeIn(app, sealed, 3600 - n);
  bids.push(sealed);
  receipts.push(await receiptOf(app, stored));
  return stored;
}

const close = async (): Promise<void> => {
  app.clock.at = addMs(app.deadline, CLOSE_AT);
  expect(await view(app)).toMatchObject({ state: 'closed' });
};

beforeEach(async () => {
  app = await createOpeningApp();
  [bids, receipts] = [[], []];
});
afterEach(async () => {
  await app.close();
});

describe('an objection at the opening', () => {
  it('is made by who signed in and shows a bid: by its receipt, then by its opened identity', async () => {
    for (let n = 1; n <= 3; n++) await bid(n);
    await close();
    const [first] = receipts;
    expect(await refused(codeOf(1), first)).toEqual([409, 'OPENING.NOT_SIGNED_IN', undefined]);
    for (const creditCode of [codeOf(1), codeOf(2), STRANGER]) await signIn(creditCode);
    // Nobody's identity is open: only a receipt tells a bidder from somebody who looks on.
    expect(await refused(codeOf(1))).toEqual([403, 'OPENING.NOT_A_BIDDER', 'receipt']);
    expect(await refused(STRANGER)).toEqual([403, 'OPENING.NOT_A_BIDDER', 'receipt']);
    expect(await objections()).toEqual([]);
    expect((await object(codeOf(1), first)).body).toEqual({ n: 1 });
    expect((await object(codeOf(1), first)).body).toEqual({ n: 2 });
    // One receipt serves one organisation.
    expect(await refused(STRANGER, first)).toEqual([403, 'OPENING.NOT_A_BIDDER', 'used']);

    await stageZero();
    expect((await object(codeOf(2))).body).toEqual({ n: 3 });
    expect(await refused(STRANGER)).toEqual([403, 'OPENING.NOT_A_BIDDER', 'receipt']);
    // What an identity says stands against who merely holds the receipt.
    expect(await refused(STRANGER, receipts[2])).toEqual([403, 'OPENING.NOT_A_BIDDER', 'identity']);
    expect(await objections()).toHaveLength(3);
  });

  it('is not made by an official, whatever receipt is shown', async () => {
    await bid(1);
    await close();
    await signIn(testCreditCode(2), 'agency');
    expect(await refused(testCreditCode(2), receipts[0])).toEqual([403, 'OPENING.NOT_A_BIDDER', 'role']);
  });

  it('is made by a bidder that CLOSE left out, also when the window is over', async () => {
    const stored = await bid(1);
    stored.listed = false;
    await close();
    app.clock.at = addMs(app.deadline, RELEASE_AT);
    await signIn(codeOf(1));
    expect((await object(codeOf(1), receipts[0])).status).toBe(201);
  });

  it('is made by a bidder whose identity does not hold', async () => {
    for (let n = 1; n <= 3; n++) await bid(n);
    await bid(4, (made) => withGarbage(made, 'I'));
    await close();
    await stageZero();
    await signIn(codeOf(4));
    expect(await refused(codeOf(4))).toEqual([403, 'OPENING.NOT_A_BIDDER', 'receipt']);
    expect((await object(codeOf(4), receipts[3])).status).toBe(201);
  });

  it('is not made by who has withdrawn', async () => {
    const stored = await bid(1);
    const { wkSecret } = deriveBidKeys(
      seedOf(await readSecrets(bids[0]!.folder)),
      b64u.decode(stored.commit.bidNonce),
    );
    const { lotKeyHash } = app.lot;
    const move = { type: 'move' as const, lotKeyHash, from: stored.c, to: null, sequence: 1 };
    moveOut(app, signBidMove(wkSecret, move), 5);
    stored.state = 'withdrawn';
    await close();
    await signIn(codeOf(1));
    expect(await refused(codeOf(1), receipts[0])).toEqual([409, 'OPENING.BID_MOVED', undefined]);
  });

  it.each<[string, number, string, (receipt: ReceiptFile) => object]>([
    ['whose arrival was changed', 422, 'OPENING.RECEIPT_INVALID', (good) => changed(good, 'arrival')],
    ['whose completeness was changed', 422, 'OPENING.RECEIPT_INVALID', (good) => changed(good, 'stored')],
    ['of a bid that was not whole', 409, 'OPENING.RECEIPT_NOT_STORED', (good) => ({ ...good, stored: null })],
    ['that is none', 400, 'OPENING.MALFORMED', () => ({ arrival: 'x' })],
  ])('is not made by a receipt %s', async (_, status, code, spoil) => {
    await bid(1);
    await close();
    await signIn(codeOf(1));
    expect((await refused(codeOf(1), spoil(receipts[0]!))).slice(0, 2)).toEqual([status, code]);
    expect(await objections()).toEqual([]);
  });

  it('is not made by the receipt of a late bid', async () => {
    const late = await takeIn(app, await sealBid(app, 1), -1);
    late.listed = false;
    await close();
    await signIn(codeOf(1));
    const [status, code] = await refused(codeOf(1), await receiptOf(app, late));
    expect([status, code]).toEqual([409, 'OPENING.RECEIPT_LATE']);
  });
});

/** An hour earlier than the platform signed. */
function changed(receipt: ReceiptFile, which: 'arrival' | 'stored'): object {
  const signed = receipt[which]!;
  const record = {
    ...signed.record,
    [which === 'arrival' ? 'arrivedAt' : 'storedAt']: '2020-01-01T00:00:00.000Z',
  };
  return { ...receipt, [which]: { ...signed, record } };
}
