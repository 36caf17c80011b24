import { collectReferences, noReferences } from './evidence-references.ts';

const collect = (value: unknown) => {
  const into = noReferences();
  collectReferences(value, into);
  return Object.fromEntries(Object.entries(into).map(([kind, names]) => [kind, [...(names as Set<string>)]]));
};
const NOTHING = { certificates: [], crls: [], checkpoints: [], outside: [], listed: [] };

describe('what a record of a bundle names', () => {
  it('is its signers, whatever it says', () => {
    const signatures = [{ signer: 'a' }, { signer: 'b' }, { signer: 'a' }];
    expect(collect({ record: { type: 'notice' }, signatures })).toEqual({
      ...NOTHING,
      certificates: ['a', 'b'],
    });
  });

  it('is the certificates of its trustees, in a key record', () => {
    const trustees = [{ cert: 't1' }, { cert: 't2' }];
    expect(collect({ record: { type: 'lotkey', trustees }, signatures: [] })['certificates']).toEqual([
      't1',
      't2',
    ]);
    expect(collect({ record: { type: 'notice', trustees }, signatures: [] })).toEqual(NOTHING);
  });

  it('is the checkpoint and the revocation lists, in CLOSE', () => {
    const close = { type: 'close', checkpoint: 'p', crls: ['r1', 'r2'] };
    expect(collect({ record: close, signatures: [] })).toEqual({
      ...NOTHING,
      crls: ['r1', 'r2'],
      checkpoints: ['p'],
    });
    expect(collect({ record: { type: 'close' } })).toEqual(NOTHING);
  });

  it('is the outside authorities of LOTKEY, and the leaves that they must have seen', () => {
    const into = noReferences();
    const close = { type: 'close', accepted: [{ index: 4 }, { index: 7 }], moves: [{ index: 5 }, {}] };
    for (const record of [
      { type: 'lotkey', outsideTime: ['national', 'county', 1] },
      { type: 'notice', outsideTime: ['stranger'] },
      close,
      { type: 'close-add', bid: { index: 9 } },
    ])
      collectReferences({ record, signatures: [] }, into);
    expect([...into.outside]).toEqual(['national', 'county']);
    expect([...into.listed]).toEqual([4, 7, 5, 9]);
  });

  it.each([null, 'text', [], { signatures: 'none', record: 'text' }, { signatures: [1, { signer: 2 }] }])(
    'is nothing in %j',
    (value) => {
      expect(collect(value)).toEqual(NOTHING);
    },
  );
});
