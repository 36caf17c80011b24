import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '#kernel';
import { formatWitnessKey } from '#trust';
import type { NoteKey } from '#trust';
import { Witness } from './witness.ts';
import type { Answer } from './witness.ts';
import { WitnessState, logId } from './witness-state.ts';

/** A checkpoint with 63 hashes and 64 signatures is a fraction of this. */
const MAX_BODY = 96 * 1024;
const REQUEST_MS = 10_000;

export interface WitnessOptions {
  /** Where its key and state lie; one folder is one witness. */
  readonly folder: string;
  /** A schema-less URL, by which people know it; part of its key. */
  readonly name: string;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Added to those in the folder's `logs`. */
  readonly logs?: readonly NoteKey[];
  readonly clock: Clock;
  readonly warn: (text: string) => void;
}

export interface RunningWitness {
  readonly url: string;
  /** The verifier key, which clients pin. */
  readonly vkey: string;
  /** Begins to witness a log, without a restart. */
  watch(log: NoteKey): Promise<void>;
  close(): Promise<void>;
}

/** Starts a witness. What it answers, with which status, is c2sp.org/tlog-witness; the reads beside it are its own. */
export async function serveWitness(options: WitnessOptions): Promise<RunningWitness> {
  const state = await WitnessState.open(options.folder, options.name);
  await state.watch(options.logs ?? []);
  const witness = new Witness(state, options.clock, options.warn);
  const server = createServer((request, response) => {
    answer(request, witness, state).then(
      ({ status, type, body }) => send(response, status, type, body),
      (error: unknown) => {
        options.warn(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
        send(response, 500, 'text/plain; charset=utf-8', 'the witness cannot answer now\n');
      },
    );
  });
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = REQUEST_MS;
  await listen(server, options.port, options.host);
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    vkey: formatWitnessKey(state.signer),
    watch: (log) => state.watch([log]),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Reply = Omit<Answer, 'status' | 'type'> & { readonly status: number; readonly type: string };

const json = (value: unknown): Reply => ({
  status: 200,
  type: 'application/json',
  body: `${JSON.stringify(value)}\n`,
});
const plain = (status: number, body: string): Reply => ({ status, type: 'text/plain; charset=utf-8', body });

async function answer(request: IncomingMessage, witness: Witness, state: WitnessState): Promise<Reply> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  if (path === '/add-checkpoint') {
    if (request.method !== 'POST') return plain(405, 'POST is expected\n');
    const body = await bodyOf(request);
    return body === null ? plain(400, 'too long, or not UTF-8\n') : await witness.addCheckpoint(body);
  }
  if (request.method !== 'GET') return plain(405, 'GET is expected\n');
  if (path === '/vkey') return plain(200, `${formatWitnessKey(state.signer)}\n`);
  if (path === '/') return json(await overview(state));
  const [, id, what] = /^\/logs\/([0-9a-f]{32})\/(checkpoint|evidence)$/.exec(path) ?? [];
  const log = (await state.logs()).find(({ name }) => logId(name) === id);
  if (!log) return plain(404, 'nothing is here\n');
  return what === 'checkpoint' ? await newest(state, log) : await evidence(state, log);
}

/** What this witness is, for people: its key, and how far it has seen each log. */
async function overview(state: WitnessState) {
  const logs = await state.logs();
  return {
    name: state.signer.name,
    vkey: formatWitnessKey(state.signer),
    logs: await Promise.all(
      logs.map(async ({ name }) => {
        const { checkpoint, refused } = await state.of(name);
        const at = `/logs/${logId(name)}`;
        return {
          origin: name,
          size: checkpoint?.size ?? null,
          refused,
          checkpoint: `${at}/checkpoint`,
          evidence: `${at}/evidence`,
        };
      }),
    ),
  };
}

/** The note that was cosigned last: what an outsider compares with what the log shows to it. */
async function newest(state: WitnessState, { name }: NoteKey): Promise<Reply> {
  const { note } = await state.of(name);
  return note === null ? plain(404, 'nothing was cosigned yet\n') : plain(200, note);
}

/** `equivocation` is proved by the log's own two signatures; `unproved` are notes that came without a good proof. */
const evidence = async (state: WitnessState, { name }: NoteKey): Promise<Reply> =>
  json({
    origin: name,
    equivocation: await state.equivocation(name),
    unproved: await state.unproved(name),
  });

/** Null for a body that is too long or not UTF-8. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MAX_BODY) return null;
    pieces.push(piece);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(pieces));
  } catch {
    return null;
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
    'Access-Control-Allow-Origin': '*',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
