import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { zhCn } from './i18n/zh-cn/index.ts';

/** What stands in the sources, found by their text: a key or a class is written whole, or as `prefix${value}`. */
const sources = (folder: string, wanted: (path: string) => boolean, kind = /\.tsx?$/): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => kind.test(path) && !path.endsWith('.spec.ts') && wanted(path))
    .map((path) => readFileSync(join(folder, path), 'utf8'))
    .join('\n');

const portal = import.meta.dirname;
const code = sources(portal, (path) => !path.startsWith('i18n') && path !== join('api', 'platform.ts'));
/** A variable part of a key is a word of the page, of the API's types or of the verifier: nothing else can come. */
const everything = [
  code,
  readFileSync(join(portal, 'api/platform.ts'), 'utf8'),
  sources(join(portal, '../../../libs/trust/src'), () => true),
  sources(join(portal, '../../../libs/client/src'), () => true),
].join('\n');

const all = (text: string, pattern: RegExp): ReadonlySet<string> =>
  new Set([...text.matchAll(pattern)].map(([, found = '']) => found));
const values = all(everything, /['"]([\w-]+)['"]/g);

describe('words', () => {
  const keysOf = (words: object, prefix = ''): string[] =>
    Object.entries(words).flatMap(([key, value]: [string, string | object]) =>
      typeof value === 'string' ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
    );
  const keys = keysOf(zhCn);
  const whole = all(code, /'([a-zA-Z]+(?:\.[\w-]+)+)'/g);
  const prefixes = all(code, /`((?:[a-zA-Z]+\.)+)\$\{[^`]*\}`/g);

  it('are all said somewhere', () => {
    const said = (key: string): boolean => {
      const at = key.lastIndexOf('.') + 1;
      return whole.has(key) || (prefixes.has(key.slice(0, at)) && values.has(key.slice(at)));
    };
    expect(prefixes.size).toBeGreaterThan(10);
    expect(keys.filter((key) => !said(key))).toEqual([]);
  });

  it('that a page says exist', () => {
    // A permission may be named like a section of words.
    const inSection = [...whole].filter(
      (text) => (text.split('.')[0] ?? '') in zhCn && !everything.includes(`"${text}"`),
    );
    expect(inSection.length).toBeGreaterThan(100);
    expect(inSection.filter((key) => !keys.includes(key))).toEqual([]);
    expect([...prefixes].filter((prefix) => !keys.some((key) => key.startsWith(prefix)))).toEqual([]);
  });
});

describe('the style sheets', () => {
  const css = sources(portal, () => true, /\.css$/).replaceAll(/\/\*.*?\*\//gs, '');
  /** Written by the libraries: the link of the page that is shown, Ant Design's button. */
  const theirs = new Set(['active', 'ant-btn']);

  it('have no class that no component bears', () => {
    const selectors = [...css.matchAll(/([^{}]+)\{/g)].map(([, selector = '']) => selector).join(' ');
    const styled = [...all(selectors, /\.([a-zA-Z][\w-]*)/g)].filter((name) => !theirs.has(name));
    const written = [...code.matchAll(/className=(?:"([^"]*)"|\{([^}]*(?:\$\{[^}]*\}[^}]*)*)\})/g)].map(
      ([, text = '', expression = '']) => text || expression,
    );
    const whole = new Set(written.flatMap((text) => text.split(/[\s'"`?:]+/)));
    const prefixes = all(written.join('\n'), /([a-z]+-)\$\{/g);
    const borne = (name: string): boolean => {
      const at = name.indexOf('-') + 1;
      return whole.has(name) || (prefixes.has(name.slice(0, at)) && values.has(name.slice(at)));
    };
    expect(styled.length).toBeGreaterThan(50);
    expect(styled.filter((name) => !borne(name))).toEqual([]);
  });

  it('have no colour that nothing shows', () => {
    expect([...all(css, /(--[\w-]+):/g)].filter((name) => !css.includes(`var(${name})`))).toEqual([]);
  });
});
