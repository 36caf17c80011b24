import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Stops the server of this run, which is nobody's child any more, and removes everything that the run made. */
export default async function tearDown() {
  const dir = process.env.GLASSHALL_TEST_DIR;
  if (!dir) return;
  delete process.env.GLASSHALL_TEST_DIR;
  const state = await readFile(join(dir, 'server', 'postgres.json'), 'utf8').catch(() => null);
  if (state) {
    const pidFile = join(JSON.parse(state).clusterDir, 'postmaster.pid');
    const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
    // SIGQUIT: nothing of this cluster is needed any more.
    if (pid > 0 && alive(pid)) process.kill(pid, 'SIGQUIT');
    for (let waited = 0; pid > 0 && alive(pid) && waited < 10_000; waited += 20) await sleep(20);
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}
