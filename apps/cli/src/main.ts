#!/usr/bin/env node
import { CommanderError } from 'commander';
import { commands } from './commands.ts';
import { buildProgram } from './program.ts';

const streams = {
  out: (line: string): void => void process.stdout.write(`${line}\n`),
  error: (line: string): void => void process.stderr.write(`${line}\n`),
};
// A reader that has seen enough (`head`, a pager) ends the program, and is no fault; but what was not found out yet is
// no success either.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') throw new Error(`standard output: ${code}`);
  process.exit(process.exitCode ?? 2);
});
const program = buildProgram(commands, streams, (exit) => {
  process.exitCode = exit;
});
try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help and version end well; anything else was wrong usage: nothing was found out.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
  if (error.exitCode !== 0 && process.argv.includes('--json')) {
    streams.out(JSON.stringify({ ok: false, code: 'CLI.USAGE', facts: { message: error.message } }));
  }
}
