#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { SystemClock } from '#kernel';
import { TrustError, parseVkey } from '#trust';
import { serveWitness } from './serve-witness.ts';

const USAGE = `usage: npm run witness -- --name NAME [--folder DIR] [--host HOST] [--port PORT] [--log VKEY]…

  --name    how people know this witness, as a URL without scheme; fixed at the first start
  --folder  its key and what it has cosigned (.glasshall-witness)
  --host    127.0.0.1
  --port    2025
  --log     the verifier key of a log to be witnessed; kept in the folder's file "logs", which may be edited
`;

const out = (text: string): void => void process.stdout.write(`${text}\n`);
const warn = (text: string): void => void process.stderr.write(`${text}\n`);

function options() {
  const { values } = parseArgs({
    options: {
      name: { type: 'string' },
      folder: { type: 'string', default: '.glasshall-witness' },
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '2025' },
      log: { type: 'string', multiple: true, default: [] },
    },
  });
  const { name, folder, host, port, log } = values;
  if (name === undefined || !/^\d{1,5}$/.test(port)) return null;
  return { name, folder, host, port: Number(port), logs: log.map((vkey) => parseVkey(vkey)) };
}

async function main(): Promise<void> {
  const given = options();
  if (!given) throw new TypeError('a name is needed, and a port is a number');
  const witness = await serveWitness({ ...given, clock: new SystemClock(), warn });
  out(`Witness ${given.name} is up: ${witness.url}`);
  out(`  key     ${witness.vkey}`);
  out(`  folder  ${given.folder}`);
  const stop = () => void witness.close().then(() => process.exit(0));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  const usage = error instanceof TypeError || (error instanceof TrustError && error.code === 'NOTE.KEY');
  warn(`${error instanceof Error ? error.message : String(error)}${usage ? `\n\n${USAGE}` : ''}`);
  process.exit(1);
});
