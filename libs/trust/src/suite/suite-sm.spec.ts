import { addMs, DAY, instant } from '#kernel';
import { eciesOpen, eciesSeal } from '../ecies/ecies.ts';
import { b64u, concat, systemRandom, utf8 } from '../encoding/bytes.ts';
import { canonicalBytes } from '../encoding/canonical.ts';
import { hashRecord, signRecord, signatureInput, verifySigned } from '../encoding/index.ts';
import { encodePoint, newKeyPair } from '../group/index.ts';
import type { KeyPair } from '../group/index.ts';
import { createDevelopmentCa } from '../pki/index.ts';
import type { Signer } from '../pki/index.ts';
import type { SuiteId } from '../records/index.ts';
import { cobblestoneKeys, openEnvelope, sealEnvelope, webCryptoAead } from '../seal/index.ts';
import { sm3 } from '../sm/sm3.ts';
import {
  bidLabel,
  checkDealing,
  checkDealings,
  combineShares,
  keyOfSecretPoint,
  openShare,
  openWithSecret,
  prepareDealing,
  proveDealing,
  verifyShare,
} from '../threshold/index.ts';
import type { DealingClaim, PreparedDealing } from '../threshold/index.ts';
import { suiteField, suiteIdOf } from './suite.ts';

const refusal = (code: string) => expect.objectContaining({ code });
const hash = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const label = (suite: SuiteId): string =>
  bidLabel({ suite, lotKeyHash: b64u.encode(hash(1)), bidNonce: b64u.encode(hash(2)) }, 1, 'public');

interface Dealt {
  readonly pairs: readonly KeyPair[];
  readonly prepared: PreparedDealing;
  readonly claim: DealingClaim;
}

function dealt(suite: SuiteId): Dealt {
  const pairs = Array.from({ length: 3 }, () => newKeyPair(systemRandom, suite));
  const terms = {
    type: 'bid' as const,
    label: label(suite),
    stage: 1,
    audience: 'public' as const,
    seedKey: hash(3),
    trusteeKeys: pairs.map((pair) => pair.public),
    k: 2,
  };
  const prepared = prepareDealing(terms);
  const dealing = proveDealing(prepared, hash(4), systemRandom);
  return { pairs, prepared, claim: { ...terms, dealing, body: hash(4) } };
}

const [sm, p256] = [dealt('SM'), dealt('P256')];

describe('dealings over sm2p256v1', () => {
  test('a dealing passes, with those of the other suite in one batch', () => {
    const bad = { ...sm.claim, label: label('P256') };
    expect(checkDealings([sm.claim, p256.claim])).toEqual([]);
    expect(checkDealings([p256.claim, bad, sm.claim])).toEqual([1]);
  });

  test('a dealing for the keys of one suite is none for those of the other', () => {
    expect(checkDealing({ ...sm.claim, trusteeKeys: p256.claim.trusteeKeys })).toBe(false);
    expect(checkDealing({ ...p256.claim, trusteeKeys: sm.claim.trusteeKeys })).toBe(false);
    const [y1, y2] = sm.claim.trusteeKeys;
    const mixed = [y1, y2, p256.claim.trusteeKeys[2]] as typeof sm.claim.trusteeKeys;
    expect(checkDealing({ ...sm.claim, trusteeKeys: mixed })).toBe(false);
  });

  test('both roads open it to one key', () => {
    const { dealing } = sm.claim;
    const shares = sm.pairs.map(({ secret: x, public: y }, index) => {
      const i = index + 1;
      const at = { type: 'bid', lotKeyHash: hash(1), c: hash(5), stage: 1, audience: 'public', i } as const;
      const share = openShare({ x, dealing, context: at, suite: 'SM', random: systemRandom });
      expect(verifyShare({ share, dealing, y, context: at })).toBe(true);
      expect(verifyShare({ share, dealing, y: p256.pairs[0]!.public, context: at })).toBe(false);
      return { i, D: share.D };
    });
    const K = sm.prepared.K();
    expect(keyOfSecretPoint(combineShares(shares.slice(1), 2, 'SM'), label('SM'))).toEqual(K);
    expect(keyOfSecretPoint(combineShares(shares.slice(0, 2), 2, 'SM'), label('SM'))).toEqual(K);
    expect(keyOfSecretPoint(openWithSecret(sm.prepared.secret, dealing, 'SM'), label('SM'))).toEqual(K);
    expect(() => openWithSecret(sm.prepared.secret, dealing, 'P256')).toThrow(refusal('DEALING.SECRET'));
  });
});

test('a message to a key of sm2p256v1 opens with its secret, for its purpose, under its suite', async () => {
  const { secret, public: point } = newKeyPair(systemRandom, 'SM');
  const box = await eciesSeal(point, 'check', utf8.encode('text'), systemRandom);
  expect(box).toHaveLength(33 + 4 + 16);
  expect(await eciesOpen(secret, 'check', box, 'SM')).toEqual(utf8.encode('text'));
  await expect(eciesOpen(secret, 'other', box, 'SM')).rejects.toEqual(refusal('ECIES.OPEN'));
  await expect(eciesOpen(secret, 'check', box, 'P256')).rejects.toEqual(
    expect.objectContaining({ code: expect.stringMatching(/^(GROUP\.POINT|ECIES\.OPEN)$/) }),
  );
});

describe('content of suite SM', () => {
  const cipher = { key: hash(6), context: utf8.encode('context'), suite: 'SM' as const, aead: webCryptoAead };
  const gathered = async (pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
    const all: Uint8Array[] = [];
    for await (const piece of pieces) all.push(piece);
    return concat(...all);
  };

  test.each([0, 1, 16_384, 40_000])('%i bytes open again, and not under suite P256', async (length) => {
    const plain = new Uint8Array(length).fill(7);
    const sealed = await gathered(sealEnvelope(cipher, [plain]));
    expect(sealed).toHaveLength(56 + length + 16 * (Math.floor(length / 16_384) + 1));
    expect(await gathered(openEnvelope(cipher, [sealed]))).toEqual(plain);
    await expect(gathered(openEnvelope({ ...cipher, suite: 'P256' }, [sealed]))).rejects.toEqual(
      refusal('SEAL.WRONG_KEY'),
    );
    const last = sealed.length - 1;
    const changed = sealed.with(last, (sealed[last] as number) ^ 1);
    await expect(gathered(openEnvelope(cipher, [changed]))).rejects.toEqual(refusal('SEAL.CHUNK'));
  });

  test('key, base nonce and commitment have 16, 12 and 32 bytes', () => {
    const keys = cobblestoneKeys(hash(6), new Uint8Array(24), cipher.context, 'SM');
    expect([keys.key, keys.baseNonce, keys.commitment].map(({ length }) => length)).toEqual([16, 12, 32]);
  });
});

describe('records of suite SM', () => {
  const record = { type: 'move', ...suiteField('SM'), sequence: 1 };

  test('are hashed with SM3, and say their suite inside what is hashed', () => {
    const expected = sm3(concat(utf8.encode('glasshall/1\0move\0'), canonicalBytes(record)));
    expect(hashRecord('move', record)).toEqual(expected);
    expect(suiteIdOf(record)).toBe('SM');
    expect(suiteField('P256')).toEqual({});
    expect(suiteIdOf({ type: 'move', sequence: 1 })).toBe('P256');
    expect(encodePoint(sm.claim.trusteeKeys[0]!)).toHaveLength(44);
  });

  test('are signed with SM2 and nothing else, and SM2 signs no others', async () => {
    const now = instant(Date.UTC(2026, 0, 15));
    const validity = { notBefore: now, notAfter: addMs(now, DAY) };
    const ca = await createDevelopmentCa({ name: 'Root', ...validity, keyType: 'sm2' });
    const of = (keyType: 'sm2' | 'ecdsa-p256'): Promise<Signer> =>
      ca.issueSigner({ subject: { person: '张三' }, ...validity, keyType });
    const [sm2, ecdsa] = [await of('sm2'), await of('ecdsa-p256')];
    const lookup = (fingerprint: string) =>
      [sm2, ecdsa].find(({ certificate }) => certificate.fingerprint === fingerprint)?.certificate;
    const older = { type: 'move', sequence: 1 };
    expect(verifySigned('move', await signRecord('move', record, [sm2]), lookup)).toHaveLength(1);
    expect(verifySigned('move', await signRecord('move', older, [ecdsa]), lookup)).toHaveLength(1);
    for (const [each, signer] of [
      [record, ecdsa],
      [older, sm2],
    ] as const) {
      const signed = await signRecord('move', each, [signer]);
      expect(() => verifySigned('move', signed, lookup)).toThrow(refusal('SIGNATURE.OTHER_SUITE'));
    }
    expect(signatureInput('move', record)).not.toEqual(signatureInput('move', older));
  });
});
