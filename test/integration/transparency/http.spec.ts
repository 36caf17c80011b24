import { UnitOfWork } from '#persistence';
import {
  b64u,
  blindedLeaf,
  decodeEntries,
  hashText,
  leafHash,
  openCheckpoint,
  parseVkey,
  rootFromTiles,
  tilePath,
} from '#trust';
import type { DaySeed } from '#trust';
import type { TrustFile } from '../../../libs/transparency/src/application/transparency.ts';
import { Transparency } from '#transparency';
import { randomHash } from '../../support/log-bench.ts';
import { createTestApp } from '../../support/test-app.ts';
import type { TestApp } from '../../support/test-app.ts';

let test: TestApp;
let transparency: Transparency;
let unitOfWork: UnitOfWork;

beforeAll(async () => {
  test = await createTestApp({ LOG_TICK_MS: '200', LOG_BATCH: '128', LOG_DAY_MS: '86400000' });
  transparency = test.app.get(Transparency);
  unitOfWork = test.app.get(UnitOfWork);
});
afterAll(async () => {
  await test.close();
});

const get = (path: string) => fetch(`${test.url}${path}`);
const bytesOf = async (path: string) => new Uint8Array(await (await get(path)).arrayBuffer());

const logged = async (published: boolean, n = 1): Promise<string[]> => {
  const hashes = Array.from({ length: n }, randomHash);
  await unitOfWork.run(async (tx) => {
    for (const hash of hashes) await transparency.append(tx, hash, { published });
  });
  for (const hash of hashes) await transparency.waitForLog(hash, 20_000);
  return hashes;
};

describe('the log over HTTP', () => {
  it('serves a checkpoint that the key in the trust file signed', async () => {
    const { log, origin }: TrustFile = await transparency.trustFile();
    const vkey = await (await get('/log/vkey')).text();
    expect(vkey).toBe(`${log}\n`);
    const answer = await get('/log/checkpoint');
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(openCheckpoint(await answer.text(), parseVkey(log)).origin).toBe(origin);
  });

  it('serves tiles and bundles from which the signed root follows (C2SP tlog-tiles)', async () => {
    await logged(false, 300);
    const { log } = await transparency.trustFile();
    const checkpoint = openCheckpoint(await (await get('/log/checkpoint')).text(), parseVkey(log));
    const root = await rootFromTiles(checkpoint.size, (tile) => bytesOf(`/log/${tilePath(tile)}`));
    expect(Buffer.from(root)).toEqual(Buffer.from(checkpoint.root));
    const full = await get('/log/tile/entries/000');
    expect(full.headers.get('content-type')).toBe('application/octet-stream');
    expect(full.headers.get('cache-control')).toContain('immutable');
    const entries = decodeEntries(new Uint8Array(await full.arrayBuffer()), 256);
    const tile = await bytesOf('/log/tile/0/000');
    for (const [i, entry] of entries.entries())
      expect(Buffer.from(leafHash(entry))).toEqual(Buffer.from(tile.subarray(i * 32, i * 32 + 32)));
  });

  it.each([
    '/log/tile/0/001/',
    '/log/tile/0/00',
    '/log/tile/0/x000/001',
    '/log/tile/00/000',
    '/log/tile/0/000.p/256',
    '/log/tile/0/000.p/0',
    '/log/tile/0/900',
    '/log/tile/63/000',
    '/log/tile/64/000',
    '/log/tile/entries/900.p/1',
    '/log/tile/0/..%2f..%2fkeys',
    '/log/tile/9007199254740993/000',
  ])('has nothing at %s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('names every seed of its dummies, each promised in the log, and shows none of the day that runs', async () => {
    const answer = await get('/api/v1/log/seeds?limit=2');
    const { items, nextCursor } = JSON.parse(await answer.text()) as {
      items: { record: DaySeed; seed: string | null }[];
      nextCursor: string;
    };
    expect(items.map(({ record, seed }) => [record.number, seed])).toEqual([
      [0, null],
      [1, null],
    ]);
    const rest = await get(`/api/v1/log/seeds?limit=2&cursor=${nextCursor}`);
    expect(((await rest.json()) as typeof answer & { items: object[] }).items).toHaveLength(1);
    for (const { record } of items)
      expect((await get(`/api/v1/log/receipts/${hashText('day-seed', record)}`)).status).toBe(200);
  });

  it('gives the receipt of a published record to anyone, and of no other', async () => {
    const [open = ''] = await logged(true);
    const [closed = ''] = await logged(false);
    const answer = await get(`/api/v1/log/receipts/${open}`);
    expect(answer.status).toBe(200);
    const receipt = (await answer.json()) as { blind: string; subject: string };
    expect(receipt).toEqual(await transparency.logReceipt(open));
    expect(blindedLeaf(b64u.decode(open), b64u.decode(receipt.blind))).toHaveLength(32);
    for (const hash of [closed, randomHash()]) {
      const refused = await get(`/api/v1/log/receipts/${hash}`);
      expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
        404,
        'TRANSPARENCY.RECEIPT_UNKNOWN',
      ]);
    }
    expect((await get('/api/v1/log/receipts/short')).status).toBe(400);
    await unitOfWork.run((tx) => transparency.publish(tx, [closed]));
    expect((await get(`/api/v1/log/receipts/${closed}`)).status).toBe(200);
  });

  it('refuses evidence of an unknown lot, and the full evidence without permission', async () => {
    const lot = '8c0f8a56-6f5a-4c1e-9df0-0a3f9b1b2c3d';
    const code = async (path: string) => {
      const answer = await get(path);
      return [answer.status, ((await answer.json()) as { code: string }).code];
    };
    expect(await code(`/api/v1/lots/${lot}/evidence`)).toEqual([404, 'TRANSPARENCY.EVIDENCE_UNKNOWN']);
    expect(await code(`/api/v1/lots/${lot}/evidence?audience=auditor`)).toEqual([
      403,
      'TRANSPARENCY.EVIDENCE_RESTRICTED',
    ]);
    expect((await get(`/api/v1/lots/${lot}/evidence?audience=all`)).status).toBe(400);
    expect((await get('/api/v1/lots/none/evidence')).status).toBe(400);
  });

  it('says in /health that the log has stopped', async () => {
    expect((await get('/health')).status).toBe(200);

    await test.database.dataSource.query(
      "INSERT INTO transparency.halt (reason, facts) VALUES ('test', '{}'::jsonb)",
    );
    const answer = await get('/health');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ parts: { log: 'down', database: 'up' } });
    const hash = randomHash();
    await unitOfWork.run((tx) => transparency.append(tx, hash));
    expect(await transparency.waitForLog(hash, 1000)).toBeNull();
    await test.database.dataSource.query('UPDATE transparency.halt SET cleared_at = clock_timestamp()');
    expect(await transparency.waitForLog(hash, 20_000)).not.toBeNull();
  });
});
