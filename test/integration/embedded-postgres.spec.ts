import { execFileSync, spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from '#persistence';
import { binariesFor, packagedBinaries } from '../../libs/persistence/src/embedded/binaries.ts';
import { serverAccount } from '../../libs/persistence/src/embedded/server-account.ts';

const repository = resolve(import.meta.dirname, '../..');
let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'glasshall-pg-'));
  await chmod(parent, 0o711);
});
afterEach(() => rm(parent, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A real process that starts the server of `dataDir`, says its pid and port, and waits. */
async function startElsewhere(
  dataDir: string,
): Promise<{ kill: (signal: NodeJS.Signals) => Promise<void>; port: number }> {
  const program = `
    const { EmbeddedPostgres } = await import('#persistence');
    const server = await EmbeddedPostgres.start(process.argv[1]);
    process.on('SIGTERM', () => server.release().then(() => process.exit(0)));
    console.log('PORT ' + server.port);
    setInterval(() => {}, 1000);`;
  const flags = ['--conditions=source', '--import', './test/support/typescript.mjs', '--input-type=module'];
  const child = spawn(process.execPath, [...flags, '-e', program, dataDir], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((found, failed) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const said = /PORT (\d+)\n/.exec(text)?.[1];
      if (said) found(Number(said));
    });
    child.once('exit', (code) => failed(new Error(`ended with ${code}: ${text}`)));
  });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  return {
    port,
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
}

describe('embedded PostgreSQL', () => {
  it('keeps what was committed over a stop and a start, with fsync on, in UTF-8', async () => {
    const first = await EmbeddedPostgres.start(parent);
    const url = first.url('owner');
    await query(url, 'CREATE TABLE kept (t text)');
    await query(url, `INSERT INTO kept VALUES ('招标')`);
    const [settings] = await query(
      url,
      `SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages,
         current_setting('synchronous_commit') AS commit, current_setting('server_encoding') AS encoding,
         (SELECT datcollate FROM pg_database WHERE datname = current_database()) AS collate`,
    );
    expect(settings).toEqual({
      fsync: 'on',
      pages: 'on',
      commit: 'on',
      encoding: 'UTF8',
      collate: 'C.UTF-8',
    });
    expect((await stat(join(parent, 'postgres.json'))).mode & 0o777).toBe(0o600);
    await first.release();
    expect(await first.pid()).toBeNull();
    const second = await EmbeddedPostgres.start(parent);
    expect(await query(second.url('owner'), 'SELECT t FROM kept')).toEqual([{ t: '招标' }]);
    await second.release();
  });

  it('refuses a wrong password and a network that is not this machine', async () => {
    const server = await EmbeddedPostgres.start(parent);
    const forged = server.url('app').replace(/:[^:@]+@/, ':guess@');
    await expect(query(forged, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    const [row] = await query(server.url('superuser'), 'SHOW listen_addresses');
    expect(row).toEqual({ listen_addresses: '127.0.0.1' });
    await server.release();
  });

  it('adopts the server that a killed process left behind, and stops it in the end', async () => {
    const killed = await startElsewhere(parent);
    await killed.kill('SIGKILL');
    const server = await EmbeddedPostgres.start(parent);
    expect(server.port).toBe(killed.port);
    expect(await server.isOwner()).toBe(true);
    expect(await query(server.url('app'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.release();
    expect(await server.pid()).toBeNull();
  });

  it('leaves a server to the live process that started it', async () => {
    const owner = await startElsewhere(parent);
    const guest = await EmbeddedPostgres.start(parent);
    expect(guest.port).toBe(owner.port);
    expect(await guest.isOwner()).toBe(false);
    await guest.release();
    expect(await query(guest.url('app'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await owner.kill('SIGTERM');
    expect(await guest.pid()).toBeNull();
  });

  it('recovers from a server that was killed itself, with its pid file left', async () => {
    const server = await EmbeddedPostgres.start(parent);
    await query(server.url('owner'), 'CREATE TABLE kept AS SELECT 7 AS n');
    process.kill((await server.pid()) ?? 0, 'SIGKILL');
    while ((await server.pid()) !== null) await new Promise((done) => setTimeout(done, 20));
    const again = await EmbeddedPostgres.start(parent);
    expect(await query(again.url('owner'), 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await again.release();
  });

  it('starts a dead server again on the same port while it supervises', async () => {
    const server = await EmbeddedPostgres.start(parent);
    const errors: unknown[] = [];
    server.supervise((error) => errors.push(error));
    const pid = (await server.pid()) ?? 0;
    process.kill(pid, 'SIGKILL');
    for (let i = 0; i < 200; i++) {
      const now = await server.pid();
      if (now !== null && now !== pid) break;
      await new Promise((done) => setTimeout(done, 50));
    }
    let answer: unknown = null;
    for (let i = 0; i < 100 && answer === null; i++)
      answer = await query(server.url('app'), 'SELECT 1 AS one').catch(async () => {
        await new Promise((done) => setTimeout(done, 50));
        return null;
      });
    expect(answer).toEqual([{ one: 1 }]);
    expect(errors).toEqual([]);
    await server.release();
  });

  it('lets several processes start at once: one server, one owner', async () => {
    const all = await Promise.all([
      startElsewhere(parent),
      startElsewhere(parent),
      EmbeddedPostgres.start(parent),
    ]);
    const [a, b, here] = all;
    expect(new Set([a.port, b.port, here.port]).size).toBe(1);
    await a.kill('SIGKILL');
    await b.kill('SIGKILL');
    const last = await EmbeddedPostgres.start(parent);
    expect(await last.isOwner()).toBe(true);
    await last.release();
  });
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write('LEFT OUT: embedded PostgreSQL below a folder of root (this is no root)\n');

(isRoot ? describe : describe.skip)('embedded PostgreSQL as root', () => {
  it('works below a folder that only root may enter', async () => {
    const closed = join(parent, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const dataDir = join(closed, 'clone', '.glasshall');
    const server = await EmbeddedPostgres.start(dataDir);
    try {
      expect(await query(server.url('app'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      const state = JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8')) as {
        clusterDir: string;
      };
      expect(state.clusterDir.startsWith(closed)).toBe(false);
      expect((await stat(state.clusterDir)).mode & 0o777).toBe(0o700);
      expect((await stat(state.clusterDir)).uid).not.toBe(0);
      await server.release();
      await rm(dirname(state.clusterDir), { recursive: true, force: true });
    } finally {
      await server.release();
    }
  });

  it('runs programs that the server account cannot reach from a copy', async () => {
    const account = await serverAccount(join(parent, 'none'));
    if (!account) throw new Error('root needs an account for the server');
    const packaged = await packagedBinaries();
    const native = join(parent, 'closed', 'native');
    await mkdir(join(parent, 'closed'), { mode: 0o700 });
    await cp(packaged.native, native, { recursive: true, verbatimSymlinks: true });
    const { postgres } = await binariesFor(
      account,
      Promise.resolve({ native, version: `test-${process.pid}` }),
    );
    try {
      expect(postgres.startsWith(parent)).toBe(false);
      const said = execFileSync(postgres, ['--version'], { ...account, encoding: 'utf8' });
      expect(said).toMatch(/^postgres \(PostgreSQL\) 18/);
    } finally {
      await rm(dirname(dirname(postgres)), { recursive: true, force: true });
    }
  });
});
