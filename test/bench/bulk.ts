/** What the seal and open benchmarks share: the input, the memory watch, the rounds. */
import { randomFillSync } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const megabytes = Number(process.env['BENCH_MB'] ?? 300);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);

export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'glasshall-bench-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file of `mb` · 10^6 random bytes. */
export function makeFile(path: string, mb: number): void {
  const block = new Uint8Array(1_000_000);
  const file = openSync(path, 'wx');
  for (let i = 0; i < mb; i += 1) {
    randomFillSync(block);
    writeSync(file, block);
  }
  closeSync(file);
}

/** Peak resident memory above idle, in MB, while `work` runs. */
export async function peakMemory(work: () => Promise<void>): Promise<number> {
  const idle = process.memoryUsage().rss;
  let peak = idle;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 10);
  await work();
  clearInterval(watch);
  return (peak - idle) / 1e6;
}

const seconds = async (work: () => Promise<void> | void): Promise<number> => {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
};

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Runs both in turn, so that whatever else the machine does falls on both; median seconds of each. */
export async function compare(
  work: (round: number) => Promise<void>,
  baseline: () => void,
  /** After each round, not measured: what the work left on disk. */
  cleanUp: (round: number) => void,
): Promise<{ value: number; baseline: number }> {
  const mine: number[] = [];
  const base: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    base.push(await seconds(baseline));
    mine.push(await seconds(() => work(round)));
    cleanUp(round);
  }
  return { value: median(mine), baseline: median(base) };
}

export const round2 = (value: number): number => Math.round(value * 100) / 100;
