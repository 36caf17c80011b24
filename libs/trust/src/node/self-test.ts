import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { TrustError } from '../encoding/index.ts';
import type { OpenedOriginal } from '../package/ports.ts';
import { selfTestBid } from '../package/self-test-bid.ts';
import type { SelfTestReport } from '../package/self-test-bid.ts';
import { openerOf } from './open-package.ts';
import { readPackage, readSecrets } from './package-folder.ts';

export type { SelfTestReport } from '../package/self-test-bid.ts';

/**
 * Re-opens the package by road A in this process and compares every file with its original; road B is proved by the
 * dealings' own check. Never throws for a package that is bad: the report says why.
 */
export const selfTestHere = (folder: string): Promise<SelfTestReport> =>
  selfTestBid(async () => ({
    records: await readPackage(folder),
    secrets: await readSecrets(folder),
    opener: openerOf(folder),
    original: ({ path, original }) =>
      original === null ? Promise.resolve(null) : openOriginal(original, path),
  }));

async function openOriginal(file: string, path: string): Promise<OpenedOriginal> {
  const handle = await open(file, 'r').catch(() => {
    throw new TrustError('SEAL.ORIGINAL_MISSING', { path });
  });
  return {
    size: (await handle.stat()).size,
    read: async (into, at) => (await handle.read(into, 0, into.length, at)).bytesRead,
    close: () => handle.close(),
  };
}

/**
 * The self-test in a fresh process, so that nothing of the sealing's memory can help it: only what is on disk.
 * Throws only where the process could not run at all.
 */
export async function selfTest(folder: string): Promise<SelfTestReport> {
  const fromSource = import.meta.url.endsWith('.ts');
  const script = fileURLToPath(new URL(`./self-test.process.${fromSource ? 'ts' : 'js'}`, import.meta.url));
  const loader = new URL('../../../../test/support/typescript.mjs', import.meta.url).href;
  const flags = fromSource ? ['--conditions=source', '--import', loader] : [];
  const child = spawn(process.execPath, [...flags, script, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code !== 0) throw new Error(`the self-test process ended with ${String(code)}: ${err.slice(0, 2000)}`);
  return JSON.parse(out) as SelfTestReport;
}
