import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** The kernel's start time of a process, so that a reused pid is not taken for the old process; '' where unknown. */
function startedTicks(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** `pid start-ticks`: names one process of this boot. */
export const identityOf = (pid: number): string => `${pid} ${startedTicks(pid)}`.trim();

/** True while the process that wrote this identity runs. A zombie has ended. */
export function isRunning(identity: string): boolean {
  const pid = Number(identity.split(' ')[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return false;
  return identityOf(pid) === identity.trim() && !isZombie(pid);
}

export function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

const readIdentity = async (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** Runs `work` while no other live process runs under the same lock file; a dead holder's lock is taken over. */
export async function withLockFile<T>(path: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const mine = identityOf(process.pid);
  for (let waited = 0; ; waited += 50) {
    try {
      await writeFile(path, mine, { flag: 'wx', mode: 0o644 });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readIdentity(path);
    if (holder !== '' && !isRunning(holder)) await stealLock(path, holder);
    else if (waited >= timeoutMs) throw new Error(`${path} is held by process ${holder || 'unknown'}`);
    else await sleep(50);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** Renames first: of several processes that see the same dead holder only one removes this very file. */
async function stealLock(path: string, holder: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readIdentity(aside)) === holder) await rm(aside, { force: true });
  else await rename(aside, path).catch(() => undefined);
}
