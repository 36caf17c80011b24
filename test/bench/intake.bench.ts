/**
 * 50 bids uploaded at once, from the first part to the signed receipt that all is stored, against a bare server that
 * takes the same bytes as one request a bid. Both in processes of their own, rounds in turn.
 */
import { rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LotKey } from '#trust';
import setUp from '../support/global-setup.mjs';
import tearDown from '../support/global-teardown.mjs';
import { makeBid, PART } from '../support/sealed-bid.ts';
import type { SealedBid } from '../support/sealed-bid.ts';
import { round2, withFolder } from './bulk.ts';
import type { Emit } from './main.ts';
import { agentOf, median, send, start } from './process.ts';
import type { Running } from './process.ts';

const UPLOADS = 50;
/** Two: every round is fifty new bids of one account, and an account may send 120 an hour. */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 2);
const PAYLOAD = Number(process.env['BENCH_BID_MIB'] ?? 16) * 2 ** 20;

interface Intake {
  readonly url: string;
  readonly token: string;
  readonly lotId: string;
  readonly lotKey: LotKey;
}

const agent = agentOf(UPLOADS);
const bytesOf = (bids: readonly SealedBid[]) =>
  bids.reduce((sum, bid) => sum + [...bid.bytes.values()].reduce((all, one) => all + one.length, 0), 0);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

const headersOf = ({ token }: Intake) => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/octet-stream',
});

async function commit(intake: Intake, bid: SealedBid): Promise<string> {
  const url = `${intake.url}/api/v1/lots/${intake.lotId}/bids`;
  const answer = await send(agent, url, { method: 'POST', headers: headersOf(intake), body: bid.raw });
  return (JSON.parse(answer) as { uploadToken: string }).uploadToken;
}

async function upload(intake: Intake, bid: SealedBid, uploadToken: string): Promise<void> {
  let last = '';
  for (const [e, bytes] of bid.bytes)
    for (let n = 0; n * PART < bytes.length; n++)
      last = await send(agent, `${intake.url}/api/v1/bids/${bid.c}/envelopes/${e}/parts/${n}`, {
        method: 'PUT',
        headers: { ...headersOf(intake), 'upload-token': uploadToken },
        body: bid.part(e, n),
      });
  if ((JSON.parse(last) as { stored: unknown }).stored === null) throw new Error('the bid is not stored');
}

interface Cost {
  /** Until the last answer. */
  readonly seconds: number;
  /** Of the server's process: does not depend on what else the machine does. */
  readonly cpuSeconds: number;
}

async function cost(server: Running<unknown>, work: () => Promise<unknown>): Promise<Cost> {
  const cpu = async () => {
    const { user, system } = (await server.ask('usage')) as NodeJS.CpuUsage;
    return (user + system) / 1e6;
  };
  const before = await cpu();
  const seconds = await timed(work);
  return { seconds, cpuSeconds: (await cpu()) - before };
}

async function bareRound(folder: string, bids: readonly SealedBid[]): Promise<Cost> {
  await mkdir(folder);
  const bare = await start<{ port: number }>('bare-intake', folder);
  const bodies = bids.map((bid) => Buffer.concat([...bid.bytes.values()]));
  const url = `http://127.0.0.1:${bare.ready.port}/`;
  const spent = await cost(bare, () =>
    Promise.all(bodies.map((body) => send(agent, url, { method: 'PUT', body }))),
  );
  await bare.stop();
  rmSync(folder, { recursive: true });
  return spent;
}

async function round(intake: Running<Intake>, bids: readonly SealedBid[]) {
  let tokens: string[] = [];
  const commits = await timed(async () => {
    tokens = await Promise.all(bids.map((bid) => commit(intake.ready, bid)));
  });
  const uploads = await cost(intake, () =>
    Promise.all(bids.map((bid, i) => upload(intake.ready, bid, tokens[i] ?? ''))),
  );
  return { commits, uploads };
}

interface Figures {
  readonly speed: number[];
  readonly cpu: number[];
}

function note(figures: Figures, megabytes: number, { seconds, cpuSeconds }: Cost): void {
  figures.speed.push(megabytes / seconds);
  figures.cpu.push(megabytes / cpuSeconds);
}

export async function run(emit: Emit): Promise<void> {
  await setUp();
  try {
    await withFolder(async (folder) => {
      const intake = await start<Intake>('platform-intake');
      const mine: Figures = { speed: [], cpu: [] };
      const base: Figures = { speed: [], cpu: [] };
      const commits: number[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        const bids = Array.from({ length: UPLOADS }, () =>
          makeBid(intake.ready.lotKey, { payload: { E1: PAYLOAD } }),
        );
        const megabytes = bytesOf(bids) / 1e6;
        note(base, megabytes, await bareRound(join(folder, `bare-${i}`), bids));
        const spent = await round(intake, bids);
        note(mine, megabytes, spent.uploads);
        commits.push(UPLOADS / spent.commits);
      }
      await intake.stop();
      for (const [what, unit] of [
        ['speed', 'MB/s'],
        ['cpu', 'MB per CPU second of the server'],
      ] as const) {
        const [value, baseline] = [median(mine[what]), median(base[what])];
        const name = `intake.${UPLOADS}-uploads.${what}`;
        emit({
          name,
          value: round2(value),
          unit,
          baseline: round2(baseline),
          ratio: round2(value / baseline),
        });
      }
      emit({
        name: `intake.${UPLOADS}-commitments`,
        value: round2(median(commits)),
        unit: '1/s',
        baseline: null,
        ratio: null,
      });
    });
  } finally {
    agent.destroy();
    await tearDown();
  }
}
