import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The operating-system account that runs the server: PostgreSQL refuses to run as root. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

async function lookUp(name: string): Promise<ServerAccount | null> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const line = passwd.split('\n').find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid && Number(uid) !== 0 ? { uid: Number(uid), gid: Number(gid) } : null;
}

async function createAccount(): Promise<ServerAccount | null> {
  const options = [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    'postgres',
  ];
  await run('useradd', options).catch(() => undefined);
  return lookUp('postgres');
}

/**
 * Null for a normal user: the server then runs as that user. For root: whoever owns the cluster already, else
 * `postgres`, made when it is missing, else `nobody` (a container image without useradd).
 */
export async function serverAccount(clusterDir: string): Promise<ServerAccount | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(clusterDir).catch(() => null);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const account = (await lookUp('postgres')) ?? (await createAccount()) ?? (await lookUp('nobody'));
  if (!account)
    throw new Error('root cannot run PostgreSQL and there is no postgres or nobody account to run it as');
  return account;
}

/** Whether `account` may go through every folder above `path` (and into it, if it is a folder that is there). */
export async function canReach(account: ServerAccount, path: string): Promise<boolean> {
  for (let at = resolve(path); ; at = dirname(at)) {
    const entry = await stat(at).catch(() => null);
    if (entry && !mayEnter(account, entry)) return false;
    if (at === dirname(at)) return true;
  }
}

function mayEnter(account: ServerAccount, entry: { uid: number; gid: number; mode: number }): boolean {
  if (entry.uid === account.uid) return (entry.mode & 0o100) !== 0;
  if (entry.gid === account.gid) return (entry.mode & 0o010) !== 0;
  return (entry.mode & 0o001) !== 0;
}
