import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addMs, installFaultHook, MINUTE } from '#kernel';
import type { Instant } from '#kernel';
import {
  b64u,
  canonicalBytes,
  deriveBidKeys,
  edSign,
  encodeScalar,
  hashText,
  journalEntry,
  parseRecord,
  sha256,
} from '#trust';
import { eciesSeal, decodePoint, signatureInput, systemRandom } from '#trust';
import type { CloseAdd, OpeningRecord, Shares } from '#trust';
import { readSecrets, seedOf } from '#trust/node';
import { JOURNAL_INFO } from '#bidding';
import { contentHashOver, dealingsOf } from '#trust';
import { OpenLots } from '#opening';
import { createOpeningApp } from '../support/opening-app.ts';
import type { OpeningApp } from '../support/opening-app.ts';
import { moveOut, readBytes, receiptOf, takeIn } from '../support/opening-bids.ts';
import {
  progress,
  sealBid,
  send,
  Trustee,
  trusteesOf,
  view,
  withGarbage,
} from '../support/opening-quorum.ts';
import type { SealedBid } from '../support/opening-quorum.ts';
import { testCreditCode } from '../support/lot-fixture.ts';

let app: OpeningApp;
const after = (ms: number): Instant => addMs(app.deadline, ms);
const CLOSE_AT = MINUTE;
const RELEASE_AT = CLOSE_AT + 5 * MINUTE;
const work = (): Promise<void> => app.app.get(OpenLots).run(app.lotId);
const stateAt = async (ms: number): Promise<unknown> => {
  app.clock.at = after(ms);
  return (await view(app))['state'];
};

/** Closes exactly at the margin and lets the window end. */
async function closeAndRelease(): Promise<void> {
  expect(await stateAt(CLOSE_AT)).toBe('closed');
  app.clock.at = after(RELEASE_AT);
}

async function stage(
  trustees: readonly Trustee[],
  parts: readonly (readonly [number, 'public' | 'committee'])[],
  bids: readonly SealedBid[],
): Promise<void> {
  for (const [number, audience] of parts) {
    for (const trustee of trustees) {
      const told = await trustee.release(number, audience, bids);
      expect([told.status, told.code]).toEqual([201, '']);
    }
  }
  await work();
}

async function openAll(
  trustees: readonly Trustee[],
  bids: readonly SealedBid[],
  standing = bids,
): Promise<void> {
  await stage(trustees, [[0, 'public']], bids);
  await stage(
    trustees,
    [
      [1, 'public'],
      [1, 'committee'],
    ],
    standing,
  );
}

beforeEach(async () => {
  app = await createOpeningApp();
});
afterEach(async () => {
  await app.close();
});

async function bidsOf(count: number): Promise<SealedBid[]> {
  const bids: SealedBid[] = [];
  for (let n = 1; n <= count; n++) {
    const bid = await sealBid(app, n);
    await takeIn(app, bid, 3600 - n);
    bids.push(bid);
  }
  return bids;
}

describe('an opening', () => {
  it('goes from the deadline to a published record, with one trustee of three missing at first', async () => {
    const bids = await bidsOf(4);
    app.clock.at = after(CLOSE_AT - 1);
    expect(await view(app)).toMatchObject({ state: 'waiting', close: null, bids: [] });
    expect((await send(app, 'GET', '/commits')).code).toBe('OPENING.NOT_CLOSED');
    await closeAndRelease();
    const [one, two, four] = trusteesOf(app, [1, 2, 4]) as [Trustee, Trustee, Trustee];
    await stage([one, two], [[0, 'public']], bids);
    // Two of five open nothing.
    expect(await view(app)).toMatchObject({ state: 'stage-0' });
    expect(new Set(Object.values(await progress(app)))).toEqual(new Set(['sealed']));
    await stage([four], [[0, 'public']], bids);
    expect(await view(app)).toMatchObject({ state: 'stage-1' });
    await stage([one, two, four], [[1, 'public']], bids);
    expect(new Set(Object.values(await progress(app)))).toEqual(new Set(['sheet-opened']));
    await stage([one, two, four], [[1, 'committee']], bids);
    expect(await view(app)).toMatchObject({ state: 'opened', record: null });

    const token = app.sessions.admit(testCreditCode(101), 'x', ['bid.submit', 'hall.attend']);
    await send(app, 'POST', '/attendance', { token, body: { role: 'bidder' } });
    const objection = await send(app, 'POST', '/objections', {
      token,
      body: { text: '对开标有异议' },
    });
    expect(objection.body).toEqual({ n: 1 });
    const draft = (await send(app, 'GET', '/record')).body as unknown as { record: OpeningRecord };
    const early = await two.sign('opening-record', draft.record);
    const refused = await two.send('/record/signatures', { signature: early.signatures[0] });
    expect(refused.code).toBe('OPENING.OBJECTION_UNANSWERED');
    expect((await two.send('/objections/1/answer', { text: '已核对' })).status).toBe(204);
    // The record changed with the answer: the signature over the earlier one is not taken for it.
    const stale = await two.send('/record/signatures', { signature: early.signatures[0] });
    expect(stale.code).toBe('OPENING.RECORD_SIGNATURE');
    const shown = (await send(app, 'GET', '/record')).body as unknown as { record: OpeningRecord };
    const signed = await two.sign('opening-record', shown.record);
    expect((await one.send('/record/signatures', { signature: signed.signatures[0] })).code).toBe(
      'OPENING.NOT_YOUR_LOT',
    );
    const published = await two.send('/record/signatures', { signature: signed.signatures[0] });
    expect(published.status).toBe(200);
    expect(await view(app)).toMatchObject({ state: 'recorded', record: { record: shown.record } });
    expect(shown.record).toMatchObject({ result: 'opened', distinctBidders: 4 });
    expect(shown.record.bids.map(({ outcome, sheet }) => [outcome, sheet?.price])).toEqual(
      bids.map((_, n) => ['opened', `${n + 1}000000.00`]),
    );
    expect(shown.record.trustees.map(({ state }) => state)).toEqual([
      'used',
      'used',
      'absent',
      'used',
      'absent',
    ]);
    expect(shown.record.objections).toMatchObject([{ text: '对开标有异议', answer: '已核对' }]);
    await expectFiles(bids);
    await expectEvidence();
  });

  async function expectFiles(bids: readonly SealedBid[]): Promise<void> {
    const opened = await app.opening.openedBids(app.lotId);
    expect(opened.map(({ c }) => c)).toEqual(bids.map(({ c }) => c));
    const c = bids[0]!.c;
    const files = await app.opening.files(app.lotId, c);
    expect(files.map(({ path }) => path).sort()).toEqual([
      'opening-sheet.json',
      'qualification.txt',
      '技术标/施工组织设计.bin',
    ]);
    for (const { e, path, size, hash } of files) {
      const pieces: Uint8Array[] = [];
      const stream = await app.opening.fileStream(app.lotId, c, e, path);
      for await (const piece of stream!) pieces.push(piece as Uint8Array);
      const bytes = Buffer.concat(pieces);
      const listed = contentHashOver(() => createHash('sha256'), bytes.length);
      listed.update(bytes);
      expect([bytes.length, Object.values(listed.finish())]).toEqual([size, [hash]]);
    }
    expect(await app.opening.fileStream(app.lotId, c, 'E1', 'no-such-file')).toBeNull();
  }

  async function expectEvidence(): Promise<void> {
    const publicFiles = [...(await app.evidence('public')).keys()].sort();
    expect(publicFiles).toEqual(
      [
        'close.json',
        'record.json',
        ...[1, 2, 4].flatMap((i) => [
          `shares/0-public-${i}.json`,
          `shares/1-public-${i}.json`,
          `sealed-shares/1-${i}.json`,
        ]),
      ].sort(),
    );
    const auditor = [...(await app.evidence('auditor')).keys()];
    expect(auditor.filter((path) => path.includes('committee'))).toHaveLength(3);
  }

  it('opens nothing of two bidders, not even their names', async () => {
    await bidsOf(2);
    await closeAndRelease();
    const trustee = new Trustee(app, 1);
    const told = await trustee.release(0, 'public', []);
    expect(told.code).toBe('OPENING.STAGE_NOT_OPEN');
    expect(await view(app)).toMatchObject({ state: 'failed' });
    const { record } = (await send(app, 'GET', '/record')).body as unknown as { record: OpeningRecord };
    expect(record).toMatchObject({ result: 'failed', distinctBidders: 0 });
    expect(record.bids.map(({ outcome, bidder }) => [outcome, bidder])).toEqual([
      ['sealed', null],
      ['sealed', null],
    ]);
  });

  it('opens no content where three commitments come from two bidders', async () => {
    const bids = [await sealBid(app, 1), await sealBid(app, 2), await sealBid(app, 2)];
    for (const [n, bid] of bids.entries()) await takeIn(app, bid, 100 - n);
    await closeAndRelease();
    const trustees = trusteesOf(app, [1, 2, 3]);
    await stage(trustees, [[0, 'public']], bids);
    expect(await view(app)).toMatchObject({ state: 'failed' });
    expect(Object.values(await progress(app))).toEqual(['sealed', 'superseded', 'sealed']);
    expect((await trustees[0]!.release(1, 'public', bids)).code).toBe('OPENING.STAGE_NOT_OPEN');
  });

  it('keeps replaced, withdrawn and superseded bids sealed', async () => {
    const [first, ...others] = (await bidsOf(4)) as [SealedBid, SealedBid, SealedBid, SealedBid];
    const again = await sealBid(app, 2);
    await takeIn(app, again, 10);
    const secrets = await readSecrets(first.folder);
    const { wkSecret } = deriveBidKeys(seedOf(secrets), b64u.decode(first.commit.bidNonce));
    const record = {
      type: 'move' as const,
      lotKeyHash: app.lot.lotKeyHash,
      from: first.c,
      to: null,
      sequence: 1,
    };
    moveOut(app, { record, sig: b64u.encode(edSign(wkSecret, signatureInput('move', record))) }, 5);
    app.bidding.bids.get(first.c)!.state = 'withdrawn';
    await closeAndRelease();
    const bids = [...others, again];
    const standing = [others[1]!, others[2]!, again];
    await openAll(trusteesOf(app, [3, 4, 5]), bids, standing);
    expect(await progress(app)).toEqual({
      [others[0]!.c]: 'superseded',
      [others[1]!.c]: 'opened',
      [others[2]!.c]: 'opened',
      [again.c]: 'opened',
    });
  });

  it('opens by the bidders’ own secrets where trustees do not come', async () => {
    const bids = await bidsOf(3);
    await closeAndRelease();
    for (const stageNow of [0, 1]) {
      for (const bid of bids) {
        const secrets = await readSecrets(bid.folder);
        const keys = deriveBidKeys(seedOf(secrets), b64u.decode(bid.commit.bidNonce));
        for (const dealing of dealingsOf(app.lot.lotKey, bid.commit, keys)) {
          if (dealing.stage !== stageNow) continue;
          const body = { stage: stageNow, audience: dealing.audience, s: encodeScalar(dealing.secret) };
          const wrong = { ...body, s: encodeScalar(dealing.secret ^ 1n) };
          expect((await send(app, 'POST', `/bids/${bid.c}/secret`, { body: wrong })).code).toBe(
            'OPENING.SECRET_WRONG',
          );
          expect((await send(app, 'POST', `/bids/${bid.c}/secret`, { body })).status).toBe(204);
        }
      }
      await work();
    }
    expect(await view(app)).toMatchObject({ state: 'opened' });
  });
});

describe('CLOSE', () => {
  it('exists once: of many requests at the same instant one makes it', async () => {
    await bidsOf(3);
    app.clock.at = after(CLOSE_AT);
    const views = await Promise.all(Array.from({ length: 8 }, () => view(app)));
    expect(new Set(views.map((one) => JSON.stringify(one['close']))).size).toBe(1);
    await expect(
      app.database.unitOfWork.run((tx) =>
        tx.execute(`INSERT INTO opening.close SELECT lot, 'x', signed FROM opening.close`),
      ),
    ).rejects.toThrow('close_pkey');
    await expect(
      app.database.unitOfWork.run((tx) => tx.execute('DELETE FROM opening.close')),
    ).rejects.toThrow();
  });

  it('waits for a deadline that moved away', async () => {
    await bidsOf(3);
    app.clock.at = after(CLOSE_AT - 1);
    await view(app);
    const moved = after(10 * MINUTE);
    app.tendering.view = { ...app.tendering.view!, deadline: moved };
    app.bidding.deadline = moved;
    expect(await stateAt(CLOSE_AT)).toBe('waiting');
    expect(await stateAt(10 * MINUTE + CLOSE_AT - 1)).toBe('waiting');
    expect(await stateAt(10 * MINUTE + CLOSE_AT)).toBe('closed');
  });

  const namingAuthority = (): void => {
    const record = { ...app.lot.lotKey, outsideTime: ['national'] };
    app.tendering.view = { ...app.tendering.view!, lotKey: { ...app.lot.signed, record } };
  };

  it('waits for the word of the outside authority that the tender names', async () => {
    await bidsOf(3);
    namingAuthority();
    expect(await stateAt(CLOSE_AT)).toBe('waiting');
    app.log.seenOutside = true;
    expect(await stateAt(CLOSE_AT + 1)).toBe('closed');
  });

  it('does not wait for that word for ever, nor where nothing came in', async () => {
    namingAuthority();
    await bidsOf(3);
    expect(await stateAt(CLOSE_AT + 30 * MINUTE - 1)).toBe('waiting');
    expect(await stateAt(CLOSE_AT + 30 * MINUTE)).toBe('closed');
  });

  it('of no bids needs no word from outside', async () => {
    namingAuthority();
    expect(await stateAt(CLOSE_AT)).toBe('closed');
  });

  it('never comes for a cancelled lot', async () => {
    await bidsOf(3);
    app.tendering.view = { ...app.tendering.view!, state: 'cancelled' };
    expect(await stateAt(CLOSE_AT + MINUTE)).toBe('waiting');
  });
});

describe('the find-yourself window', () => {
  it.each([
    [-1, 200, ''],
    [0, 409, 'OPENING.WINDOW_OVER'],
    [1, 409, 'OPENING.WINDOW_OVER'],
  ])('adds a bid that was left out until its last instant (%i ms)', async (ms, status, code) => {
    await bidsOf(3);
    const forgotten = await sealBid(app, 9);
    const stored = await takeIn(app, forgotten, 50);
    stored.listed = false;
    expect(await stateAt(CLOSE_AT)).toBe('closed');
    app.clock.at = after(RELEASE_AT + ms);
    const receipt = await receiptOf(app, stored);
    app.bidding.receipts.set(forgotten.c, receipt);
    const body = { receipt, commit: forgotten.commit };
    const told = await send(app, 'POST', '/find-yourself', { body });
    expect([told.status, told.code]).toEqual([status, code]);
    if (status !== 200) return;
    // The same receipt again gives the same addition.
    expect((await send(app, 'POST', '/find-yourself', { body })).body).toEqual(told.body);
    expect(Object.keys(await progress(app))).toHaveLength(4);
  });

  it('names the token that the intake kept, or else one that is good: never a junk one', async () => {
    await bidsOf(3);
    const forgotten = await sealBid(app, 9);
    const stored = await takeIn(app, forgotten, 50);
    stored.listed = false;
    expect(await stateAt(CLOSE_AT)).toBe('closed');
    const kept = await receiptOf(app, stored);
    const receipt = { ...kept, token: b64u.encode(new TextEncoder().encode('junk')) };
    const add = () => send(app, 'POST', '/find-yourself', { body: { receipt, commit: forgotten.commit } });
    expect(await add()).toMatchObject({ status: 422, code: 'OPENING.RECEIPT_INVALID' });
    app.bidding.receipts.set(forgotten.c, kept);
    const told = await add();
    expect(told.status).toBe(200);
    const { record } = told.body as unknown as { record: CloseAdd };
    expect(record.bid.token).toBe(b64u.encode(sha256(stored.token)));
  });

  describe('as its end comes while an addition is being stored', () => {
    /** An addition that stalls at `point`; the window ends meanwhile. */
    async function raceAt(point: string) {
      await bidsOf(3);
      const forgotten = await sealBid(app, 9);
      const stored = await takeIn(app, forgotten, 50);
      stored.listed = false;
      app.bidding.receipts.set(forgotten.c, await receiptOf(app, stored));
      await stateAt(CLOSE_AT);
      app.clock.at = after(RELEASE_AT - 1);
      let goOn = (): void => undefined;
      const body = { receipt: await receiptOf(app, stored), commit: forgotten.commit };
      let adding: ReturnType<typeof send> | null = null;
      await new Promise<void>((reached) => {
        installFaultHook((name) => {
          if (name !== point) return;
          reached();
          return new Promise((resolve) => (goOn = resolve));
        });
        adding = send(app, 'POST', '/find-yourself', { body });
      });
      installFaultHook(null);
      app.clock.at = after(RELEASE_AT);
      return { adding: adding!, goOn };
    }

    it('refuses it where the window ended before the statement that stores it', async () => {
      const { adding, goOn } = await raceAt('opening.add.signed');
      goOn();
      expect(await adding).toMatchObject({ status: 409, code: 'OPENING.WINDOW_OVER' });
      expect(await view(app)).toMatchObject({ state: 'stage-0', adds: [] });
    });

    it('tells no trustee that the window is over before it is committed', async () => {
      const { adding, goOn } = await raceAt('opening.add.stored');
      const looking = view(app);
      const first = await Promise.race([looking.then(() => 'view'), sleep(500, 'still waiting')]);
      expect(first).toBe('still waiting');
      goOn();
      expect((await adding).status).toBe(200);
      expect(await looking).toMatchObject({ state: 'stage-0', adds: [{ record: { sequence: 1 } }] });
    });
  });

  it('adds nothing that the platform did not sign, that was late, not whole, listed or moved', async () => {
    const [listed] = (await bidsOf(3)) as [SealedBid];
    const forgotten = await sealBid(app, 9);
    const stored = await takeIn(app, forgotten, 50);
    stored.listed = false;
    expect(await stateAt(CLOSE_AT)).toBe('closed');
    const good = await receiptOf(app, stored);
    const late = await receiptOf(app, { ...stored, storedAt: app.deadline });
    const forged = { ...good, arrival: { ...good.arrival, signatures: late.stored!.signatures } };
    const find = async (receipt: unknown, commit: unknown = forgotten.commit) =>
      (await send(app, 'POST', '/find-yourself', { body: { receipt, commit } })).code;
    expect(await find(forged)).toBe('OPENING.RECEIPT_INVALID');
    expect(await find(late)).toBe('OPENING.RECEIPT_LATE');
    expect(await find({ ...good, stored: null })).toBe('OPENING.RECEIPT_NOT_STORED');
    expect(await find(good, listed.commit)).toBe('OPENING.RECEIPT_INVALID');
    const listedReceipt = await receiptOf(app, app.bidding.bids.get(listed.c)!);
    app.bidding.receipts.set(listed.c, listedReceipt);
    expect(await find(listedReceipt, listed.commit)).toBe('OPENING.BID_LISTED');
    expect(await find({ nonsense: true })).toBe('OPENING.MALFORMED');
    expect(Object.keys(await progress(app))).toHaveLength(3);
  });
});

describe('shares', () => {
  it('are refused before the window is over, to the millisecond', async () => {
    const bids = await bidsOf(3);
    expect(await stateAt(CLOSE_AT)).toBe('closed');
    const trustee = new Trustee(app, 1);
    const signed = await trustee.record(0, 'public', bids);
    app.clock.at = after(RELEASE_AT - 1);
    const early = await trustee.send('/shares', canonicalBytes(signed));
    expect(early.code).toBe('OPENING.WINDOW_OPEN');
    app.clock.at = after(RELEASE_AT);
    expect((await trustee.send('/shares', canonicalBytes(signed))).status).toBe(201);
    // The same once more is no error, others are.
    expect((await trustee.send('/shares', canonicalBytes(signed))).status).toBe(200);
    const other = await trustee.release(0, 'public', bids);
    expect(other.code).toBe('OPENING.SHARES_DIFFER');
  });

  it('that are wrong are refused, kept against their seat, and cost nobody else anything', async () => {
    const bids = await bidsOf(3);
    await closeAndRelease();
    const [one, two, three, four] = trusteesOf(app, [1, 2, 3, 4]) as [Trustee, Trustee, Trustee, Trustee];
    const spoil = (record: Shares): Shares => {
      const [first, second, ...rest] = record.shares;
      return { ...record, shares: [{ ...first!, D: second!.D }, second!, ...rest] };
    };
    const wrong = await one.release(0, 'public', bids, spoil);
    expect(wrong.code).toBe('OPENING.SHARES_WRONG');
    expect(wrong.body['facts']).toMatchObject({ i: 1, wrong: 1, c: bids[0]!.c });
    const fewer = await two.release(0, 'public', bids.slice(1));
    expect(fewer.code).toBe('OPENING.SHARES_OTHER_SET');
    const foreign = await three.record(0, 'public', bids);
    expect((await one.send('/shares', canonicalBytes(foreign))).code).toBe('OPENING.NOT_YOUR_SEAT');
    const forged = { ...foreign, record: { ...foreign.record, close: bids[0]!.c } };
    expect((await three.send('/shares', canonicalBytes(forged))).code).toBe('OPENING.SHARES_SIGNATURE');
    const { trustees } = (await view(app)) as { trustees: { i: number; refused: { reason: string }[] }[] };
    expect(trustees.map(({ i, refused }) => [i, refused.map(({ reason }) => reason)])).toEqual([
      [1, ['EVIDENCE.SHARES_PROOF']],
      [2, ['EVIDENCE.SHARES_SET']],
    ]);
    await openAll([two, three, four], bids);
    const { record } = (await send(app, 'GET', '/record')).body as unknown as { record: OpeningRecord };
    expect(record.trustees.map(({ state }) => state)).toEqual(['refused', 'used', 'used', 'used', 'absent']);
    expect(record.bids.every(({ outcome }) => outcome === 'opened')).toBe(true);
  });

  it('of committee dealings never stand in the open, and a wrong box is attributed', async () => {
    const bids = await bidsOf(3);
    await closeAndRelease();
    const trustees = trusteesOf(app, [1, 2, 3]);
    await stage(trustees, [[0, 'public']], bids);
    const plain = await trustees[0]!.record(1, 'committee', bids);
    expect((await trustees[0]!.send('/shares', canonicalBytes(plain))).code).toBe('OPENING.SHARES_OTHER_SET');
    const other = await trustees[1]!.record(1, 'committee', bids);
    const announced = await trustees[0]!.sign('sealed-shares', {
      type: 'sealed-shares' as const,
      lotKeyHash: app.lot.lotKeyHash,
      close: other.record.close,
      stage: 1,
      i: 1,
      shares: hashText('shares', other.record),
    });
    const box = b64u.encode(systemRandom(100));
    expect((await trustees[0]!.send('/sealed-shares', { signed: announced, box })).code).toBe(
      'OPENING.BOX_UNREADABLE',
    );
    await stage(trustees, [[1, 'committee']], bids);
    const shown = (await send(app, 'GET', '/shares?audience=committee')).body as unknown as {
      record: Record<string, unknown>;
    }[];
    expect(shown.map(({ record }) => Object.keys(record).sort())).toEqual(
      trustees.map(() => ['close', 'i', 'lotKeyHash', 'shares', 'stage', 'type']),
    );
  });

  it('open the journal too', async () => {
    const bids = await bidsOf(3);
    const journal = app.tendering.view!.journal!.record;
    const entry = parseRecord(
      journalEntry,
      canonicalBytes({
        type: 'journal-entry',
        account: 'person-1',
        organisation: testCreditCode(101),
        address: '127.0.0.1',
        at: '2026-01-01T00:00:00.000Z',
        subject: bids[0]!.c,
      }),
    );
    app.bidding.boxes = [
      await eciesSeal(decodePoint(journal.key), JOURNAL_INFO, canonicalBytes(entry), systemRandom),
    ];
    await closeAndRelease();
    const trustees = trusteesOf(app, [1, 2, 5]);
    const token = trustees[0]!.token;
    expect((await send(app, 'GET', '/journal', { token })).body).toEqual({ entries: null });
    for (const trustee of trustees) expect((await trustee.release(0, 'journal', [])).status).toBe(201);
    expect((await send(app, 'GET', '/journal', { token })).body).toEqual({ entries: [entry] });
  });
});

describe('faults', () => {
  it('a bid that does not open is its bidder’s fault, and the others open', async () => {
    const good = await bidsOf(3);
    const bad = await withGarbage(await sealBid(app, 8));
    await takeIn(app, bad, 20);
    await closeAndRelease();
    await openAll(trusteesOf(app, [1, 2, 3]), [...good, bad]);
    expect(await view(app)).toMatchObject({ state: 'opened' });
    expect((await progress(app))[bad.c]).toBe('revoked-bidder-fault');
    expect(Object.values(await progress(app)).filter((one) => one === 'opened')).toHaveLength(3);
    const { record } = (await send(app, 'GET', '/record')).body as unknown as { record: OpeningRecord };
    expect(record.bids.find(({ c }) => c === bad.c)).toMatchObject({
      outcome: 'revoked-bidder-fault',
      reason: 'E1: SEAL.WRONG_KEY',
      sheet: null,
    });
  });

  it('damaged bytes are the platform’s fault, and the identical bytes restore the bid', async () => {
    const bids = await bidsOf(3);
    const file = join(bids[1]!.folder, 'E1.sealed');
    const original = await readBytes(file);
    const damaged = original.slice();
    damaged[30_000] = (damaged[30_000] ?? 0) ^ 1;
    await writeFile(file, damaged);
    await closeAndRelease();
    await openAll(trusteesOf(app, [1, 2, 3]), bids);
    expect((await progress(app))[bids[1]!.c]).toBe('withdrawn-platform-fault');
    const token = app.sessions.admit(testCreditCode(102), 'x', ['bid.submit']);
    const path = `/envelopes/${bids[1]!.c}/E1`;
    expect((await send(app, 'PUT', path, { token, body: damaged })).code).toBe('OPENING.BYTES_DIFFER');
    expect((await send(app, 'PUT', path, { token, body: original.slice(1) })).code).toBe(
      'OPENING.BYTES_DIFFER',
    );
    const whole = `/envelopes/${bids[0]!.c}/E1`;
    expect((await send(app, 'PUT', whole, { token, body: original })).code).toBe('OPENING.NOT_DAMAGED');
    expect((await send(app, 'PUT', path, { token, body: original })).status).toBe(204);
    expect(await view(app)).toMatchObject({ state: 'stage-1' });
    await work();
    expect(await view(app)).toMatchObject({ state: 'opened' });
    expect(new Set(Object.values(await progress(app)))).toEqual(new Set(['opened']));
  });

  it('a damaged identity is waited for, and counts as 撤回 when nobody restores it', async () => {
    const bids = await bidsOf(4);
    const file = join(bids[0]!.folder, 'I.sealed');
    const bytes = await readFile(file);
    bytes[500] = (bytes[500] ?? 0) ^ 1;
    await writeFile(file, bytes);
    await closeAndRelease();
    const trustees = trusteesOf(app, [1, 2, 3]);
    await stage(trustees, [[0, 'public']], bids);
    expect(await view(app)).toMatchObject({ state: 'stage-0' });
    app.clock.at = after(RELEASE_AT + 5 * MINUTE - 1);
    await work();
    expect(await view(app)).toMatchObject({ state: 'stage-0' });
    app.clock.at = after(RELEASE_AT + 5 * MINUTE);
    await work();
    expect(await view(app)).toMatchObject({ state: 'stage-1' });
    expect((await progress(app))[bids[0]!.c]).toBe('withdrawn-platform-fault');
  });

  it('a worker that dies in the middle is taken over by the next, where it stopped', async () => {
    const bids = await bidsOf(4);
    await closeAndRelease();
    const trustees = trusteesOf(app, [1, 2, 3]);
    for (const point of ['opening.identity.after', 'opening.standing.stored', 'opening.envelope.before']) {
      let seen = 0;
      const isContent = point.startsWith('opening.envelope');
      if (isContent) await work();
      for (const trustee of trustees) {
        if (isContent) {
          await trustee.release(1, 'public', bids);
          await trustee.release(1, 'committee', bids);
        } else await trustee.release(0, 'public', bids);
      }
      installFaultHook((name) => {
        if (name === point && ++seen === (point.endsWith('stored') ? 1 : 3))
          throw new Error(`killed at ${point}`);
      });
      await expect(work()).rejects.toThrow(`killed at ${point}`);
      installFaultHook(null);
    }
    await work();
    expect(new Set(Object.values(await progress(app)))).toEqual(new Set(['opened']));
    const { items } = (await send(app, 'GET', '/events')).body as unknown as {
      items: { seq: number; kind: string; c: string | null }[];
    };
    expect(items.map(({ seq }) => seq)).toEqual(items.map((_, at) => at + 1));
    expect(
      items
        .filter(({ kind, c }) => kind === 'opened' && c !== null)
        .map(({ c }) => c)
        .sort(),
    ).toEqual(bids.map(({ c }) => c).sort());
  });
});
