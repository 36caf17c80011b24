import { readFileSync, writeFileSync } from 'node:fs';

/**
 * The part of a document between `<!-- generated:NAME -->` and `<!-- /generated:NAME -->` is made from the code. Tests
 * compare it; `npm run docs` (UPDATE_DOCS=1) writes it.
 */
export function generatedPart(
  path: string,
  name: string,
  expected: string,
): { actual: string; expected: string } {
  const [begin, end] = [`<!-- generated:${name} -->\n`, `<!-- /generated:${name} -->`];
  const text = readFileSync(path, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${path} has no part ${name}`);
  if (process.env['UPDATE_DOCS'] === '1')
    writeFileSync(path, text.slice(0, from + begin.length) + expected + text.slice(to));
  const now = readFileSync(path, 'utf8');
  return { actual: now.slice(now.indexOf(begin) + begin.length, now.indexOf(end)), expected };
}

export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
