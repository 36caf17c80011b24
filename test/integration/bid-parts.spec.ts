import { randomBytes, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { addMs, installFaultHook, StorageUnavailableError } from '#kernel';
import { Bidding } from '#bidding';
import type { UploadRef } from '#storage';
import type { EnvelopeName } from '#trust';
import { SweepUploads } from '../../libs/bidding/src/application/end-uploads.ts';
import { createIntakeApp } from '../support/intake-app.ts';
import type { IntakeApp, IntakeLot } from '../support/intake-app.ts';
import { IntakeClient } from '../support/intake-client.ts';
import { makeBid, PART, rootOf } from '../support/sealed-bid.ts';
import type { SealedBid } from '../support/sealed-bid.ts';

const MIB = 2 ** 20;
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
  client = new IntakeClient(app, app.session(`uploader-${names++}`));
});
afterEach(() => installFaultHook(null));

/** E1 of 20 MiB payload: three parts, the last one short. */
const large = (of: IntakeLot = lot) => makeBid(of.lotKey, { payload: { E1: 20 * MIB } });
async function commit(bid: SealedBid, of: IntakeLot = lot): Promise<string> {
  const told = await client.commit(of.lotId, bid.raw);
  expect(told.status).toBe(201);
  return String(told.body['uploadToken']);
}
const stateOf = async (bid: SealedBid, token: string) => (await client.show(bid.c, token)).body['state'];
async function stored(c: string, e: EnvelopeName): Promise<Buffer> {
  const opened = await bidding.envelopeStream(c, e);
  const chunks: Buffer[] = [];
  for await (const chunk of opened!.stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('parts', () => {
  it('come in any order, at once, and give the very bytes that were sent', async () => {
    const bid = large();
    const token = await commit(bid);
    expect((await client.show(bid.c, token)).body['missing']).toEqual([
      { e: 'I', n: 0 },
      { e: 'E0', n: 0 },
      { e: 'E1', n: 0 },
      { e: 'E1', n: 1 },
      { e: 'E1', n: 2 },
    ]);
    const sends: [EnvelopeName, number][] = [
      ['E1', 2],
      ['I', 0],
      ['E1', 0],
      ['E0', 0],
      ['E1', 1],
    ];
    const told = await Promise.all(sends.map(([e, n]) => client.part(bid.c, e, n, bid.part(e, n), token)));
    expect(told.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(told[0]!.body).toMatchObject({ n: 2, root: rootOf(bid.part('E1', 2)) });
    expect(await stateOf(bid, token)).toBe('stored');
    for (const [e, bytes] of bid.bytes) expect((await stored(bid.c, e)).equals(bytes)).toBe(true);
    const ranged = await bidding.envelopeStream(bid.c, 'E1', { start: PART - 2, end: PART + 2 });
    const seam: Buffer[] = [];
    for await (const chunk of ranged!.stream) seam.push(chunk as Buffer);
    expect(Buffer.concat(seam)).toEqual(bid.bytes.get('E1')!.subarray(PART - 2, PART + 2));
  });

  it('may be sent again, before and after the bid is whole; other bytes change nothing', async () => {
    const bid = large();
    const token = await commit(bid);
    for (let i = 0; i < 2; i++)
      expect((await client.part(bid.c, 'E1', 0, bid.part('E1', 0), token)).status).toBe(200);
    await client.upload(bid, token);
    expect(await stateOf(bid, token)).toBe('stored');
    expect((await client.part(bid.c, 'E1', 1, bid.part('E1', 1), token)).status).toBe(200);
    const other = await client.part(bid.c, 'E1', 1, randomBytes(PART), token);
    expect([other.code, other.status]).toEqual(['BIDDING.PART_DIFFERS', 409]);
    expect((await stored(bid.c, 'E1')).equals(bid.bytes.get('E1')!)).toBe(true);
  });

  it('of another root are all asked for again, and then the bid is stored', async () => {
    const bid = large();
    const token = await commit(bid);
    await client.upload(bid, token, ['E1']);
    await client.part(bid.c, 'E1', 0, randomBytes(PART), token);
    await client.part(bid.c, 'E1', 1, bid.part('E1', 1), token);
    const wrong = await client.part(bid.c, 'E1', 2, bid.part('E1', 2), token);
    expect([wrong.code, wrong.status]).toEqual(['BIDDING.ROOT_MISMATCH', 422]);
    const shown = await client.show(bid.c, token);
    expect(shown.body).toMatchObject({ state: 'received', missing: [0, 1, 2].map((n) => ({ e: 'E1', n })) });
    const last = await client.upload(bid, token, ['I', 'E0']);
    expect(last.body['stored']).not.toBeNull();
    expect((await stored(bid.c, 'E1')).equals(bid.bytes.get('E1')!)).toBe(true);
  });

  it.each([
    ['too short', 'E1', '0', () => Buffer.alloc(PART - 1), 'BIDDING.PART_SIZE', 422],
    ['too long', 'I', '0', () => Buffer.alloc(PART), 'BIDDING.PART_SIZE', 422],
    ['beyond the end', 'E1', '3', () => Buffer.alloc(10), 'BIDDING.PART_UNKNOWN', 404],
    ['negative', 'E1', '-1', () => Buffer.alloc(10), 'BIDDING.PART_UNKNOWN', 404],
    ['a fraction', 'E1', '0.5', () => Buffer.alloc(10), 'BIDDING.PART_UNKNOWN', 404],
    ['of no such envelope', 'E2', '0', () => Buffer.alloc(10), 'BIDDING.PART_UNKNOWN', 404],
    ['of an envelope with an odd name', '%27%3B--', '0', () => Buffer.alloc(10), 'BIDDING.PART_UNKNOWN', 404],
  ])('%s are refused', async (_, e, n, bytes, code, status) => {
    const bid = large();
    const token = await commit(bid);
    const told = await client.part(bid.c, e, n, bytes(), token);
    expect([told.code, told.status]).toEqual([code, status]);
    expect(await stateOf(bid, token)).toBe('received');
  });

  it('that break off leave nothing behind, and the part can be sent again', async () => {
    const bid = large();
    const token = await commit(bid);
    const { hostname, port } = new URL(app.url);
    await new Promise<void>((resolve) => {
      const broken = request({
        hostname,
        port,
        method: 'PUT',
        path: `/api/v1/bids/${bid.c}/envelopes/E1/parts/0`,
        headers: {
          authorization: `Bearer ${client.token}`,
          'upload-token': token,
          'content-type': 'application/octet-stream',
          'content-length': PART,
        },
      });
      broken.on('error', () => resolve());
      broken.write(bid.part('E1', 0).subarray(0, 3 * MIB), () => setTimeout(() => broken.destroy(), 50));
    });
    await client.upload(bid, token);
    expect(await stateOf(bid, token)).toBe('stored');
  });

  it('that race for the last place give one receipt', async () => {
    const bid = makeBid(lot.lotKey);
    const token = await commit(bid);
    await client.upload(bid, token, ['E1']);
    const told = await Promise.all(
      [1, 2, 3, 4].map(() => client.part(bid.c, 'E1', 0, bid.part('E1', 0), token)),
    );
    // One that found the upload ended on its way is told to come again: nothing is lost.
    expect(told.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
    const receipt = (await client.show(bid.c, token)).body['receipt'] as { stored: unknown };
    for (const { status, body } of told) if (status === 200) expect(body['stored']).toEqual(receipt.stored);
    expect((await stored(bid.c, 'E1')).equals(bid.bytes.get('E1')!)).toBe(true);
  });

  it('sent again while the envelope completes cannot change what was checked', async () => {
    const bid = makeBid(lot.lotKey);
    const token = await commit(bid);
    await client.upload(bid, token, ['E1']);
    let resent: Promise<unknown> = Promise.resolve();
    installFaultHook(async (point) => {
      if (point !== 'bidding.envelope.complete.before') return;
      installFaultHook(null);
      resent = client.part(bid.c, 'E1', 0, randomBytes(bid.bytes.get('E1')!.length), token);
      await resent;
    });
    await client.part(bid.c, 'E1', 0, bid.part('E1', 0), token);
    await resent;
    await client.upload(bid, token);
    await client.upload(bid, token);
    expect(await stateOf(bid, token)).toBe('stored');
    expect((await stored(bid.c, 'E1')).equals(bid.bytes.get('E1')!)).toBe(true);
  });
});

describe('the deadline of an upload', () => {
  it.each([
    [-1, 'stored'],
    [0, 'incomplete'],
    [1, 'incomplete'],
  ])('finished at %i ms: %s', async (offset, state) => {
    const deadline = addMs(lot.now, 1_000_000);
    const own = await app.addLot(deadline);
    const bid = makeBid(own.lotKey);
    const token = await commit(bid, own);
    await client.upload(bid, token, ['E1']);
    // The bytes of the last part are in; the clock moves before the statement that judges them.
    installFaultHook(async (point) => {
      if (point === 'bidding.envelope.finish.before') await app.holdClock(addMs(deadline, offset));
    });
    try {
      const last = await client.part(bid.c, 'E1', 0, bid.part('E1', 0), token);
      expect(last.code).toBe(state === 'stored' ? '' : 'BIDDING.LATE');
      expect(await stateOf(bid, token)).toBe(state);
    } finally {
      installFaultHook(null);
      await app.holdClock(null);
    }
  });

  it('has no grace, but a moved deadline lets an upload finish', async () => {
    const own = await app.addLot();
    const bid = makeBid(own.lotKey);
    const token = await commit(bid, own);
    await client.upload(bid, token, ['E1']);
    await app.moveDeadline(own.lotId, addMs(lot.now, -1));
    expect((await client.part(bid.c, 'E1', 0, bid.part('E1', 0), token)).code).toBe('BIDDING.LATE');
    await app.moveDeadline(own.lotId, addMs(lot.now, 1_000_000));
    expect((await client.part(bid.c, 'E1', 0, bid.part('E1', 0), token)).body['stored']).not.toBeNull();
  });
});

describe('a process that dies', () => {
  const died = new Error('killed here');
  const dieAt = (name: string) =>
    installFaultHook((point) => {
      if (point !== name) return;
      installFaultHook(null);
      throw died;
    });

  it.each([
    'bidding.arrival.store.before',
    'bidding.arrival.store.after',
    'bidding.accept.commit.before',
    'bidding.accept.commit.after',
  ])('at %s: the commitment sent again is accepted with its first arrival', async (point) => {
    const bid = makeBid(lot.lotKey);
    dieAt(point);
    expect((await client.commit(lot.lotId, bid.raw)).status).toBe(500);
    const again = await client.commit(lot.lotId, bid.raw);
    expect([200, 201]).toContain(again.status);
    const arrivals = await app.owner('SELECT state FROM bidding.arrival WHERE subject = $1', [
      Buffer.from(bid.c, 'base64url'),
    ]);
    expect(arrivals.rows).toEqual([{ state: 'accepted' }]);
  });

  it('before an arrival is judged: a worker judges it, and settling does', async () => {
    const own = await app.addLot();
    const bid = makeBid(own.lotKey);
    dieAt('bidding.arrival.store.after');
    await client.commit(own.lotId, bid.raw);
    await app.moveDeadline(own.lotId, addMs(lot.now, 1));
    await expect(app.database.unitOfWork.run((tx) => bidding.closeLists(tx, own.lotId))).rejects.toThrow(
      'not settled',
    );
    await bidding.settle(own.lotId);
    const lists = await app.database.unitOfWork.run((tx) => bidding.closeLists(tx, own.lotId));
    expect(lists.accepted).toEqual([]);
    expect(lists.refused).toMatchObject([{ c: bid.c, reason: 'incomplete' }]);
  });

  it.each([
    'bidding.upload.begun',
    'storage.part.fsync.after',
    'bidding.part.row.before',
    'bidding.part.row.after',
    'bidding.envelope.complete.before',
    'bidding.envelope.complete.after',
    'bidding.envelope.finish.before',
    'bidding.envelope.finish.after',
    'bidding.stored.commit.before',
    'bidding.stored.commit.after',
  ])('at %s: the client that asks and sends what is missing ends with a stored bid', async (point) => {
    const bid = makeBid(lot.lotKey);
    const token = await commit(bid);
    await client.upload(bid, token, ['E1']);
    dieAt(point);
    const hit = await client.part(bid.c, 'E1', 0, bid.part('E1', 0), token);
    expect(hit.status).toBe(500);
    for (let round = 0; round < 3 && (await stateOf(bid, token)) !== 'stored'; round++)
      await client.part(bid.c, 'E1', 0, bid.part('E1', 0), token);
    const shown = await client.show(bid.c, token);
    expect(shown.body).toMatchObject({ state: 'stored', missing: [] });
    expect((shown.body['receipt'] as { stored: unknown }).stored).not.toBeNull();
    expect((await stored(bid.c, 'E1')).equals(bid.bytes.get('E1')!)).toBe(true);
  });

  it('after the last part’s row: a worker makes the bid stored without its client', async () => {
    const bid = makeBid(lot.lotKey);
    const token = await commit(bid);
    await client.upload(bid, token, ['E1']);
    dieAt('bidding.envelope.complete.after');
    await client.part(bid.c, 'E1', 0, bid.part('E1', 0), token);
    await app.ticks.get('bidding.finish-left-behind')!.run();
    const { rows } = await app.owner('SELECT state, stored_receipt FROM bidding.commitment WHERE c = $1', [
      Buffer.from(bid.c, 'base64url'),
    ]);
    expect(rows).toMatchObject([{ state: 'stored', stored_receipt: { record: { c: bid.c } } }]);
  });
});

it('answers 503 while the store has no room, keeps what it had, and goes on by itself', async () => {
  const bid = makeBid(lot.lotKey);
  const token = await commit(bid);
  installFaultHook((point) => {
    if (point === 'storage.part.fsync.before') throw new StorageUnavailableError('disk', 'ENOSPC');
  });
  const full = await client.part(bid.c, 'E1', 0, bid.part('E1', 0), token);
  expect([full.status, full.code]).toEqual([503, 'PLATFORM.UNAVAILABLE']);
  installFaultHook(null);
  expect((await client.upload(bid, token)).body['stored']).not.toBeNull();
});

describe('uploads that never became a bid', () => {
  const orphaned = async (): Promise<UploadRef> => {
    const orphan = await app.blobs.beginUpload('bids/orphan');
    await app.blobs.putPart(orphan, 1, randomBytes(10), 10);
    return orphan;
  };
  const openUploads = async (): Promise<number> => {
    let n = 0;
    for await (const { key } of app.blobs.listUploads()) n += key.startsWith('bids/') ? 1 : 0;
    return n;
  };
  const close = (of: IntakeLot, event = 'opening.closed') =>
    app.database.unitOfWork.run((tx) =>
      app.deliver(
        event,
        { id: randomUUID(), seq: 1, type: event, key: of.lotId, payload: { lotId: of.lotId } },
        tx,
      ),
    );
  const giveUp = () => app.ticks.get('bidding.end-uploads')!.run();

  it('are forgotten where no envelope names them, and kept where one does', async () => {
    const bid = large();
    const token = await commit(bid);
    await client.part(bid.c, 'E1', 0, bid.part('E1', 0), token);
    const orphan = await orphaned();
    expect(await app.app.get(SweepUploads).run(-1000)).toBeGreaterThanOrEqual(1);
    await expect(app.blobs.listParts(orphan)).rejects.toThrow();
    await client.upload(bid, token);
    expect(await stateOf(bid, token)).toBe('stored');
  });

  it.each(['opening.closed', 'tendering.lot-cancelled'])(
    'are given up after %s, not before, and nothing else is',
    async (event) => {
      const own = await app.addLot();
      const [whole, half] = [makeBid(own.lotKey), large(own)];
      const [tokenOfWhole, token] = [await commit(whole, own), await commit(half, own)];
      await client.upload(whole, tokenOfWhole);
      await client.part(half.c, 'E1', 1, half.part('E1', 1), token);
      await client.part(half.c, 'I', 0, half.part('I', 0), token);
      const before = await openUploads();
      await app.moveDeadline(own.lotId, addMs(lot.now, -1));
      await giveUp();
      expect(await openUploads()).toBe(before);
      await close(own, event);
      await close(own, event);
      await giveUp();
      await giveUp();
      expect(await openUploads()).toBe(before - 1);
      expect((await stored(whole.c, 'E1')).equals(whole.bytes.get('E1')!)).toBe(true);
      expect((await stored(half.c, 'I')).equals(half.bytes.get('I')!)).toBe(true);
      expect((await client.part(half.c, 'E1', 1, half.part('E1', 1), token)).code).toBe('BIDDING.LATE');
      const rows = await app.owner('SELECT 1 FROM bidding.part WHERE c = $1 AND e = $2', [
        Buffer.from(half.c, 'base64url'),
        'E1',
      ]);
      expect(rows.rowCount).toBe(0);
    },
  );

  it.each(['bidding.upload.aborted', 'bidding.upload.dropped'])(
    'are given up by the next round when a process dies at %s',
    async (point) => {
      const own = await app.addLot();
      const half = large(own);
      const token = await commit(half, own);
      await client.part(half.c, 'E1', 1, half.part('E1', 1), token);
      const before = await openUploads();
      await app.moveDeadline(own.lotId, addMs(lot.now, -1));
      await close(own);
      installFaultHook((reached) => {
        if (reached === point) throw new Error('killed here');
      });
      await expect(giveUp()).rejects.toThrow('killed here');
      installFaultHook(null);
      await giveUp();
      expect(await openUploads()).toBe(before - 1);
      const { rows } = await app.owner('SELECT upload_id FROM bidding.envelope WHERE c = $1', [
        Buffer.from(half.c, 'base64url'),
      ]);
      expect(rows).toEqual([{ upload_id: null }, { upload_id: null }, { upload_id: null }]);
    },
  );

  it('end for a part that is on its way: it is told to come again, and then that it is late', async () => {
    const own = await app.addLot();
    const half = large(own);
    const token = await commit(half, own);
    installFaultHook(async (point) => {
      if (point !== 'storage.part.rename.before') return;
      installFaultHook(null);
      await app.moveDeadline(own.lotId, addMs(lot.now, -1));
      await close(own);
      await giveUp();
    });
    const cut = await client.part(half.c, 'E1', 0, half.part('E1', 0), token);
    expect([cut.status, cut.code]).toEqual([503, 'PLATFORM.UNAVAILABLE']);
    expect((await client.part(half.c, 'E1', 0, half.part('E1', 0), token)).code).toBe('BIDDING.LATE');
  });
});
