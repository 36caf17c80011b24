/**
 * A process that appends and sequences until it is killed: `DATABASE_URL BLOBS SEED POINT`. It kills itself (SIGKILL) the
 * second time that it passes POINT, and says on stdout what the platform would have acknowledged by then.
 */
import { createDataSource, TypeormUnitOfWork } from '#persistence';
import { installFaultHook } from '#kernel';
import { FileBlobStore } from '#storage';
import { openLog, randomHash, testIdentity } from './log-bench.ts';

const [url = '', folder = '', seed = '', point = ''] = process.argv.slice(2);
const say = (what: string, value: unknown) => process.stdout.write(`${what} ${JSON.stringify(value)}\n`);

const source = createDataSource({ url, schemas: [], poolSize: 4 });
await source.initialize();
const log = openLog(new TypeormUnitOfWork(source), await FileBlobStore.open(folder), testIdentity(seed));
let passed = 0;
installFaultHook((at) => {
  if (at === point && ++passed === 2) process.kill(process.pid, 'SIGKILL');
});
for (let round = 0; round < 50; round++) {
  const hashes = Array.from({ length: 1 + (round % 4) }, randomHash);
  for (const hash of hashes) {
    await log.append(hash);
    say('appended', hash);
  }
  await log.settle();
  for (const hash of hashes) say('receipt', await log.read.receipt(hash));
}
say('survived', point);
process.exit(3);
