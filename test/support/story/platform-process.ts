import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ENTRY = join(ROOT, 'dist/apps/platform/src/main.js');

const newest = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .reduce((at, entry) => Math.max(at, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);

/** Builds where the sources are newer than the build: a fault test of yesterday's platform proves nothing. */
export function ensureBuilt(): void {
  const built = statSync(ENTRY, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built > Math.max(newest(join(ROOT, 'apps')), newest(join(ROOT, 'libs')))) return;
  const nest = join(ROOT, 'node_modules/.bin/nest');
  const { status, stderr } = spawnSync(nest, ['build', 'platform'], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`nest build failed: ${stderr}`);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface PlatformHome {
  readonly dataDir: string;
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** A data folder, a port and an environment that stay the same over all restarts. */
export async function platformHome(extra: Readonly<Record<string, string>> = {}): Promise<PlatformHome> {
  const dataDir = await mkdtemp(join(tmpdir(), 'glasshall-story-'));
  const port = await freePort();
  const environment = {
    NODE_ENV: 'test',
    PORT: String(port),
    PUBLIC_URL: `http://localhost:${port}`,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'trace',
    RATE_LIMIT_PER_ADDRESS: '100000000',
    RATE_LIMIT_PER_SESSION: '100000000',
    // So that stories of a minute see a seed shown.
    LOG_DAY_MS: '5000',
    ...extra,
  };
  const remove = () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  return { dataDir, url: `http://127.0.0.1:${port}`, environment, remove };
}

/** The real platform as a child process, killed and started again at will. */
export class PlatformProcess {
  private child: ChildProcess | null = null;
  /** Standard output and error of all lives, trace level. */
  readonly logPath: string;

  constructor(readonly home: PlatformHome) {
    this.logPath = join(home.dataDir, 'platform.out');
  }

  get running(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  launch(extra: Readonly<Record<string, string>> = {}): void {
    const out = openSync(this.logPath, 'a');
    this.child = spawn(process.execPath, ['--enable-source-maps', ENTRY], {
      cwd: this.home.dataDir,
      env: { PATH: process.env['PATH'] ?? '', ...this.home.environment, ...extra },
      stdio: ['ignore', out, out],
    });
    closeSync(out);
  }

  /** Resolves when /health answers; false when the process ended before. */
  async ready(timeoutMs = 90_000): Promise<boolean> {
    for (let waited = 0; waited < timeoutMs; waited += 50) {
      if (!this.running) return false;
      const answer = await fetch(`${this.home.url}/health`).catch(() => null);
      if (answer?.ok) return true;
      await sleep(50);
    }
    throw new Error(`the platform does not come up: ${this.lastWords()}`);
  }

  /** Signal or exit code that ended this life. */
  async ended(): Promise<string> {
    const { child } = this;
    if (!child) throw new Error('never launched');
    if (this.running) await new Promise((resolve) => child.once('exit', resolve));
    return child.signalCode ?? String(child.exitCode);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.running) this.child?.kill(signal);
    await this.ended();
  }

  /** Ends the embedded database's postmaster, and with it all of its processes. */
  async killDatabase(signal: NodeJS.Signals): Promise<void> {
    const state = JSON.parse(await readFile(join(this.home.dataDir, 'postgres.json'), 'utf8')) as {
      clusterDir: string;
    };
    const file = await readFile(join(state.clusterDir, 'postmaster.pid'), 'utf8').catch(() => '');
    const pid = Number(file.split('\n')[0]);
    if (!(pid > 1)) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    for (let waited = 0; waited < 20_000 && alive(pid); waited += 20) await sleep(20);
  }

  /** Ends platform and database in good order. */
  async stop(): Promise<void> {
    if (this.running) await this.kill('SIGTERM');
    await this.killDatabase('SIGQUIT').catch(() => undefined);
  }

  lastWords(): string {
    return readFileSync(this.logPath, 'utf8').slice(-3000);
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}
