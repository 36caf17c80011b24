import { z } from 'zod';
import type { CommandSpec } from './command.ts';

/** docs/CLI.md, from the command table. */
export function cliDocument(commands: readonly CommandSpec[]): string {
  return [
    '# glasshall on the command line',
    '',
    'Generated from apps/cli (`npm run docs`); do not edit.',
    '',
    'Every command takes `--json` and then prints exactly one object: on success the one whose schema stands below,',
    'on failure `{"ok": false, "code": "…", "facts": {…}}`. Progress goes to standard error.',
    '',
    '| exit code | meaning |',
    '|---|---|',
    '| 0 | it holds, or it is done |',
    '| 1 | it does not hold, or it was refused |',
    '| 2 | it cannot be told from here: wrong usage, a missing file, no server |',
    '',
    'Roots are pinned: `--trust roots.json` is your own file and is never fetched. Secrets come from files or from',
    'the environment (`GLASSHALL_PASSWORD`, `GLASSHALL_KEYSTORE_PASSPHRASE`), never from arguments.',
    '',
    ...commands.flatMap(section),
  ].join('\n');
}

function section({ name, summary, arguments: args, options, schema }: CommandSpec): string[] {
  const usage = [
    'glasshall',
    name,
    ...args.map((each) => each.name),
    ...options.filter(({ required }) => required).map(({ flags }) => flags),
  ];
  return [
    `## glasshall ${name}`,
    '',
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    '',
    '```',
    usage.join(' '),
    '```',
    '',
    '| argument or option | meaning |',
    '|---|---|',
    ...args.map((each) => `| \`${each.name}\` | ${each.description} |`),
    ...options.map(
      (each) =>
        `| \`${each.flags}\` | ${each.description}${each.required ? ' (required)' : ''}${each.default === undefined ? '' : ` (default ${each.default})`} |`,
    ),
    '',
    '`--json`:',
    '',
    '```json',
    JSON.stringify(z.toJSONSchema(schema), null, 2),
    '```',
    '',
  ];
}
