import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { binariesFor, PUBLIC_PARENTS, publicFolder } from './binaries.ts';
import { canReach, serverAccount } from './server-account.ts';
import type { ServerAccount } from './server-account.ts';

/** `<dataDir>/postgres.json`, 0600: where the cluster is and the passwords of its roles. */
export interface ClusterState {
  /** The PGDATA folder. */
  readonly clusterDir: string;
  readonly port: number;
  readonly passwords: { readonly superuser: string; readonly owner: string; readonly app: string };
}

const password = (): string => randomBytes(24).toString('base64url');

export const statePath = (dataDir: string): string => join(dataDir, 'postgres.json');

export async function readState(dataDir: string): Promise<ClusterState | null> {
  const text = await readFile(statePath(dataDir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : (JSON.parse(text) as ClusterState);
}

export async function writeState(dataDir: string, state: ClusterState): Promise<void> {
  const draft = `${statePath(dataDir)}.${process.pid}`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(state, null, 2));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, statePath(dataDir));
}

/** Where a new cluster goes: beside the other data, or, where the server's account cannot enter, outside. */
async function placeFor(dataDir: string, account: ServerAccount | null): Promise<string> {
  // The server's account must pass through; what is private in here (keys, state) has its own mode.
  await mkdir(dataDir, { recursive: true });
  if (account) await chmod(dataDir, 0o711);
  if (!account || (await canReach(account, dataDir))) return join(dataDir, 'postgres');
  for (const candidate of PUBLIC_PARENTS) {
    const parent = await publicFolder(candidate);
    // A random name: a removed data folder must not find the old cluster again under new keys.
    if (parent && (await canReach(account, parent)))
      return join(parent, `cluster-${randomBytes(6).toString('hex')}`, 'postgres');
  }
  throw new Error(`the server's account can enter neither ${dataDir} nor ${PUBLIC_PARENTS.join(' nor ')}`);
}

const isCluster = async (dir: string): Promise<boolean> =>
  (await stat(join(dir, 'PG_VERSION')).catch(() => null)) !== null;

/**
 * The cluster of `dataDir`, made if there is none. An initdb that was cut off leaves no state file, so its remains are
 * cleared and it begins anew.
 */
export async function prepareCluster(
  dataDir: string,
  port: number,
  initdb: (binary: string, args: readonly string[], account: ServerAccount | null) => Promise<void>,
): Promise<ClusterState> {
  const known = await readState(dataDir);
  if (known) {
    if (await isCluster(known.clusterDir)) return known;
    throw new Error(`${statePath(dataDir)} names a database at ${known.clusterDir} that is not there`);
  }
  const account = await serverAccount(join(dataDir, 'postgres'));
  const clusterDir = await placeFor(dataDir, account);
  const state = {
    clusterDir,
    port,
    passwords: { superuser: password(), owner: password(), app: password() },
  };
  await rm(clusterDir, { recursive: true, force: true });
  await mkdir(dirname(clusterDir), { recursive: true, mode: 0o755 });
  await mkdir(clusterDir, { mode: 0o700 });
  if (account) await chown(clusterDir, account.uid, account.gid);
  const passwordFile = `${clusterDir}.password`;
  await writeFile(passwordFile, state.passwords.superuser, { mode: 0o600 });
  try {
    if (account) await chown(passwordFile, account.uid, account.gid);
    const binaries = await binariesFor(account);
    const auth = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    const args = [`--pgdata=${clusterDir}`, '--encoding=UTF8', '--locale=C.UTF-8', ...auth];
    await initdb(binaries.initdb, args, account);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await writeState(dataDir, state);
  return state;
}
