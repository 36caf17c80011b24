/** A second, real time-stamp authority: the `openssl ts -reply` program behind HTTP on the loopback address. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { addMs, DAY, HOUR, SystemClock, unwrap } from '#kernel';
import {
  createDevelopmentCa,
  createTimestampToken,
  MAX_DER_BYTES,
  OID,
  parseTimestampRequest,
  softwareSigner,
  toPem,
  writePem,
  writeTimestampRequest,
  writeTimestampResponse,
} from '#trust';
import type { Certificate, KeyType, Signer, TimestampRequest } from '#trust';
import { Workbench } from './programs.ts';

export const POLICY = '1.2.3.4';

/** How it answers; all but `honest` are what a lying or broken authority does. */
export type Manner =
  | 'honest'
  | 'other imprint'
  | 'other nonce'
  | 'no nonce'
  | 'other policy'
  | 'an hour late'
  | 'an hour early'
  | 'garbage'
  | 'huge'
  | 'endless'
  | 'hanging'
  | 'error'
  | 'refusal'
  | 'redirect'
  | 'broken line';

export interface TimeAuthorityServer {
  readonly url: string;
  readonly root: Certificate;
  manner: Manner;
  /** How many questions came. */
  asked: number;
  close(): Promise<void>;
}

const CONFIG = (policy: string) =>
  `[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_digest=sha256\ndefault_policy=${policy}\ndigests=sha256\n` +
  'ordering=no\ntsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=sha256\nclock_precision_digits=3\naccuracy=secs:1\n';

export async function startTimeAuthority(keyType: KeyType = 'ecdsa-p256'): Promise<TimeAuthorityServer> {
  const now = new SystemClock().now();
  const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 30 * DAY), keyType };
  const ca = await createDevelopmentCa({ name: 'Outside time', ...validity });
  const issued = await ca.issue({
    subject: { organisation: 'Outside' },
    ...validity,
    eku: [OID.timeStamping],
  });
  const pkcs8 = issued.pkcs8 ?? new Uint8Array();
  const signer = unwrap(await softwareSigner(pkcs8, issued.certificate, issued.chain));
  const bench = new Workbench();
  bench.write('tsa.pem', toPem([issued.certificate]));
  bench.write('tsa.key', writePem('PRIVATE KEY', pkcs8));
  bench.write('serial', '01\n');
  bench.write('honest.cnf', CONFIG(POLICY));
  bench.write('other.cnf', CONFIG('1.8.7'));
  const server = createServer((request, response) => {
    state.asked += 1;
    void answer(state, request, response, bench, signer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const state: TimeAuthorityServer = {
    url: `http://127.0.0.1:${port}/tsa`,
    root: ca.certificate,
    manner: 'honest',
    asked: 0,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      bench.remove();
    },
  };
  return state;
}

function byProgram(bench: Workbench, query: Uint8Array, config = 'honest.cnf'): Uint8Array {
  bench.write('query.tsq', query);
  bench.run(
    ...(['openssl', 'ts', '-reply', '-config', config, '-queryfile', 'query.tsq'] as const),
    ...(['-signer', 'tsa.pem', '-inkey', 'tsa.key', '-out', 'reply.tsr'] as const),
  );
  return bench.read('reply.tsr');
}

async function answer(
  { manner }: TimeAuthorityServer,
  request: IncomingMessage,
  response: ServerResponse,
  bench: Workbench,
  signer: Signer,
): Promise<void> {
  const bytes = new Uint8Array(await buffer(request));
  const query = unwrap(parseTimestampRequest(bytes));
  const reply = (body: Uint8Array): void => {
    response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(Buffer.from(body));
  };
  const changed = (change: Partial<TimestampRequest>) => writeTimestampRequest({ ...query, ...change });
  switch (manner) {
    case 'honest':
      return reply(byProgram(bench, bytes));
    case 'other imprint':
      return reply(byProgram(bench, changed({ hash: new Uint8Array(32).fill(1) })));
    case 'other nonce':
      return reply(byProgram(bench, changed({ nonce: new Uint8Array(16).fill(7) })));
    case 'no nonce':
      return reply(byProgram(bench, changed({ nonce: null })));
    case 'other policy':
      return reply(byProgram(bench, changed({ policy: null }), 'other.cnf'));
    case 'an hour late':
      return reply(await skewed(query, signer, HOUR));
    case 'an hour early':
      return reply(await skewed(query, signer, -HOUR));
    case 'refusal':
      return reply(byProgram(bench, changed({ policy: '2.6.6' })));
    case 'garbage':
      return reply(new TextEncoder().encode('<html>maintenance</html>'));
    case 'huge':
      return reply(new Uint8Array(MAX_DER_BYTES + 1));
    case 'endless':
      return endless(response);
    case 'hanging':
      return;
    case 'error':
      return void response.writeHead(503).end();
    case 'redirect':
      return void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
    case 'broken line':
      return void response.destroy();
  }
}

/** openssl has no clock to set: the same key through our own writer. Far off, as the question itself takes its time. */
async function skewed(
  { hash, policy, nonce }: TimestampRequest,
  signer: Signer,
  ms: number,
): Promise<Uint8Array> {
  const time = addMs(new SystemClock().now(), ms);
  return writeTimestampResponse(
    await createTimestampToken({ hash, time, policy: policy ?? POLICY, nonce }, signer),
  );
}

function endless(response: ServerResponse): void {
  response.writeHead(200);
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(16_384)));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}
