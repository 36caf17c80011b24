import { readFileSync } from 'node:fs';
import { readTrustFile } from './trust-file.ts';

const text = readFileSync(
  new URL('../../../../test/vectors/evidence/v1/roots.json', import.meta.url),
  'utf8',
);
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
  ])
    expect(() => readTrustFile(wrong)).toThrow('EVIDENCE.TRUST_FILE');
});
