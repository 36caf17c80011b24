import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { en } from './en/index.ts';
import { zhCn } from './zh-cn/index.ts';

/** Every sentence by its key, and the values that it asks for. */
function sentences(words: object, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words) as [string, string | object][])
    if (typeof value === 'string') found.set(prefix + key, value);
    else for (const [inner, text] of sentences(value, `${prefix}${key}.`)) found.set(inner, text);
  return found;
}

const placeholders = (text: string): string[] => (text.match(/\{\{\w+\}\}/g) ?? []).sort();
const [chinese, english] = [sentences(zhCn), sentences(en)];

it('both languages have exactly the same keys', () => {
  expect([...english.keys()]).toEqual([...chinese.keys()]);
});

it('no sentence is empty, and both ask for the same values', () => {
  for (const [key, text] of chinese) {
    expect([key, text.trim() === '', english.get(key)?.trim() === '']).toEqual([key, false, false]);
    expect([key, placeholders(english.get(key) ?? '')]).toEqual([key, placeholders(text)]);
  }
});

it('the Chinese side is Chinese and the English side is not', () => {
  const exempt = new Set(['brand.name', 'nav.language', 'nav.languageLabel', 'lot.hash']);
  for (const [key, text] of chinese) {
    if (exempt.has(key)) continue;
    expect([key, /[㐀-鿿]/.test(text)]).toEqual([key, true]);
    expect([key, /[㐀-鿿]/.test(english.get(key) ?? '')]).toEqual([key, false]);
  }
});

it('both languages are parted into the same files', () => {
  const filesOf = (language: string): string[] => readdirSync(join(import.meta.dirname, language)).sort();
  expect(filesOf('en')).toEqual(filesOf('zh-cn'));
});
