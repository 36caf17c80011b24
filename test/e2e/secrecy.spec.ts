import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import {
  b64u,
  bidLabel,
  combineShares,
  envelopeContext,
  envelopeKey,
  keyOfSecretPoint,
  makeShares,
  hashText,
  systemRandom,
} from '#trust';
import type { Commit, Dealing } from '#trust';
import { MemorySink, openEnvelopeFile, sealedFileOf } from '#trust/node';
import { MarkerSearch } from '../support/marker-search.ts';
import { sealBid, submitBid } from '../support/story/bidding.ts';
import type { Acknowledged, BidPlan } from '../support/story/bidding.ts';
import { ensureBuilt, platformHome, PlatformProcess } from '../support/story/platform-process.ts';
import type { PlatformHome } from '../support/story/platform-process.ts';
import { installPlatform, makeRoster } from '../support/story/roster.ts';
import type { Roster } from '../support/story/roster.ts';
import { databaseRows, runSql, stateFiles } from '../support/story/server-state.ts';
import { beginStory } from '../support/story/story.ts';
import type { Story } from '../support/story/story.ts';

/** In every secret place: text that nobody else would write, and prices that nobody else would ask. */
const MARKER = `Zq7${randomBytes(12).toString('hex')}`;
const PRICES = ['4173926.58', '5028417.39', '6391750.24'];
const search = new MarkerSearch([MARKER, ...PRICES]);

const planOf = (price: string): BidPlan => ({
  price,
  sheet: { manager: `${MARKER} manager`, quality: `${MARKER} quality` },
  files: [
    { path: `technical/${MARKER}-method.txt`, bytes: Buffer.from(`${MARKER} night work `.repeat(400)) },
    { path: 'commercial/priced.txt', bytes: Buffer.from(`total ${price}, ${MARKER}\n`.repeat(50)) },
  ],
});

let home: PlatformHome;
let platform: PlatformProcess;
let roster: Roster;
let story: Story;
let bids: readonly Acknowledged[];
let workFolder: string;
beforeAll(async () => {
  ensureBuilt();
  workFolder = await mkdtemp(join(tmpdir(), 'glasshall-secret-bids-'));
  home = await platformHome();
  // The platform's temporary files are part of its state.
  await mkdir(join(home.dataDir, 'tmp'));
  platform = new PlatformProcess(home);
  roster = await makeRoster(['甲建设有限公司', '乙建设有限公司', '丙建设有限公司']);
  await installPlatform(home.environment, roster);
  platform.launch({ TMPDIR: join(home.dataDir, 'tmp'), LOG_LEVEL: 'trace' });
  if (!(await platform.ready())) throw new Error(platform.lastWords());
  // An hour: whatever happens here happens before the deadline.
  const tender = { biddingMs: 3_600_000, waits: 1 };
  story = await beginStory({ url: home.url, patienceMs: 10_000 }, roster, tender);
  bids = await Promise.all(
    story.people.bidders.map(async (bidder, at) => {
      const pack = await sealBid(bidder, story.lot, workFolder, planOf(PRICES[at] ?? ''));
      return submitBid(bidder, story.lot, pack);
    }),
  );
}, 240_000);
afterAll(async () => {
  story.witness.stop();
  await platform.stop();
  await home.remove();
  await rm(workFolder, { recursive: true, force: true });
}, 60_000);

describe('the search itself', () => {
  const samples: [string, Buffer][] = [
    ['plain', Buffer.from(`x${MARKER}x`)],
    ['UTF-16 little endian', Buffer.from(`x${MARKER}x`, 'utf16le')],
    ['UTF-16 big endian', Buffer.from(`x${MARKER}x`, 'utf16le').swap16()],
    ['hex', Buffer.from(Buffer.from(`x${MARKER}x`).toString('hex'))],
    ...[0, 1, 2].map((n): [string, Buffer] => [
      `base64 behind ${n} bytes`,
      Buffer.from(Buffer.from(`${'x'.repeat(n)}${MARKER}xyz`).toString('base64')),
    ]),
    ['base64url', Buffer.from(Buffer.from(`>>>???${MARKER}>>>`).toString('base64url'))],
    [
      'gzip in the middle of a file',
      Buffer.concat([randomBytes(999), gzipSync(`${MARKER} text`), randomBytes(99)]),
    ],
    [
      'zlib in the middle of a file',
      Buffer.concat([randomBytes(999), deflateSync(`${MARKER} text`), randomBytes(99)]),
    ],
    ['a compressed archive entry', zipEntry(Buffer.from(`${MARKER} text`.repeat(9)))],
    ['gzip of base64', gzipSync(Buffer.from(`${MARKER}`).toString('base64'))],
  ];

  it('finds a marker in every form, wherever it is planted, and a price in a table', async () => {
    const folder = join(home.dataDir, 'planted');
    await mkdir(folder);
    for (const [at, [, bytes]] of samples.entries()) await writeFile(join(folder, String(at)), bytes);
    await runSql(home, `CREATE TABLE public.planted AS SELECT '${PRICES[0]}'::text AS price`);
    const rows = (await databaseRows(home)).map(({ row }) => row).join('\n');
    expect(search.in(Buffer.from(rows)).map(({ marker }) => marker)).toEqual([PRICES[0]]);
    const found = new Map<string, string[]>();
    for await (const { name, bytes } of stateFiles(home))
      found.set(
        name,
        search.in(bytes).map(({ marker }) => marker),
      );
    const missed = samples.filter((_, at) => !found.get(join(folder, String(at)))?.includes(MARKER));
    expect(missed.map(([name]) => name)).toEqual([]);
    const tables = [...found].filter(([name, markers]) => name.includes('/base/') && markers.length > 0);
    expect(tables.length).toBeGreaterThan(0);
    await rm(folder, { recursive: true });
    await runSql(home, 'DROP TABLE public.planted');
    // What was dropped stays in the WAL: the search below looks for the other prices.
    PRICES.shift();
  }, 200_000);
});

function zipEntry(content: Buffer): Buffer {
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 0, 'latin1');
  header.writeUInt16LE(8, 8);
  header.writeUInt16LE(5, 26);
  return Buffer.concat([header, Buffer.from('a.txt'), deflateRawSync(content)]);
}

describe('before the opening', () => {
  it('no table, blob, log, temporary file, key file or database file holds a word of any bid', async () => {
    const secret = new MarkerSearch([MARKER, ...PRICES]);
    const rows = (await databaseRows(home)).map(({ row }) => row).join('\n');
    expect(rows.length).toBeGreaterThan(10_000);
    expect(secret.in(Buffer.from(rows))).toEqual([]);
    const found: string[] = [];
    let total = 0;
    for await (const { name, bytes } of stateFiles(home)) {
      total += bytes.length;
      found.push(...secret.in(bytes).map((one) => `${name}: ${one.encoding}, ${one.packed}`));
    }
    expect(found).toEqual([]);
    expect(total).toBeGreaterThan(20_000_000);
  }, 300_000);

  it('no row and no log line names an account beside a commitment', async () => {
    const rows = await databaseRows(home);
    const people = rows.filter(({ table }) => table === 'parties.person').map(({ row }) => row.slice(1, 37));
    expect(people.length).toBeGreaterThanOrEqual(8);
    const holders = roster.bidders.flatMap(({ certificate: { fingerprint, holder } }) => [
      ...names(fingerprint),
      holder.creditCode ?? '-',
      holder.organisation ?? '-',
    ]);
    const accounts = [...holders, ...people];
    const lines = (await readFile(platform.logPath, 'utf8')).split('\n');
    expect(lines.length).toBeGreaterThan(200);
    const places = [
      ...rows.map(({ table, row }) => ({ table, row })),
      ...lines.map((row) => ({ table: 'log', row })),
    ];
    const beside: string[] = [];
    for (const { c } of bids)
      for (const { table, row } of places.filter((place) =>
        names(c).some((name) => place.row.includes(name)),
      ))
        if (accounts.some((account) => row.includes(account))) beside.push(table);
    expect(beside).toEqual([]);
    // The commitments are there to be found, only not with anybody's name.
    expect(rows.some(({ row }) => names(bids[0]?.c ?? '').some((name) => row.includes(name)))).toBe(true);
    expect(rows.some(({ row }) => row.includes('甲建设有限公司'))).toBe(true);
    expect(lines.filter((line) => bids.some(({ c }) => line.includes(c)))).toEqual([]);
  }, 60_000);

  it('no metric counts the bids of a lot or names one', async () => {
    const metrics = Buffer.from(await story.visitor.bytes('GET', '/metrics')).toString();
    expect(metrics).toContain('http_');
    for (const word of [story.lot.lotId, ...bids.map(({ c }) => c)]) expect(metrics).not.toContain(word);
  });

  it('shows nobody that a bid is there: not the opening, not the log’s receipts', async () => {
    const view = await story.visitor.get<{ bids: object[] }>(`/lots/${story.lot.lotId}/opening`);
    expect(view.bids).toEqual([]);
    await expect(story.visitor.get(`/lots/${story.lot.lotId}/opening/commits`)).rejects.toMatchObject({
      code: 'OPENING.NOT_CLOSED',
    });
    for (const { c } of bids)
      await expect(story.visitor.get(`/log/receipts/${c}`)).rejects.toMatchObject({ status: 404 });
  });
});

/** A SHA-256 as records write it and as PostgreSQL does. */
const names = (hash: string): string[] => [hash, Buffer.from(b64u.decode(hash)).toString('hex')];

describe('whoever holds the whole server and trustees’ keys', () => {
  const pairs = [0, 1, 2, 3, 4].flatMap((a) => [0, 1, 2, 3, 4].filter((b) => b > a).map((b) => [a, b]));
  const triples = pairs.flatMap(([a = 0, b = 0]) =>
    [0, 1, 2, 3, 4].filter((c) => c > b).map((c) => [a, b, c]),
  );

  function sharesOf(commit: Commit, dealing: Dealing, seats: readonly number[]) {
    const head = { lotKeyHash: commit.lotKeyHash, close: hashText('test', {}), adds: [] };
    const { stage, audience } = dealing;
    const targets = [{ c: hashText('commit', commit), type: 'bid' as const, dealing }];
    return seats.map((seat) => {
      const x = story.lot.secrets[seat] ?? 0n;
      const { shares } = makeShares({ ...head, stage, audience, i: seat + 1 }, targets, x, systemRandom);
      return { i: seat + 1, D: shares[0]?.D ?? '' };
    });
  }

  /** The sheet's text; an error where the key is not the right one. */
  async function openSheet({ pack }: Acknowledged, seats: readonly number[], k: number): Promise<string> {
    const dealing = pack.commit.dealings.find(({ stage, audience }) => stage === 1 && audience === 'public');
    const envelope = pack.commit.envelopes.find(({ e }) => e === 'E0');
    if (!dealing || !envelope) throw new Error('a COMMIT without a sheet');
    const label = bidLabel(pack.commit, 1, 'public');
    const K = keyOfSecretPoint(combineShares(sharesOf(pack.commit, dealing, seats), k), label);
    const sink = new MemorySink();
    await openEnvelopeFile({
      e: 'E0',
      key: envelopeKey(K, 'E0'),
      context: envelopeContext(label, 'E0'),
      source: { file: sealedFileOf(pack.folder, 'E0') },
      root: b64u.decode(envelope.root),
      length: envelope.length,
      sink,
    });
    return Buffer.from(sink.files.get('opening-sheet.json') ?? new Uint8Array()).toString();
  }

  it('opens nothing with two of them, whichever two', async () => {
    const [bid] = bids;
    if (!bid) throw new Error('no bid');
    expect(pairs).toHaveLength(10);
    for (const pair of pairs) {
      await expect(openSheet(bid, pair, 3)).rejects.toMatchObject({ code: 'SHARE.TOO_FEW' });
      // Whoever leaves the check out of his program gets a point, and the wrong key.
      await expect(openSheet(bid, pair, 2)).rejects.toMatchObject({
        code: expect.stringMatching(/^SEAL\./) as string,
      });
    }
  }, 60_000);

  it('opens with three of them, whichever three, to the same content', async () => {
    const [bid] = bids;
    if (!bid) throw new Error('no bid');
    expect(triples).toHaveLength(10);
    for (const triple of triples) expect(await openSheet(bid, triple, 3)).toContain(`${MARKER} manager`);
  }, 60_000);
});
