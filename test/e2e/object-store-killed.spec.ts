import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bidding } from '#bidding';
import { S3BlobStore } from '#storage';
import type { EnvelopeName } from '#trust';
import { createIntakeApp } from '../support/intake-app.ts';
import type { IntakeApp, IntakeLot } from '../support/intake-app.ts';
import { IntakeClient } from '../support/intake-client.ts';
import { makeBid, PART } from '../support/sealed-bid.ts';
import type { SealedBid } from '../support/sealed-bid.ts';

/** A program that takes `crash` (kill -9 of every process of the store) and `start`; set beside S3_ENDPOINT. */
const control = process.env['S3_ENDPOINT'] ? process.env['S3_CONTROL'] : undefined;
if (!control) process.stderr.write('LEFT OUT: a killed S3 store (S3_ENDPOINT, S3_CONTROL are not set)\n');

const MIB = 2 ** 20;

async function tell(word: 'crash' | 'start'): Promise<void> {
  const child = spawn('bash', [control ?? '', word], { stdio: 'ignore' });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`${word}: exit ${String(code)}`);
}

interface Uploading {
  readonly bid: SealedBid;
  readonly token: string;
  readonly acknowledged: Part[];
}

interface Part {
  readonly e: EnvelopeName;
  readonly n: number;
}
const partsOf = ({ bytes }: SealedBid): Part[] =>
  [...bytes].flatMap(([e, { length }]) =>
    Array.from({ length: Math.ceil(length / PART) }, (_, n) => ({ e, n })),
  );

(control ? describe : describe.skip)('an object store that is killed in the middle of uploads', () => {
  let app: IntakeApp;
  let lot: IntakeLot;
  let client: IntakeClient;
  const outages: unknown[] = [];

  beforeAll(async () => {
    const blobs = new S3BlobStore({
      endpoint: process.env['S3_ENDPOINT'] ?? '',
      accessKey: process.env['S3_ACCESS_KEY'] ?? '',
      secretKey: process.env['S3_SECRET_KEY'] ?? '',
      region: 'us-east-1',
      bucket: `killed-${randomBytes(6).toString('hex')}`,
    });
    await blobs.ensureBucket(30_000);
    app = await createIntakeApp({ blobs });
    lot = await app.addLot();
    client = new IntakeClient(app, app.session('store-killed'));
  }, 120_000);
  afterAll(async () => {
    // Whatever happened here, later tests need the store.
    await tell('start');
    await app.close();
  }, 180_000);

  async function begin(payload: number): Promise<Uploading> {
    const bid = makeBid(lot.lotKey, { payload: { E1: payload } });
    const told = await client.commit(lot.lotId, bid.raw);
    expect(told.status).toBe(201);
    return { bid, token: String(told.body['uploadToken']), acknowledged: [] };
  }

  /** Sends these parts until each is taken, as a client does; notes what it was told meanwhile. */
  async function send({ bid, token }: Uploading, parts: readonly Part[] = partsOf(bid)): Promise<void> {
    for (const { e, n } of parts)
      for (let tries = 0; ; tries++) {
        // An answer before the body is read ends the connection: a client may see that first, and tries again.
        const told = await client.part(bid.c, e, n, bid.part(e, n), token).catch(() => null);
        if (told?.status === 200) break;
        if (told) outages.push([told.status, told.code, told.body['facts']]);
        if (tries > 600) throw new Error(`part ${e}/${n} is never taken: ${told?.code ?? 'no answer'}`);
        await sleep(200);
      }
  }

  it('answers 503 meanwhile, has every acknowledged part and bid afterwards, and takes the rest', async () => {
    const before = await begin(10 * MIB);
    await send(before);
    const half = await begin(20 * MIB);
    for (const n of [0, 2]) {
      expect((await client.part(half.bid.c, 'E1', n, half.bid.part('E1', n), half.token)).status).toBe(200);
      half.acknowledged.push({ e: 'E1', n });
    }
    // None of them is completed while the store dies: Ceph's gateway keeps the lock of a completion for ten minutes
    // (docs/DEPLOYMENT.md), and until then that envelope waits.
    const others = await Promise.all([1, 2, 3].map(() => begin(28 * MIB)));
    const isLast = ({ e, n }: Part): boolean => e === 'E1' && n === 3;
    await Promise.all(
      others.map((one) =>
        send(
          one,
          partsOf(one.bid).filter(({ e }) => e !== 'E1'),
        ),
      ),
    );
    const sending = Promise.all(
      others.map((one) =>
        send(
          one,
          partsOf(one.bid).filter((part) => part.e === 'E1' && !isLast(part)),
        ),
      ),
    );
    await sleep(100);
    await tell('crash');
    // What needs no object store is still served: the arrival of a commitment is never lost.
    const late = await begin(MIB);
    const waiting = send(late);
    await sleep(1500);
    await tell('start');
    await Promise.all([sending, waiting]);
    expect(outages.length).toBeGreaterThan(0);
    for (const outage of outages) expect(outage).toEqual([503, 'PLATFORM.UNAVAILABLE', { part: 'objects' }]);
    const shown = await client.show(half.bid.c, half.token);
    for (const part of half.acknowledged) expect(shown.body['missing']).not.toContainEqual(part);
    expect((await client.part(half.bid.c, 'E1', 1, half.bid.part('E1', 1), half.token)).status).toBe(200);
    await client.upload(half.bid, half.token, ['E1']);
    await Promise.all(others.map((one) => send(one, partsOf(one.bid).filter(isLast))));
    for (const { bid, token } of [before, half, late, ...others]) {
      expect((await client.show(bid.c, token)).body).toMatchObject({ state: 'stored', missing: [] });
      for (const [e, bytes] of bid.bytes) {
        const opened = await app.app.get(Bidding).envelopeStream(bid.c, e);
        expect((await buffer(opened!.stream)).equals(bytes)).toBe(true);
      }
    }
  }, 300_000);
});
