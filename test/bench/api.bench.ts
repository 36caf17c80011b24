/** A read through the whole API (session, guards, receipts) against the same statements through bare `pg`. */
import type { LotKey } from '#trust';
import setUp from '../support/global-setup.mjs';
import tearDown from '../support/global-teardown.mjs';
import { makeBid } from '../support/sealed-bid.ts';
import { round2 } from './bulk.ts';
import type { Emit } from './main.ts';
import { agentOf, median, send, start } from './process.ts';

const CONNECTIONS = 20;
const REQUESTS = Number(process.env['BENCH_REQUESTS'] ?? 2000);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
const agent = agentOf(CONNECTIONS);

interface Intake {
  readonly url: string;
  readonly token: string;
  readonly lotId: string;
  readonly lotKey: LotKey;
  readonly databaseUrl: string;
}

/** Requests a second, `CONNECTIONS` at once. */
async function rate(url: string, headers: Record<string, string>): Promise<number> {
  const from = performance.now();
  let left = REQUESTS;
  const worker = async () => {
    while (left-- > 0) await send(agent, url, { method: 'GET', headers });
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return REQUESTS / ((performance.now() - from) / 1000);
}

export async function run(emit: Emit): Promise<void> {
  await setUp();
  try {
    const platform = await start<Intake>('platform-intake');
    const { url, token, lotId, lotKey, databaseUrl } = platform.ready;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
    const bid = makeBid(lotKey);
    const committed = await send(agent, `${url}/api/v1/lots/${lotId}/bids`, {
      method: 'POST',
      headers,
      body: bid.raw,
    });
    const { uploadToken } = JSON.parse(committed) as { uploadToken: string };
    const show = `${url}/api/v1/bids/${bid.c}`;
    const shown = { ...headers, 'upload-token': uploadToken };
    await platform.ask('statements');
    await send(agent, show, { method: 'GET', headers: shown });
    const statements = await platform.ask('statements');
    const bare = await start<{ port: number }>('bare-api', JSON.stringify({ url: databaseUrl, statements }));
    const [mine, base]: [number[], number[]] = [[], []];
    for (let i = 0; i < ROUNDS; i++) {
      base.push(await rate(`http://127.0.0.1:${bare.ready.port}/`, {}));
      mine.push(await rate(show, shown));
    }
    await bare.stop();
    await platform.stop();
    const [value, baseline] = [median(mine), median(base)];
    emit({
      name: `api.show-bid.${(statements as unknown[]).length}-statements`,
      value: round2(value),
      unit: '1/s',
      baseline: round2(baseline),
      ratio: round2(value / baseline),
    });
  } finally {
    agent.destroy();
    await tearDown();
  }
}
