import { chmod, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clear, isAlive } from './global-teardown.mjs';

const PREFIX = 'glasshall-test-';

/** A run that was killed left its server and its folder behind: ours to clear, if we may and it is surely dead. */
async function clearKilledRuns() {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const dir = join(tmpdir(), name);
    const pid = Number(await readFile(join(dir, 'run.pid'), 'utf8').catch(() => ''));
    if (pid > 0 && !isAlive(pid)) await clear(dir).catch(() => undefined);
  }
}

// Plain JavaScript: Jest does not transform ES modules outside of its workers. The server itself is started by the
// first test that asks for a database (test/support/test-database.ts); the other workers adopt it.
export default async function setUp() {
  if (process.env.GLASSHALL_TEST_DIR) return;
  await clearKilledRuns();
  const dir = await mkdtemp(join(tmpdir(), PREFIX));
  await chmod(dir, 0o711);
  await writeFile(join(dir, 'run.pid'), String(process.pid));
  process.env.GLASSHALL_TEST_DIR = dir;
}
