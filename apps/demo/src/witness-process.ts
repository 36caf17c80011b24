import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = fileURLToPath(new URL('../../witness/src/main.js', import.meta.url));
const START_LIMIT_MS = 30_000;

/** A witness of the log as another body would run it: a process, a folder and a key of its own. */
export class WitnessProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly vkey: string,
  ) {}

  /** @param log the verifier key of the log that it witnesses */
  static async start(name: string, folder: string, log: string): Promise<WitnessProcess> {
    await mkdir(folder, { recursive: true });
    const args = ['--name', name, '--folder', folder, '--port', '0', '--log', log];
    const child = spawn(process.execPath, ['--enable-source-maps', MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out = createWriteStream(join(folder, 'witness.log'), { flags: 'a' });
    let said = '';
    child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
    child.stdout.pipe(out, { end: false });
    child.stderr.pipe(out, { end: false });
    for (let waited = 0; waited < START_LIMIT_MS && child.exitCode === null; waited += 50) {
      const [, url] = / is up: (\S+)\n/.exec(said) ?? [];
      const [, vkey] = /\n +key +(\S+)\n/.exec(said) ?? [];
      if (url !== undefined && vkey !== undefined) return new WitnessProcess(child, url, vkey);
      await sleep(50);
    }
    child.kill('SIGKILL');
    throw new Error(`the witness ${name} does not start: see ${folder}/witness.log`);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}
