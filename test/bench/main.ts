/**
 * `npm run bench -- NAME…`: runs test/bench/NAME.bench.ts against the build and prints JSON lines
 * {name, value, unit, baseline, ratio}. Every baseline is measured in the same run.
 */
import { access } from 'node:fs/promises';

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** In the same unit; null where the number stands alone. */
  readonly baseline: number | null;
  /** value / baseline for speeds, baseline / value for times and sizes: more is better. */
  readonly ratio: number | null;
}
export type Emit = (measurement: Measurement) => void;

interface Bench {
  run(emit: Emit): Promise<void>;
}

const names = process.argv.slice(2);
if (names.length === 0 || names.some((name) => !/^[a-z]+$/.test(name))) {
  process.stderr.write('usage: npm run bench -- seal|intake|open|opening|api|browser|hall|draw\n');
  process.exit(2);
}
for (const name of names) {
  const file = new URL(`./${name}.bench.ts`, import.meta.url);
  await access(file);
  const bench = (await import(file.href)) as Bench;
  await bench.run((measurement) => process.stdout.write(`${JSON.stringify(measurement)}\n`));
}
