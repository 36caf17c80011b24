import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';

/**
 * Starts the worker thread `name` (its file without extension, beside the module whose `import.meta.url` is `base`).
 * From a build this is the compiled file; from the sources (tests, benchmarks) the thread gets the same swc
 * settings through test/support/typescript.mjs.
 */
export function startThread(base: string, name: string, options: WorkerOptions = {}): Worker {
  // The parent's own flags (a loader, an inspector) are nothing that a thread of built code needs.
  if (!base.endsWith('.ts')) return new Worker(new URL(`${name}.js`, base), { ...options, execArgv: [] });
  const loader = new URL('../../../../test/support/typescript.mjs', import.meta.url).href;
  return new Worker(new URL(`${name}.ts`, base), {
    ...options,
    execArgv: ['--conditions=source', '--import', loader],
  });
}
