/** A server in a process of its own, so that the load's own work is not counted as the server's. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';

export interface Running<T> {
  readonly ready: T;
  readonly process: ChildProcess;
  ask(question: string): Promise<unknown>;
  stop(): Promise<void>;
}

export async function start<T>(name: string, ...args: string[]): Promise<Running<T>> {
  const child = fork(new URL(`./servers/${name}.ts`, import.meta.url), args, {
    execArgv: process.execArgv,
    serialization: 'advanced',
  });
  const [ready] = (await once(child, 'message')) as [T];
  return {
    ready,
    process: child,
    async ask(question) {
      child.send(question);
      return ((await once(child, 'message')) as unknown[])[0];
    },
    async stop() {
      child.send('stop');
      await once(child, 'exit');
    },
  };
}

export const agentOf = (connections: number) => new Agent({ keepAlive: true, maxSockets: connections });

/** One request; resolves with the body of a 2xx answer. */
export function send(
  agent: Agent,
  url: string,
  options: { method: string; headers?: Record<string, string | number>; body?: Uint8Array },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const length = options.body ? { 'content-length': options.body.length } : {};
    const outgoing = request(url, {
      agent,
      method: options.method,
      headers: { ...options.headers, ...length },
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // An idle connection that the server closed in this very moment (node:http, request.reusedSocket).
      if (outgoing.reusedSocket && error.code === 'ECONNRESET') resolve(send(agent, url, options));
      else reject(error);
    });
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if ((response.statusCode ?? 500) < 300) resolve(text);
        else reject(new Error(`${options.method} ${url}: ${response.statusCode} ${text}`));
      });
    });
    outgoing.end(options.body);
  });
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
