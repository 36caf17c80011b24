import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { formatVkey } from '#trust';
import { SignedLog } from '../support/signed-log.ts';

const root = resolve(import.meta.dirname, '../..');
const child = resolve(root, 'test/support/witness-child.ts');
const NEVER = 'nowhere';

let folder = '';
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasshall-witness-'));
});
afterEach(async () => {
  for (const one of children.splice(0)) one.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** A witness on the test's folder, which is killed at its `count`th pass of `point`. */
async function start(log: SignedLog, point: string, count: number) {
  const args = ['--conditions=source', '--import', './test/support/typescript.mjs', child];
  const facts = [folder, formatVkey(log.key), point, String(count)];
  const started = spawn(process.execPath, [...args, ...facts], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(started);
  const [said] = (await once(started.stdout, 'data')) as [Buffer];
  const url = said.toString().trim();
  const ended = once(started, 'exit');
  return {
    /** Null: it was killed before it answered. */
    async post(body: string): Promise<number | null> {
      try {
        return (await fetch(`${url}/add-checkpoint`, { method: 'POST', body })).status;
      } catch {
        return null;
      }
    },
    ended,
    kill: async () => {
      started.kill('SIGKILL');
      await ended;
    },
  };
}

describe('a witness that is killed while it keeps a checkpoint', () => {
  it.each([
    ['witness.file.written', 'before'],
    ['witness.file.linked', 'after'],
    ['witness.file.durable', 'after'],
  ])('at %s has answered nothing, and stands %s the checkpoint', async (point, stands) => {
    const log = new SignedLog().grow(5);
    const killed = await start(log, point, 2);
    expect(await killed.post(log.request(0))).toBe(200);
    log.grow(3);
    const fork = log.fork();
    expect(await killed.post(log.request(5))).toBeNull();
    await killed.ended;

    const again = await start(log, NEVER, 1);
    if (stands === 'after') {
      // It is on the disk: the log goes on from there, and the other history is found out.
      expect(await again.post(log.request(5))).toBe(409);
      expect(await again.post(log.request(8))).toBe(200);
      expect(await again.post(fork.request(5))).toBe(409);
      expect(await again.post(log.grow(1).request(8))).toBe(403);
    } else {
      expect(await again.post(log.request(8))).toBe(409);
      expect(await again.post(log.request(5))).toBe(200);
    }
  });

  it('has kept everything that it ever answered', async () => {
    const log = new SignedLog().grow(1);
    for (let size = 1; size <= 2; size += 1) {
      const witness = await start(log, NEVER, 1);
      expect(await witness.post(log.request(size - 1))).toBe(200);
      await witness.kill();
      log.grow(1);
    }
    const last = await start(log, NEVER, 1);
    expect(await last.post(log.request(1))).toBe(409);
    expect(await last.post(log.request(2))).toBe(200);
  });
});
