/** A stranger's reading of section 21 of docs/PROTOCOL.md: a draw follows from its text, without libs/trust. */
import { readFileSync } from 'node:fs';
import { BASE, bytesOf, expand, joined, sha, times, wide } from '../support/page-crypto.ts';

type Page = Readonly<Record<string, string | Readonly<Record<string, string | null>>>>;
const text = readFileSync('docs/PROTOCOL.md', 'utf8');
const page = JSON.parse(
  /generated:draw-check-values -->\s*```json\n(.*?)```/s.exec(text)?.[1] ?? '{}',
) as Page;
const value = (name: string): string => {
  const found = page[name];
  if (typeof found !== 'string') throw new Error(`the page has no ${name}`);
  return found;
};
const fill = (byte: number): string => Buffer.alloc(32, byte).toString('base64url');
/** JCS of a flat object or list of texts. */
const jcs = (record: object): string =>
  JSON.stringify(record, Array.isArray(record) ? undefined : Object.keys(record).sort());
const { entry } = page as Readonly<Record<'entry', Record<string, string | null>>>;
const leafOf = (id: string): Buffer => sha('glasshall/1\0draw-entry\0', jcs({ ...entry, id }));

describe('section 21 of docs/PROTOCOL.md, read by a stranger', () => {
  it('labels a contribution', () => {
    const name = 'label, plan bytes(32, 20), dealer 914403000000000001, nonce bytes(32, 22)';
    expect(value(name)).toBe(`glasshall/1/P256/draw/${fill(20)}/914403000000000001/${fill(22)}`);
  });

  it('hashes an entry, and sorts and hashes the pool', () => {
    expect(leafOf('E1').toString('base64url')).toBe(value('leaf of the entry'));
    const sorted = ['E1', 'E2', 'E3'].map((id) => leafOf(id).toString('base64url')).sort();
    const [a, b, c] = sorted.map((leaf) => sha(Buffer.of(0), Buffer.from(leaf, 'base64url')));
    const left = sha(Buffer.of(1), a ?? '', b ?? '');
    const root = sha(Buffer.of(1), left, c ?? '').toString('base64url');
    expect(root).toBe(value('root over it and the same with id E2, E3'));
  });

  it('comes to the seed and, by it, to the order', () => {
    const name = 'seed, plan bytes(32, 20), dealt bytes(32, 23), pool bytes(32, 24), S = y_1, y_2, y_3';
    const secrets = [1, 2, 3].map((i) => compressed(times(wide(Buffer.alloc(48, i)), BASE)));
    const record = `{"dealt":"${fill(23)}","plan":"${fill(20)}","pool":"${fill(24)}","secrets":${JSON.stringify(secrets)},"value":${jcs(page['value'] as object)}}`;
    const seed = sha('glasshall/1\0draw\0', record);
    expect(seed.toString('base64url')).toBe(value(name));
    for (const stratum of [0, 1])
      expect(orderOf(seed, stratum, 12).join(' ')).toBe(value(`order of 12 in stratum ${String(stratum)}`));
  });
});

function compressed(point: ReturnType<typeof times>): string {
  if (!point) throw new Error('the identity');
  const { x, y } = point;
  return Buffer.concat([Buffer.of(y % 2n === 0n ? 2 : 3), bytesOf(x)]).toString('base64url');
}

/** The array of the textbook, and words read one after the other. */
function orderOf(seed: Buffer, stratum: number, size: number): number[] {
  const blocks = Array.from({ length: 64 }, (_, counter) => {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(counter);
    return expand(seed, Buffer.concat([joined('draw', stratum), number]), 32);
  });
  const words = Buffer.concat(blocks);
  let at = 0;
  const below = (bound: number): number => {
    for (;;) {
      const word = words.readUInt32BE(at);
      at += 4;
      if (word < 2 ** 32 - (2 ** 32 % bound)) return word % bound;
    }
  };
  const list = Array.from({ length: size }, (_, i) => i);
  for (let i = 0; i < size; i++) {
    const j = i + below(size - i);
    [list[i], list[j]] = [list[j] ?? -1, list[i] ?? -1];
  }
  return list;
}
