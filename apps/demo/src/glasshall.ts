import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../../glasshall/glasshall.js', import.meta.url));

export interface CommandResult<T> {
  readonly exit: number;
  readonly data: T;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

/** Runs `glasshall … --json` as any user would, and reads its one object. */
export async function glasshall<T>(
  args: readonly string[],
  environment: Environment = {},
): Promise<CommandResult<T>> {
  const child = spawn(process.execPath, [CLI, ...args, '--json'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const exit = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  const text = stdout();
  try {
    return { exit, data: JSON.parse(text) as T, stderr: stderr() };
  } catch {
    throw new Error(`glasshall ${args.slice(0, 2).join(' ')}: ${text}${stderr()}`);
  }
}

/** A command that must succeed. */
export async function mustGlasshall<T>(args: readonly string[], environment: Environment = {}): Promise<T> {
  const { exit, data, stderr } = await glasshall<T>(args, environment);
  if (exit !== 0)
    throw new Error(`glasshall ${args.slice(0, 2).join(' ')}: ${JSON.stringify(data)} ${stderr}`);
  return data;
}

/** A command that goes on until it is stopped (`trustee serve`). */
export function startGlasshall(
  args: readonly string[],
  environment: Environment = {},
): { stop(): Promise<void>; output(): string } {
  const child: ChildProcess = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  return {
    output: () => `${out()}${err()}`,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
