import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = fileURLToPath(new URL('../../platform/src/main.js', import.meta.url));
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 50_000;

/** A port that nobody listens on at this moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The built platform as a process of its own, with its own state, on a free port. */
export class PlatformProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly log: string,
  ) {}

  static async start(dataDir: string, settings: Readonly<Record<string, string>>): Promise<PlatformProcess> {
    await mkdir(dataDir, { recursive: true });
    const port = await freePort();
    const log = join(dataDir, 'platform.log');
    const url = `http://127.0.0.1:${port}`;
    const environment = {
      ...process.env,
      ...settings,
      PORT: String(port),
      PUBLIC_URL: url,
      DATA_DIR: dataDir,
    };
    const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out = createWriteStream(log, { flags: 'a' });
    child.stdout.pipe(out, { end: false });
    child.stderr.pipe(out, { end: false });
    const platform = new PlatformProcess(child, url, log);
    await platform.ready();
    return platform;
  }

  private async ready(): Promise<void> {
    for (let waited = 0; waited < START_LIMIT_MS; waited += 100) {
      if (this.child.exitCode !== null)
        throw new Error(`the platform ended with ${this.child.exitCode}: see ${this.log}`);
      const answer = await fetch(`${this.url}/health`).catch(() => null);
      if (answer?.ok) return;
      await sleep(100);
    }
    throw new Error(`the platform is not ready after ${START_LIMIT_MS / 1000} s: see ${this.log}`);
  }

  /** Ends it as an operator would, and waits until it (and its database) are gone. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await Promise.race([ended, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
  }
}
