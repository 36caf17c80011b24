import { readFileSync, writeFileSync } from 'node:fs';
import { cliDocument } from '../../apps/cli/src/cli-document.ts';
import { commands } from '../../apps/cli/src/commands.ts';

const PATH = 'docs/CLI.md';

it('docs/CLI.md: every command, its options and the schema of what --json prints', () => {
  const expected = cliDocument(commands);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PATH, expected);
  expect(readFileSync(PATH, 'utf8')).toBe(expected);
});
