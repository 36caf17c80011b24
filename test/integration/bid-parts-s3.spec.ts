import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { Client } from 'minio';
import { Bidding } from '#bidding';
import { BlobNotFoundError, S3BlobStore } from '#storage';
import { SweepUploads } from '../../libs/bidding/src/application/end-uploads.ts';
import { createIntakeApp } from '../support/intake-app.ts';
import type { IntakeApp, IntakeLot } from '../support/intake-app.ts';
import { IntakeClient } from '../support/intake-client.ts';
import { makeBid, PART } from '../support/sealed-bid.ts';

const endpoint = process.env['S3_ENDPOINT'];
if (!endpoint) process.stderr.write('LEFT OUT: the intake on S3 (S3_ENDPOINT is not set)\n');

(endpoint ? describe : describe.skip)('the intake on S3, in a bucket with object lock', () => {
  const bucket = `intake-${randomBytes(6).toString('hex')}`;
  const [accessKey, secretKey] = [process.env['S3_ACCESS_KEY'] ?? '', process.env['S3_SECRET_KEY'] ?? ''];
  let app: IntakeApp;
  let lot: IntakeLot;
  let client: IntakeClient;
  let s3: Client;

  beforeAll(async () => {
    const url = new URL(endpoint ?? 'http://unused');
    const useSSL = url.protocol === 'https:';
    s3 = new Client({ endPoint: url.hostname, port: Number(url.port), useSSL, accessKey, secretKey });
    await s3.makeBucket(bucket, 'us-east-1', { ObjectLocking: true });
    const blobs = new S3BlobStore({
      endpoint: endpoint ?? '',
      accessKey,
      secretKey,
      region: 'us-east-1',
      bucket,
    });
    app = await createIntakeApp({ blobs });
    lot = await app.addLot();
    client = new IntakeClient(app, app.session('s3'));
  });
  afterAll(() => app.close());

  it('stores parts that come at once, refuses a wrong root, and keeps the bytes under lock', async () => {
    const bid = makeBid(lot.lotKey, { payload: { E1: 10 * 2 ** 20 } });
    const told = await client.commit(lot.lotId, bid.raw);
    const token = String(told.body['uploadToken']);
    await client.upload(bid, token, ['E1']);
    await client.part(bid.c, 'E1', 0, randomBytes(PART), token);
    expect((await client.part(bid.c, 'E1', 1, bid.part('E1', 1), token)).code).toBe('BIDDING.ROOT_MISMATCH');
    const again = await Promise.all([0, 1].map((n) => client.part(bid.c, 'E1', n, bid.part('E1', n), token)));
    expect(again.map(({ status }) => status)).toEqual([200, 200]);
    expect((await client.show(bid.c, token)).body['state']).toBe('stored');
    const opened = await app.app.get(Bidding).envelopeStream(bid.c, 'E1');
    expect((await buffer(opened!.stream)).equals(bid.bytes.get('E1')!)).toBe(true);
    const { rows } = await app.owner('SELECT object_key FROM bidding.envelope WHERE c = $1', [
      Buffer.from(bid.c, 'base64url'),
    ]);
    for (const { object_key: key } of rows as { object_key: string }[]) {
      const { versionId } = await s3.statObject(bucket, key);
      await expect(s3.removeObject(bucket, key, { versionId: versionId ?? '' })).rejects.toThrow();
    }
  });

  it('sweeps orphans, and no upload that an envelope names', async () => {
    const bid = makeBid(lot.lotKey, { payload: { E1: 10 * 2 ** 20 } });
    const told = await client.commit(lot.lotId, bid.raw);
    const token = String(told.body['uploadToken']);
    await client.part(bid.c, 'E1', 0, bid.part('E1', 0), token);
    const orphan = await app.blobs.beginUpload('bids/orphan');
    await app.app.get(SweepUploads).run(-60_000);
    await expect(app.blobs.putPart(orphan, 1, randomBytes(10), 10)).rejects.toThrow(BlobNotFoundError);
    const shown = await client.show(bid.c, token);
    expect(shown.body['missing']).toContainEqual({ e: 'E1', n: 1 });
    await client.part(bid.c, 'E1', 1, bid.part('E1', 1), token);
    await client.upload(bid, token, ['E1']);
    expect((await client.show(bid.c, token)).body['state']).toBe('stored');
    const opened = await app.app.get(Bidding).envelopeStream(bid.c, 'E1');
    expect((await buffer(opened!.stream)).equals(bid.bytes.get('E1')!)).toBe(true);
  });

  it('gives one receipt to parts that race for the last place', async () => {
    const bid = makeBid(lot.lotKey);
    const told = await client.commit(lot.lotId, bid.raw);
    const token = String(told.body['uploadToken']);
    await client.upload(bid, token, ['E1']);
    const race = await Promise.all(
      [1, 2, 3].map(() => client.part(bid.c, 'E1', 0, bid.part('E1', 0), token)),
    );
    expect(race.every(({ status }) => status === 200 || status === 503)).toBe(true);
    expect((await client.show(bid.c, token)).body['state']).toBe('stored');
    expect((await client.part(bid.c, 'E1', 0, bid.part('E1', 0), token)).status).toBe(200);
  });
});
