import { Command } from 'commander';
import type { CommandSpec, Input } from './command.ts';
import type { ExitCode } from './failure.ts';
import { reportOf } from './failure-report.ts';

export interface Streams {
  out(line: string): void;
  error(line: string): void;
}

/** Builds the program from the command table; `done` gets the exit code. */
export function buildProgram(
  specs: readonly CommandSpec[],
  streams: Streams,
  done: (exit: ExitCode) => void,
): Command {
  const program = new Command('glasshall')
    .description('Seal, submit, open and verify bids without trusting the platform')
    .option('--json', 'print exactly one JSON object')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  for (const spec of specs) add(program, spec, streams, done);
  program.addHelpText(
    'after',
    `\nAll commands:\n${specs.map((spec) => `  glasshall ${usageOf(spec)}`).join('\n')}`,
  );
  return program;
}

/** The command's words, its arguments and what it cannot do without. */
const usageOf = ({ name, arguments: args, options }: CommandSpec): string =>
  [
    name,
    ...args.map((each) => each.name),
    ...options.filter((each) => each.required).map(({ flags }) => flags),
  ].join(' ');

function add(program: Command, spec: CommandSpec, streams: Streams, done: (exit: ExitCode) => void): void {
  const words = spec.name.split(' ');
  const leafName = words.at(-1) ?? '';
  const parent = words.slice(0, -1).reduce((at, word) => groupOf(at, word), program);
  const command = parent.command(leafName).description(spec.summary).exitOverride();
  for (const { name, description } of spec.arguments) command.argument(name, description);
  for (const option of spec.options) {
    if (option.required) command.requiredOption(option.flags, option.description, option.default);
    else command.option(option.flags, option.description, option.default);
  }
  command.option('--json', 'print exactly one JSON object');
  command.action(async (...parts: unknown[]) => {
    const options = command.opts();
    const json = options['json'] === true || program.opts()['json'] === true;
    const args = parts.slice(0, spec.arguments.length).filter((part) => typeof part === 'string');
    const progress = (line: string): void => {
      if (!json) streams.error(line);
    };
    done(await execute(spec, { args, options, progress }, json, streams));
  });
}

const groupOf = (parent: Command, word: string): Command =>
  parent.commands.find((command) => command.name() === word) ??
  parent.command(word).description(`${word} commands`).exitOverride();

async function execute(spec: CommandSpec, input: Input, json: boolean, streams: Streams): Promise<ExitCode> {
  try {
    const { data, text, exit } = await spec.run(input);
    if (json) streams.out(JSON.stringify(data));
    else for (const line of text) streams.out(line);
    return exit;
  } catch (error) {
    const { report, exit } = reportOf(error);
    if (json) streams.out(JSON.stringify(report));
    else streams.error(`${report.code} ${JSON.stringify(report.facts)}`);
    return exit;
  }
}
