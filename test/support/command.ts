import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { commands } from '../../apps/cli/src/commands.ts';
import { buildProgram } from '../../apps/cli/src/program.ts';

export interface CommandResult {
  readonly exit: number;
  readonly data: Record<string, unknown>;
  readonly stderr: string;
}

const FLAGS = ['--conditions=source', '--import', './test/support/typescript.mjs', 'apps/cli/src/main.ts'];

const start = (
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  program = FLAGS,
): ChildProcess =>
  spawn(process.execPath, [...program, ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Runs the real `glasshall … --json` in a process of its own, from the sources. */
export const runCommand = (
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> => resultOf(start([...args, '--json'], environment));

/** The same from the build, or from a copy of it: `program` is its glasshall.js. */
export const runBuilt = (
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> => resultOf(start([...args, '--json'], environment, [program]));

async function resultOf(child: ChildProcess): Promise<CommandResult> {
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  const exit = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code ?? -1);
    });
  });
  const lines = out().trimEnd().split('\n');
  if (lines.length !== 1) throw new Error(`not one object: ${out()}\n${err()}`);
  return { exit, data: JSON.parse(lines[0] ?? '') as Record<string, unknown>, stderr: err() };
}

/** The same command in this process: no start-up, for the many that a story needs. */
export async function runHere(args: readonly string[]): Promise<CommandResult> {
  const lines: string[] = [];
  let exit = -1;
  const streams = { out: (line: string) => void lines.push(line), error: () => undefined };
  const program = buildProgram(commands, streams, (code) => {
    exit = code;
  });
  await program.parseAsync([...args, '--json'], { from: 'user' });
  return { exit, data: JSON.parse(lines.join('\n')) as Record<string, unknown>, stderr: '' };
}

/** A command that goes on until it is stopped; `stop` gives everything that it printed. */
export function startCommand(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = start(args, environment);
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  return {
    async stop(): Promise<string> {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await ended;
      return `${out()}${err()}`;
    },
  };
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
