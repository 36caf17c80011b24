import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { commands } from '../../apps/cli/src/commands.ts';
import { variables } from '../../apps/platform/src/config.ts';

/** Every page of this repository that is written by people. */
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && !path.startsWith('test/vectors/'));
const textOf = (path: string): string => readFileSync(path, 'utf8');
const each = (pattern: RegExp): [string, string][] =>
  pages.flatMap((page) =>
    [...textOf(page).matchAll(pattern)].map((m): [string, string] => [page, m[1] ?? '']),
  );
const said = ([page, what]: [string, string]): string => `${page}: ${what}`;

/** GitHub's anchor of a heading. */
const anchorsOf = (path: string): Set<string> =>
  new Set(
    [...textOf(path).matchAll(/^#+ +(.+)$/gmu)].map(([, heading]) =>
      (heading ?? '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

function isBroken([page, link]: [string, string]): boolean {
  if (/^[a-z]+:/.test(link)) return false;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).has(anchor));
}

/** What is wrong with `npx glasshall …` as a page writes it; null where a person could type it. */
function usageFault(line: string): string | null {
  const words = line.split(/\s+/).filter((word) => word !== '' && word !== '&');
  const spec = commands.find(({ name }) => name === words.slice(0, name.split(' ').length).join(' '));
  if (!spec) return words[0] === '--help' ? null : 'no such command';
  const given = words.filter((word) => word.startsWith('--'));
  const known = new Map(spec.options.map((option) => [option.flags.split(' ')[0] ?? '', option]));
  const unknown = given.find((flag) => !known.has(flag) && flag !== '--json');
  const missing = [...known].find(([flag, { required }]) => required === true && !given.includes(flag));
  return unknown ?? (missing ? `without ${missing[0]}` : null);
}

describe('the documentation', () => {
  it('has pages, or nothing below is looked at', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/PROTOCOL.md', 'docs/THREATS.md']));
  });

  it('links to pages and headings that are there', () => {
    const links = each(/\]\(([^()\s]+)\)/g);
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter(isBroken).map(said)).toEqual([]);
  });

  it('finds a broken link, to a page and to a heading', () => {
    expect(isBroken(['README.md', 'docs/NOWHERE.md'])).toBe(true);
    expect(isBroken(['docs/EVIDENCE.md', '#no-such-heading'])).toBe(true);
    expect(isBroken(['docs/EVIDENCE.md', '#the-entries'])).toBe(false);
  });

  it('names only npm scripts that package.json has', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = each(/npm (?:run (?:--silent )?([a-z:-]*[a-z]))/g);
    const short = each(/\bnpm (start|test)\b/g);
    expect(named.length).toBeGreaterThan(3);
    expect([...named, ...short].filter(([, name]) => !(name in scripts)).map(said)).toEqual([]);
  });

  it('names only files and folders of this repository that are there', () => {
    const named = each(/`((?:apps|libs|test|docs|docker)\/[\w./-]+)`/g);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(([, path]) => !existsSync(path)).map(said)).toEqual([]);
  });

  it('writes commands that a person could type', () => {
    const lines = each(/npx glasshall ([^`\n]+)/g).filter(([page]) => page !== 'docs/CLI.md');
    expect(lines.length).toBeGreaterThan(8);
    const faults = lines.flatMap(([page, line]) => {
      const fault = usageFault(line);
      return fault === null ? [] : [`${page}: ${line}: ${fault}`];
    });
    expect(faults).toEqual([]);
    expect(usageFault('verify evidence.zip')).toBe('without --trust');
    expect(usageFault('verify evidence.zip --trust roots.json --fast')).toBe('--fast');
    expect(usageFault('open-sesame')).toBe('no such command');
  });

  it('explains every variable of the configuration, and no other', () => {
    const rows = textOf('docs/DEPLOYMENT.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([A-Z0-9_]+)`/g)])
      .map(([, name]) => name);
    expect(rows.sort()).toEqual(Object.keys(variables).sort());
  });

  it('names no place of the machine that it was written on', () => {
    expect(each(/((?:^|[\s(`"'])\/(?:work|home|root)\/[\w./-]*)/gm).map(said)).toEqual([]);
  });
});
