import { mkdtemp, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Plain JavaScript: Jest does not transform ES modules outside of its workers. The server itself is started by the
// first test that asks for a database (test/support/test-database.ts); the other workers adopt it.
export default async function setUp() {
  if (process.env.GLASSHALL_TEST_DIR) return;
  const dir = await mkdtemp(join(tmpdir(), 'glasshall-test-'));
  await chmod(dir, 0o711);
  process.env.GLASSHALL_TEST_DIR = dir;
}
