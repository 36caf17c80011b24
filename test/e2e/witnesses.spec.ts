import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '#kernel';
import { edPublicKey, formatVkey } from '#trust';
import type { NoteKey } from '#trust';
import { serveWitness } from '../../apps/witness/src/serve-witness.ts';
import type { RunningWitness } from '../../apps/witness/src/serve-witness.ts';
import { loggedReceipt } from '../support/story/bidding.ts';
import { until } from '../support/story/caller.ts';
import { downloadEvidence, problemsOf, verifyFile } from '../support/story/evidence.ts';
import { viewOpening } from '../support/story/opening.ts';
import { beginSmallStory, finishSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';
import { serverTime } from '../support/story/tender.ts';

const ORIGIN = 'witnessed.example/log';

let folder = '';
let log: NoteKey;
let one: RunningWitness;
let two: RunningWitness;
let small: SmallStory;

const start = (name: string, port = 0): Promise<RunningWitness> =>
  serveWitness({
    folder: join(folder, name),
    name: `${name}.example`,
    host: '127.0.0.1',
    port,
    logs: [log],
    clock: new SystemClock(),
    warn: () => undefined,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasshall-witnesses-'));
  const secret = new Uint8Array(randomBytes(32));
  const keyFile = join(folder, 'log.key');
  await writeFile(keyFile, secret, { mode: 0o600 });
  log = { name: ORIGIN, publicKey: edPublicKey(secret) };
  [one, two] = [await start('one'), await start('two')];
  small = await beginSmallStory(30_000, [0, 1, 2], {
    LOG_ORIGIN: ORIGIN,
    LOG_KEY_FILE: keyFile,
    WITNESSES: [one, two].map(({ vkey, url }) => `${vkey} ${url}`).join(';'),
    WITNESS_QUORUM: '2',
  });
}, 120_000);
afterAll(async () => {
  await small.close();
  await Promise.all([one.close(), two.close()]);
  await rm(folder, { recursive: true, force: true });
});

it('a tender that asks for two witnesses is closed, opened and proved under their signatures alone', async () => {
  const { story, folder: files } = small;
  const { trust, people, lot, visitor } = story;
  expect(trust).toMatchObject({ q: 2, log: formatVkey(log) });
  expect(lot.lotKey).toMatchObject({ q: 2, witnesses: [{ name: 'one.example' }, { name: 'two.example' }] });
  const [bidder, bid] = [people.bidders[0], small.bids[0]];
  if (!bidder || !bid) throw new Error('the story has bids');
  const { log: receipt } = await loggedReceipt(bidder, bid);
  // The log's own signature, and two beside it.
  expect(receipt.checkpoint.match(/^— /gm)).toHaveLength(3);

  // One of them is away: nothing is lost, and there is no CLOSE, however long the deadline has passed.
  const port = Number(new URL(two.url).port);
  await two.close();
  await until('the deadline and its margin', async () =>
    (await serverTime(visitor, lot.lotId)) > lot.deadline + 4_000 ? true : null,
  );
  expect(await viewOpening(people.seats.agency, lot.lotId)).toMatchObject({ state: 'waiting', close: null });

  two = await start('two', port);
  await finishSmallStory(small);
  const file = await downloadEvidence(visitor, lot.lotId, join(files, 'evidence.zip'));
  const report = await verifyFile(file, trust);
  expect(problemsOf(report)).toEqual([]);
  expect(report.checks.find(({ id }) => id === 'V04')).toMatchObject({ state: 'holds' });

  // Whoever pinned other witnesses believes none of it.
  const stranger = { name: 'stranger.example', publicKey: edPublicKey(new Uint8Array(32).fill(5)) };
  const elsewhere = await verifyFile(file, { ...trust, q: 1, witnesses: [stranger] });
  expect(problemsOf(elsewhere).map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    'V04 EVIDENCE.WITNESS_UNPINNED log/checkpoint',
    'V04 EVIDENCE.WITNESS_UNPINNED close.json',
  ]);
}, 240_000);
