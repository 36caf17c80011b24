import { readFileSync } from 'node:fs';
import { readTrustFile } from './trust-file.ts';

const text = readFileSync(
  new URL('../../../../test/vectors/evidence/v1/roots.json', import.meta.url),
  'utf8',
);
const roots = (JSON.parse(text) as { ca: string[] }).ca;
const changed = (change: object): string => JSON.stringify({ ...(JSON.parse(text) as object), ...change });

it('reads what was pinned, and nothing that is not a whole pin', () => {
  expect(readTrustFile(text)).toMatchObject({ origin: 'vector.example/log', q: 0 });
  for (const wrong of [
    'no JSON',
    '{}',
    changed({ q: 16 }),
    changed({ ca: [] }),
    changed({ ca: ['no certificate'] }),
    changed({ more: 1 }),
    changed({ outside: [{ name: 'Upper', ca: roots }] }),
    changed({ outside: [{ name: 'national', ca: ['no certificate'] }] }),
    changed({ outside: [{ name: 'national', ca: roots, policy: 'any' }] }),
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
