import { readFileSync } from 'node:fs';
import { utf8 } from '#trust';

/** A file of test/vectors. */
export const vectorFile = (path: string): string =>
  readFileSync(new URL(`../vectors/${path}`, import.meta.url), 'utf8');

/** Wycheproof's test groups. */
export const wycheproof = <T>(name: string): readonly T[] =>
  (JSON.parse(vectorFile(`wycheproof/${name}.json`)) as { testGroups: T[] }).testGroups;

/** Paragraphs of `Key = value` lines, as OpenSSL's and NIST's files have them. */
export const stanzas = (path: string): Map<string, string>[] =>
  vectorFile(path)
    .split(/\n\s*\n/)
    .map(
      (block) =>
        new Map([...block.matchAll(/^(\w+) ?= ?(.*)$/gm)].map(([, key, value]) => [key ?? '', value ?? ''])),
    );

/** A value of OpenSSL's files: a quoted text, or hexadecimal. */
export const valueOf = (text = ''): Uint8Array =>
  text.startsWith('"') ? utf8.encode(text.slice(1, -1)) : Uint8Array.from(Buffer.from(text, 'hex'));
