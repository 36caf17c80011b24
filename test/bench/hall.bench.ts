/**
 * An event of the opening hall to five hundred viewers of one process: from the request to say it (transaction, NOTIFY,
 * one read) to the last viewer's hand, against a bare HTTP server that writes the same bytes; and what a viewer costs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { HallViewerClient } from '../support/hall.ts';
import { round2 } from './bulk.ts';
import type { Emit } from './main.ts';
import { start } from './process.ts';
import type { Running } from './process.ts';
import { withTestServer } from './test-server.ts';

const VIEWERS = Number(process.env['BENCH_VIEWERS'] ?? 500);
const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 40);

interface Hall {
  readonly url: string;
  readonly lotId: string;
}
interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
}

async function crowd({ url, lotId }: Hall): Promise<HallViewerClient[]> {
  const viewers: HallViewerClient[] = [];
  for (let n = 0; n < VIEWERS; n += 50) {
    const some = Array.from({ length: Math.min(50, VIEWERS - n) }, () => HallViewerClient.watch(url, lotId));
    viewers.push(...(await Promise.all(some)));
  }
  return viewers;
}

/** Milliseconds to the last viewer, of each event. */
async function latencies(server: Running<Hall>, viewers: readonly HallViewerClient[]): Promise<number[]> {
  const found: number[] = [];
  for (let n = 1; n <= EVENTS; n++) {
    const from = performance.now();
    await server.ask('event');
    while (!viewers.every(({ events }) => events.length >= n)) await sleep(2);
    found.push(Math.max(...viewers.map(({ lastAt }) => lastAt)) - from);
  }
  return found;
}

const at = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

export async function run(emit: Emit): Promise<void> {
  await withTestServer(async () => {
    const bare = await start<Hall>('bare-hall');
    const base = await latencies(bare, await crowd(bare.ready));
    await bare.stop();
    const hall = await start<Hall>('hall');
    const empty = (await hall.ask('memory')) as Memory;
    const viewers = await crowd(hall.ready);
    const mine = await latencies(hall, viewers);
    const full = (await hall.ask('memory')) as Memory;
    for (const viewer of viewers) {
      if (viewer.seqs.some((seq, n) => seq !== n + 1)) throw new Error('an event came twice, or never');
    }
    await hall.stop();
    for (const [name, share] of [
      ['median', 0.5],
      ['p95', 0.95],
    ] as const) {
      const [value, baseline] = [at(mine, share), at(base, share)];
      const ratio = round2(baseline / value);
      const label = `hall.${VIEWERS}-viewers.last-${name}`;
      emit({ name: label, value: round2(value), unit: 'ms', baseline: round2(baseline), ratio });
    }
    const mib = (bytes: number): number => round2(bytes / 1024 / 1024);
    const memory = { unit: 'MiB', ratio: null };
    emit({ name: 'hall.process.rss', value: mib(full.rss), baseline: mib(empty.rss), ...memory });
    const perViewer = round2((full.rss - empty.rss) / VIEWERS / 1024);
    emit({ name: 'hall.rss-per-viewer', value: perViewer, unit: 'KiB', baseline: null, ratio: null });
  });
}
