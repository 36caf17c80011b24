import { b64u, systemRandom } from '../encoding/bytes.ts';
import { edPublicKey } from '../encoding/ed25519.ts';
import { hashRecord } from '../encoding/hash.ts';
import { blindedLeaf } from '../log/leaf.ts';
import { checkpointText } from '../log/checkpoint.ts';
import { cosign, withSignatures } from '../log/cosignature.ts';
import { inclusionProof, leafHash, merkleRoot } from '../log/merkle.ts';
import { formatVkey, signNote } from '../log/note.ts';
import type { DrawSource, DrawTerms, DrawValue } from '../records/index.ts';
import { Ceremony, TERMS } from './ceremony.fixture.ts';
import { checkDrawTerms } from './plan.ts';
import { publicValue } from './ready.ts';
import { verifyDraw } from './verify-draw.ts';

const signer = (name: string, fill: number) => {
  const secret = new Uint8Array(32).fill(fill);
  return { name, secret, publicKey: edPublicKey(secret) };
};
const log = signer('log.example', 1);
const witnesses = [2, 3, 4].map((fill) => signer(`witness.example/w${String(fill)}`, fill));
const [first, second, third] = witnesses as [typeof log, typeof log, typeof log];
const TIME = 1_772_463_000;

const source: Extract<DrawSource, { kind: 'witnesses' }> = {
  kind: 'witnesses',
  q: 2,
  log: formatVkey(log),
  witnesses: witnesses.map(({ name, publicKey }) => ({ name, key: b64u.encode(publicKey) })),
};

/** A log of five leaves with the pool's third, cosigned by these. */
function cosigned(pool: Uint8Array, by: readonly (readonly [typeof log, number])[], key = log): DrawValue {
  const blind = systemRandom(32);
  const leaves = [0, 1, 2, 3, 4].map(() => leafHash(systemRandom(32)));
  leaves[2] = leafHash(blindedLeaf(pool, blind));
  const text = checkpointText({ origin: key.name, size: 5, root: merkleRoot(leaves) });
  const lines = by.map(([witness, seconds]) => cosign(text, witness, seconds));
  return {
    kind: 'witnesses',
    checkpoint: withSignatures(signNote(text, [key]), lines),
    blind: b64u.encode(blind),
    index: 2,
    proof: inclusionProof(leaves, 2).map(b64u.encode),
  };
}

const pool = hashRecord('draw-pool', { any: 'pool' });
const both = [
  [second, TIME],
  [first, TIME + 1],
] as const;
const refusal = (code: string, facts: object = {}) =>
  expect.objectContaining({ code, facts: expect.objectContaining(facts) as object });

it('takes the cosignatures of enough witnesses into the seed, in the plan’s order', () => {
  expect(publicValue(source, cosigned(pool, both), pool)).toMatchObject({
    size: 5,
    cosignatures: [
      { name: first.name, seconds: TIME + 1 },
      { name: second.name, seconds: TIME },
    ],
  });
});

it('counts neither strangers nor a witness twice, and takes each at its earliest time', () => {
  const stranger = signer('other.example', 9);
  const twice = cosigned(pool, [
    [second, TIME + 9],
    [second, TIME],
    [stranger, TIME],
  ]);
  expect(() => publicValue(source, twice, pool)).toThrow(
    refusal('DRAW.VALUE', { needed: 2, cosignatures: 1 }),
  );
  const value = cosigned(pool, [...both, [second, TIME + 9], [stranger, TIME]]);
  const plain = {
    ...value,
    checkpoint: (value as { checkpoint: string }).checkpoint.split('\n').slice(0, 7).join('\n') + '\n',
  };
  expect(publicValue(source, value, pool)).toEqual(publicValue(source, plain as DrawValue, pool));
});

it('is spoiled by a line in a witness’s name that it did not sign for this checkpoint', () => {
  const value = cosigned(pool, both) as Extract<DrawValue, { kind: 'witnesses' }>;
  const elsewhere = cosign(
    checkpointText({ origin: log.name, size: 5, root: systemRandom(32) }),
    third,
    TIME,
  );
  const checkpoint = withSignatures(value.checkpoint, [elsewhere]);
  expect(() => publicValue(source, { ...value, checkpoint }, pool)).toThrow(
    refusal('NOTE.SIGNATURE', { name: third.name }),
  );
});

it('is another value with another time, another witness or another tree', () => {
  const value = cosigned(pool, both) as Extract<DrawValue, { kind: 'witnesses' }>;
  const more = withSignatures(value.checkpoint, [
    cosign(`${value.checkpoint.split('\n\n')[0] ?? ''}\n`, third, TIME),
  ]);
  const seen = [value, { ...value, checkpoint: more }, cosigned(pool, both)];
  const texts = seen.map((each) => JSON.stringify(publicValue(source, each, pool)));
  expect(new Set(texts).size).toBe(3);
});

it('is refused where the checkpoint does not cover the pool, or is of another log', () => {
  const other = hashRecord('draw-pool', { another: 'pool' });
  expect(() => publicValue(source, cosigned(other, both), pool)).toThrow(refusal('DRAW.VALUE'));
  const elsewhere = signer(log.name, 7);
  expect(() => publicValue(source, cosigned(pool, both, elsewhere), pool)).toThrow(refusal('NOTE.UNSIGNED'));
  const declared = { kind: 'declared', text: '3301.47' } as const;
  expect(() => publicValue(source, declared, pool)).toThrow(refusal('DRAW.VALUE', { given: 'declared' }));
});

it.each<[string, Partial<typeof source>]>([
  ['more cosignatures than witnesses', { q: 4 }],
  ['a witness twice', { witnesses: [...source.witnesses, ...source.witnesses.slice(0, 1)] }],
])('a plan that asks for %s is refused', (_, change) => {
  const terms: DrawTerms = { ...TERMS, source: { ...source, ...change } };
  expect(() => {
    checkDrawTerms(terms);
  }).toThrow(refusal('DRAW.PLAN', { reason: 'witnesses' }));
});

it('carries a whole draw', async () => {
  const ceremony = await Ceremony.begin();
  const pooled = await ceremony.pool(await ceremony.deal(await ceremony.plan({ ...TERMS, source })));
  const value = cosigned(hashRecord('draw-pool', pooled.built.record), both);
  const drawn = await ceremony.result(await ceremony.open(await ceremony.ready(pooled, value)));
  const { verdict, checks } = verifyDraw(drawn.file, ceremony.trust);
  expect(checks.flatMap(({ problems }) => problems)).toEqual([]);
  expect(verdict).toBe('holds');
}, 60_000);
