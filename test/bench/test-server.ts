import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testServer } from '../support/test-database.ts';

/** The tests' own embedded PostgreSQL, for a benchmark: started for it, and gone after it. */
export async function withTestServer(use: () => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'glasshall-bench-'));
  await chmod(dir, 0o711);
  process.env['GLASSHALL_TEST_DIR'] = dir;
  try {
    await use();
  } finally {
    await (await testServer()).stop();
    await rm(dir, { recursive: true, force: true });
  }
}
