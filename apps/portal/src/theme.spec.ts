import { readFileSync } from 'node:fs';
import { theme } from './theme.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const colours = (text: string): string[] => text.match(/#[0-9a-f]{6}\b/g) ?? [];
const css = new Set(colours(read('./styles.css')));

/** Contrast on white by WCAG 2.2. */
function onWhite(colour: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return (1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)).toFixed(1);
}

/** Colours and contrasts of a row of the table in docs/DESIGN.md. */
const rows = read('../../../docs/DESIGN.md')
  .split('\n')
  .filter((line) => line.startsWith('|') && colours(line).length > 0)
  .map((line) => ({ named: colours(line), contrasts: line.match(/\b\d+\.\d\b/g) ?? [] }));

it('the written colours are those of the style sheet, with the written contrast', () => {
  expect(rows.length).toBe(5);
  for (const { named, contrasts } of rows) {
    expect(named.filter((each) => !css.has(each))).toEqual([]);
    if (contrasts.length > 0) expect([named, named.map(onWhite)]).toEqual([named, contrasts]);
  }
});

it('Ant Design’s parts have the colours of ours, and every text can be read', () => {
  // A placeholder stands in Ant Design's inputs only.
  const { colorTextPlaceholder, ...tokens } = theme.token ?? {};
  const ours = Object.entries(tokens).filter(([name]) => name.startsWith('color'));
  expect(ours.length).toBeGreaterThan(8);
  expect(ours.filter(([, colour]) => !css.has(String(colour)))).toEqual([]);
  expect(Number(onWhite(String(colorTextPlaceholder)))).toBeGreaterThanOrEqual(4.5);
});
