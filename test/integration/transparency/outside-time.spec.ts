import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOUR } from '#kernel';
import { b64u, CLOCK_TOLERANCE_MS, verifyOutsideTime } from '#trust';
import type { KeyType } from '#trust';
import { FileBlobStore } from '../../../libs/storage/src/file/file-blob-store.ts';
import { OutsideTimes } from '../../../libs/transparency/src/application/outside-times.ts';
import { OutsideTimeStore } from '../../../libs/transparency/src/infrastructure/outside-time-store.ts';
import { openLog, randomHash, testIdentity } from '../../support/log-bench.ts';
import type { TestLog } from '../../support/log-bench.ts';
import { describeWith } from '../../support/programs.ts';
import { createTestDatabase } from '../../support/test-database.ts';
import type { TestDatabase } from '../../support/test-database.ts';
import { POLICY, startTimeAuthority } from '../../support/time-authority.ts';
import type { Manner, TimeAuthorityServer } from '../../support/time-authority.ts';

const NAME = 'national';
/** Longer than a busy machine takes; where nothing answers, it is waited for twice. */
const TIMEOUT = 15_000;
const HANGING_TIMEOUT = 500;

describeWith('openssl', 'an outside time-stamp authority', () => {
  let database: TestDatabase;
  let dir: string;
  let log: TestLog;
  let server: TimeAuthorityServer;

  beforeEach(async () => {
    database = await createTestDatabase();
    dir = await mkdtemp(join(tmpdir(), 'outside-time-'));
    log = openLog(database.unitOfWork, await FileBlobStore.open(dir), testIdentity('outside-time'));
    await log.append(randomHash());
    await log.sequence.tick();
  });
  afterEach(async () => {
    await server.close();
    await database.close();
    await rm(dir, { recursive: true });
  });

  async function asking(keyType?: KeyType) {
    server = await startTimeAuthority(keyType);
    const { url, root } = server;
    const authority = { name: NAME, url, roots: [root], policy: POLICY };
    const settings = { authorities: [authority], intervalMs: 10_000, timeoutMs: TIMEOUT };
    const times = new OutsideTimes(database.unitOfWork, log.store, new OutsideTimeStore(), settings);
    return { authority, settings, times, ask: () => times.ask(authority) };
  }
  /** Leaves of the log: a tick adds as many as a tick adds. */
  const size = async (): Promise<number> => (await log.read.latest())?.size ?? 0;
  const kept = async (): Promise<number[]> => {
    const rows = await database.unitOfWork.run((tx) =>
      tx.query<{ apart_ms: string }>('SELECT apart_ms FROM transparency.outside_time ORDER BY id'),
    );
    return rows.map((row) => Number(row.apart_ms));
  };

  it.each<KeyType>(['ecdsa-p256', 'rsa'])(
    'stamps the log with a %s key, and its token verifies for ever',
    async (keyType) => {
      const { authority, times, ask } = await asking(keyType);
      expect(await times.covers([NAME], 0)).toBe(false);
      await ask();
      expect(await times.covers([NAME], 0)).toBe(true);
      expect(await times.covers([NAME], await size())).toBe(false);
      expect(await times.covers(['another'], 0)).toBe(false);
      const [stamp, ...more] = await times.over([NAME], [0, 0]);
      expect(more).toEqual([]);
      if (!stamp) throw new Error('no stamp');
      expect(stamp.checkpoint).toBe((await log.read.latest())?.text);
      const verified = verifyOutsideTime(b64u.decode(stamp.token), stamp.checkpoint, authority);
      expect(verified).toMatchObject({ ok: true, value: { policy: POLICY } });
    },
  );

  it('is asked once of each state of the log, whatever came in', async () => {
    const { times, ask } = await asking();
    const first = await size();
    await ask();
    await ask();
    expect(server.asked).toBe(1);
    for (let i = 0; i < 20; i++) await log.append(randomHash());
    await log.sequence.tick();
    await ask();
    await ask();
    expect(server.asked).toBe(2);
    const second = await size();
    const stamps = await times.over([NAME], [0, first, second - 1]);
    expect(stamps.map(({ checkpoint }) => Number(checkpoint.split('\n')[1]))).toEqual([first, second]);
  });

  it.each<[Manner, string, number?]>([
    ['other imprint', 'TIMESTAMP.HASH_DIFFERS'],
    ['other nonce', 'TIMESTAMP.NONCE_DIFFERS'],
    ['no nonce', 'TIMESTAMP.NONCE_DIFFERS'],
    ['other policy', 'TIMESTAMP.POLICY_DIFFERS'],
    ['garbage', 'TIMESTAMP.RESPONSE_MALFORMED'],
    ['refusal', 'TIMESTAMP.NOT_GRANTED'],
    ['huge', 'TIMESTAMP.ANSWER_TOO_LONG'],
    ['endless', 'TIMESTAMP.ANSWER_TOO_LONG'],
    ['hanging', 'TIMESTAMP.UNREACHABLE', 2],
    ['error', 'TIMESTAMP.UNREACHABLE'],
    ['redirect', 'TIMESTAMP.UNREACHABLE'],
    ['broken line', 'TIMESTAMP.UNREACHABLE', 2],
  ])(
    'with %s is dropped: nothing is kept, and the next question may be answered',
    async (manner, code, asked = 1) => {
      const { settings, times, ask } = await asking();
      server.manner = manner;
      if (manner === 'hanging') settings.timeoutMs = HANGING_TIMEOUT;
      await expect(ask()).rejects.toMatchObject({ name: 'TimeAuthorityError', authority: NAME, code });
      expect(server.asked).toBe(asked);
      expect(await kept()).toEqual([]);
      server.manner = 'honest';
      settings.timeoutMs = TIMEOUT;
      await ask();
      expect(await times.covers([NAME], 0)).toBe(true);
    },
  );

  it.each<Manner>(['an hour late', 'an hour early'])(
    '%s is kept as a disagreement, and does not count',
    async (manner) => {
      const { times, ask } = await asking();
      server.manner = manner;
      await expect(ask()).rejects.toMatchObject({ code: 'TIMESTAMP.CLOCKS_APART' });
      const [apart] = await kept();
      expect(apart).toBeGreaterThan(CLOCK_TOLERANCE_MS);
      expect(apart).toBeLessThanOrEqual(HOUR);
      expect(await times.covers([NAME], 0)).toBe(false);
      expect(await times.over([NAME], [0])).toEqual([]);
      server.manner = 'honest';
      await ask();
      expect(await times.covers([NAME], 0)).toBe(true);
      expect(await kept()).toHaveLength(2);
    },
  );

  it('that somebody else answers for is dropped', async () => {
    const { authority, times } = await asking();
    const stranger = await startTimeAuthority();
    try {
      await expect(times.ask({ ...authority, url: stranger.url })).rejects.toMatchObject({
        code: 'CERT.UNTRUSTED',
      });
      expect(await kept()).toEqual([]);
    } finally {
      await stranger.close();
    }
  });

  it('has a word that nobody takes back', async () => {
    const { ask } = await asking();
    await ask();
    for (const sql of [
      'DELETE FROM transparency.outside_time',
      'UPDATE transparency.outside_time SET size = 9',
    ])
      await expect(database.unitOfWork.run((tx) => tx.execute(sql))).rejects.toThrow();
    expect(await kept()).toHaveLength(1);
  });
});
