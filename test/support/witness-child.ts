/**
 * A witness in a process of its own that kills itself (SIGKILL) the `COUNT`th time that it passes POINT: `FOLDER VKEY
 * POINT COUNT`. Says its address on stdout.
 */
import { SystemClock, installFaultHook } from '#kernel';
import { parseVkey } from '#trust';
import { serveWitness } from '../../apps/witness/src/serve-witness.ts';

const [folder = '', vkey = '', point = '', count = ''] = process.argv.slice(2);
const witness = await serveWitness({
  folder,
  name: 'witness.example/killed',
  host: '127.0.0.1',
  port: 0,
  logs: [parseVkey(vkey)],
  clock: new SystemClock(),
  warn: () => undefined,
});
let passed = 0;
installFaultHook((at) => {
  if (at === point && ++passed === Number(count)) process.kill(process.pid, 'SIGKILL');
});
process.stdout.write(`${witness.url}\n`);
