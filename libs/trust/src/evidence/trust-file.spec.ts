import { readFileSync } from 'node:fs';
import { edPublicKey } from '../encoding/index.ts';
import { formatWitnessKey } from '../log/index.ts';
import { readTrustFile } from './trust-file.ts';

const text = readFileSync(
  new URL('../../../../test/vectors/evidence/v1/roots.json', import.meta.url),
  'utf8',
);
const roots = (JSON.parse(text) as { ca: string[] }).ca;
const changed = (change: object): string => JSON.stringify({ ...(JSON.parse(text) as object), ...change });

it('reads witnesses, of which some must have cosigned', () => {
  const publicKey = edPublicKey(new Uint8Array(32).fill(2));
  const key = { name: 'witness.example/w1', publicKey };
  const trust = readTrustFile(changed({ q: 1, witnesses: [formatWitnessKey(key)] }));
  expect(trust).toMatchObject({ q: 1, witnesses: [key] });
});

it('reads what was pinned, and nothing that is not a whole pin', () => {
  expect(readTrustFile(text)).toMatchObject({ origin: 'vector.example/log', q: 0 });
  for (const wrong of [
    'no JSON',
    '{}',
    changed({ q: 16 }),
    changed({ q: 1 }),
    changed({ witnesses: ['witness.example'] }),
    // The key of a log: what it signs says nothing of what a witness saw.
    changed({ witnesses: [(JSON.parse(text) as { log: string }).log] }),
    changed({ ca: [] }),
    changed({ ca: ['no certificate'] }),
    changed({ more: 1 }),
    changed({ outside: [{ name: 'Upper', ca: roots }] }),
    changed({ outside: [{ name: 'national', ca: ['no certificate'] }] }),
    changed({ outside: [{ name: 'national', ca: roots, policy: 'any' }] }),
    changed({ outside: ['1.2.3', '1.2.4'].map((policy) => ({ name: 'national', ca: roots, policy })) }),
  ])
    expect(() => readTrustFile(wrong)).toThrow('EVIDENCE.TRUST_FILE');
});

it('reads outside time-stamp authorities by name', () => {
  const outside = [
    { name: 'national', ca: roots, policy: '1.2.3' },
    { name: 'county', ca: roots },
  ];
  const read = readTrustFile(changed({ outside }));
  expect([...read.outside].map(([name, { policy }]) => [name, policy])).toEqual([
    ['national', '1.2.3'],
    ['county', null],
  ]);
  expect(readTrustFile(text).outside.size).toBe(0);
});

describe('a table of mutual recognition', () => {
  const [root] = readTrustFile(text).ca;
  const line = {
    ca: root?.fingerprint,
    regions: ['440000'],
    from: '2026-01-01T00:00:00.000Z',
    until: '2027-01-01T00:00:00.000Z',
  };
  const recognised = (region: string, lines: readonly object[]) =>
    readTrustFile(changed({ region, recognition: lines })).ca[0]?.recognised;

  it('gives each root the spans in which the region recognises it', () => {
    const span = { from: Date.UTC(2026, 0), until: Date.UTC(2027, 0) };
    expect(recognised('441900', [line])).toEqual([span]);
    expect(recognised('441900', [{ ...line, until: null }])).toEqual([{ ...span, until: null }]);
    expect(recognised('450000', [line])).toEqual([]);
    expect(readTrustFile(text).ca[0]?.recognised).toBeUndefined();
  });

  it('stands with a region, names regions by their codes, and has days that exist', () => {
    for (const wrong of [
      changed({ region: '441900' }),
      changed({ recognition: [line] }),
      changed({ region: '广东', recognition: [line] }),
      changed({ region: '441900', recognition: [{ ...line, regions: [] }] }),
      changed({ region: '441900', recognition: [{ ...line, from: '2026-02-30T00:00:00.000Z' }] }),
    ])
      expect(() => readTrustFile(wrong)).toThrow('EVIDENCE.TRUST_FILE');
  });
});
