import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgres } from '#persistence';
import { hashText } from '#trust';
import { parseConfig } from '../../apps/platform/src/config.ts';
import { createApp } from '../../apps/platform/src/create-app.ts';
import type { Platform } from '../../apps/platform/src/create-app.ts';
import { receiptOf, sealBid, submitBid } from '../support/story/bidding.ts';
import type { Acknowledged } from '../support/story/bidding.ts';
import { until } from '../support/story/caller.ts';
import { downloadEvidence, problemsOf, verifyFile } from '../support/story/evidence.ts';
import { runOpening, signOpeningRecord, viewOpening } from '../support/story/opening.ts';
import { makeRoster, trustRoster } from '../support/story/roster.ts';
import { SMALL_BIDDERS } from '../support/story/small-story.ts';
import { beginStory, bidOf } from '../support/story/story.ts';
import type { Story } from '../support/story/story.ts';

const MIB = 2 ** 20;

let dir: string;
let server: EmbeddedPostgres;
let platform: Platform;
let url: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'glasshall-killed-'));
  await chmod(dir, 0o711);
  server = await EmbeddedPostgres.start(join(dir, 'server'));
  platform = await createApp(
    parseConfig({
      NODE_ENV: 'test',
      PORT: '0',
      LOG_LEVEL: 'silent',
      RATE_LIMIT_PER_ADDRESS: '1000000',
      RATE_LIMIT_PER_SESSION: '1000000',
      DATA_DIR: join(dir, 'app'),
      DEMO: 'true',
      DATABASE_URL: server.url('app'),
      MIGRATION_DATABASE_URL: server.url('owner'),
    }),
  );
  await platform.app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(platform.app.getHttpServer().address() as { port: number }).port}`;
}, 120_000);
afterAll(async () => {
  await platform.close();
  await server.release();
  await rm(dir, { recursive: true, force: true });
});

/** The postmaster is killed and started again, at least once, for as long as `work` takes. Returns how often. */
async function whileKilled<T>(pauseMs: number, work: () => Promise<T>): Promise<{ value: T; kills: number }> {
  const working = { over: false };
  let kills = 0;
  const killing = (async () => {
    while (kills === 0 || !working.over) {
      await sleep(pauseMs);
      const pid = await server.pid();
      if (pid !== null) process.kill(pid, 'SIGKILL');
      while ((await server.pid()) !== null) await sleep(10);
      await server.restart();
      kills++;
      // A server that dies faster than anything can be done proves nothing.
      await sleep(pauseMs * 2);
    }
  })();
  try {
    return { value: await work(), kills };
  } finally {
    working.over = true;
    await killing;
  }
}

async function losses({ people, lot, trust, visitor, witness }: Story, bids: readonly Acknowledged[]) {
  const view = await viewOpening(visitor, lot.lotId);
  const closed = new Map(view.close?.record.accepted.map((bid) => [bid.c, bid]));
  const lost: string[] = closed.size === bids.length ? [] : [`CLOSE lists ${closed.size} bids`];
  for (const [at, bid] of bids.entries()) {
    const listed = closed.get(bid.c);
    if (listed?.arrivedAt !== bid.arrival.record.arrivedAt) lost.push(`${bid.c}: not listed as it arrived`);
    if (listed?.storedAt !== bid.receipt.stored?.record.storedAt) lost.push(`${bid.c}: stored otherwise`);
    const owner = people.bidders[at];
    const now = owner && (await receiptOf(owner, bid));
    if (!now?.log) lost.push(`${bid.c}: not in the log`);
    else if (hashText('arrival', now.arrival) !== hashText('arrival', bid.arrival))
      lost.push(`${bid.c}: another receipt`);
    if (now?.log) witness.note(now.log.checkpoint);
  }
  lost.push(...(await witness.contradictions()));
  const report = await verifyFile(
    await downloadEvidence(visitor, lot.lotId, join(dir, 'evidence.zip')),
    trust,
  );
  return [...lost, ...(report.verdict === 'holds' ? [] : problemsOf(report))];
}

it('a database that is killed during uploads, CLOSE and the opening costs nothing that was acknowledged', async () => {
  const roster = await makeRoster(SMALL_BIDDERS);
  await trustRoster(platform.app, roster);
  const story = await beginStory({ url, patienceMs: 60_000 }, roster, { biddingMs: 45_000, waits: 30 });
  const { people, lot, visitor } = story;
  const packs = await Promise.all(
    people.bidders.map((who, at) =>
      sealBid(who, lot, dir, bidOf(`5${at}00000.00`, 9 * MIB)).then((pack) => ({ who, pack })),
    ),
  );
  const taken = await whileKilled(150, () =>
    Promise.all(packs.map(({ who, pack }) => submitBid(who, lot, pack))),
  );
  const closing = await whileKilled(700, () =>
    until('CLOSE', async () => ((await viewOpening(visitor, lot.lotId)).close ? true : null)),
  );
  const opening = await whileKilled(700, async () => {
    await runOpening(people, lot, [1, 3, 5]);
    await signOpeningRecord(people, lot);
  });
  story.witness.stop();
  expect(await losses(story, taken.value)).toEqual([]);
  for (const { kills } of [taken, closing, opening]) expect(kills).toBeGreaterThan(0);
  expect(story.witness.checkpoints).toBeGreaterThan(3);
}, 300_000);
