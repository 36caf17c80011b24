import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Points of programs that are not the platform's: the bidder's own (sealing, opening a package), whose kill at every
 * point is in libs/trust/src/node/seal-package.spec.ts, and the witness's, in test/integration/witness-kill.spec.ts.
 */
const CLIENT = /^(seal|open|cli|trustee|witness)\./;

/** Moments of one durable write (libs/storage/src/file/durable-file.ts), under the name that its caller gives. */
const TEMPLATE = /faultPoint\(`\$\{faults\}\.([a-z0-9.-]+)`\)/g;
const NAMED = /faultPoint\(\s*'([a-z0-9.-]+)'/g;
const GIVEN = /\bfaults: '([a-z0-9.-]+)'/g;

/** Every fault point of the platform, as the sources name them. */
export function serverFaultPoints(): string[] {
  const sources = ['apps', 'libs']
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  const all = (pattern: RegExp) =>
    sources.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
  const moments = all(TEMPLATE);
  const durable = all(GIVEN).flatMap((prefix) => moments.map((moment) => `${prefix}.${moment}`));
  const points = [...new Set([...all(NAMED), ...durable])].filter((point) => !CLIENT.test(point));
  const calls = sources.join('').match(/\bfaultPoint\(/g)?.length ?? 0;
  // A call that neither pattern reads would be a point that nobody ever kills at.
  const read = all(NAMED).length + moments.length + 1;
  if (calls !== read) throw new Error(`${calls - read} calls of faultPoint are spelled in a new way`);
  return points.sort();
}
