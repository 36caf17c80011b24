import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Stops the server of a run, which is nobody's child any more, and removes everything that the run made. */
export async function clear(dir) {
  const state = await readFile(join(dir, 'server', 'postgres.json'), 'utf8').catch(() => null);
  if (state) {
    const { clusterDir } = JSON.parse(state);
    const lines = (await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    const pid = Number(lines[0]);
    const ours = pid > 0 && lines[1] === clusterDir && isAlive(pid);
    // SIGQUIT: nothing of this cluster is needed any more.
    if (ours) process.kill(pid, 'SIGQUIT');
    for (let waited = 0; ours && isAlive(pid) && waited < 10_000; waited += 20) await sleep(20);
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

export default async function tearDown() {
  const dir = process.env.GLASSHALL_TEST_DIR;
  if (!dir) return;
  delete process.env.GLASSHALL_TEST_DIR;
  await clear(dir);
}
