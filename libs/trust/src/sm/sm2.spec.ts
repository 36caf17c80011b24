import { readUint, systemRandom, uint, utf8 } from '../encoding/bytes.ts';
import { parseCertificate, parsePem, readPem } from '../pki/index.ts';
import { readSm2Secret } from '../pki/sm2-key.ts';
import { verifyEncodedSignature } from '../pki/signature.ts';
import { isSm2Secret, sm2Holds, sm2PublicKey, sm2SecretOf, sm2Sign, sm2Verify } from './sm2.ts';
import { SM2_CURVE } from './sm2p256v1.ts';
import { stanzas, valueOf, vectorFile } from '../../../../test/support/sm-vectors.ts';
import { unwrap } from '#kernel';

const secret = sm2SecretOf(systemRandom(48));
const point = sm2PublicKey(secret);
const message = utf8.encode('a record');

/** SEQUENCE of two INTEGERs of OpenSSL's vectors to r ‖ s. */
function pairOf(der: Uint8Array): Uint8Array {
  const first = der[3] as number;
  const r = der.subarray(4, 4 + first);
  return Uint8Array.from([...uint(readUint(r), 32), ...uint(readUint(der.subarray(6 + first)), 32)]);
}

test("verifies the signatures of OpenSSL's vectors over a given digest", () => {
  const key = /-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----/.exec(
    vectorFile('sm/evppkey_sm2.txt'),
  )?.[0];
  const [pkcs8] = unwrap(readPem(`${String(key)}\n`, 'PRIVATE KEY'));
  const owner = sm2PublicKey(readSm2Secret(pkcs8 as Uint8Array) as bigint);
  const all = stanzas('sm/evppkey_sm2.txt').filter(
    (each) => each.has('Verify') && each.get('Ctrl') === 'digest:SM3' && !each.has('Result'),
  );
  expect(all).toHaveLength(2);
  for (const stanza of all) {
    const [e, signature] = [readUint(valueOf(stanza.get('Input'))), pairOf(valueOf(stanza.get('Output')))];
    expect(sm2Holds(owner, e, signature)).toBe(true);
    expect(sm2Holds(owner, e ^ 1n, signature)).toBe(false);
  }
});

test("the certificates of OpenSSL's test suite verify under their root", () => {
  const [root] = unwrap(parsePem(vectorFile('sm/certs/sm2-root.crt')));
  const [leaf] = unwrap(parsePem(vectorFile('sm/certs/sm2.pem')));
  for (const each of [root, leaf]) {
    const { tbs, signature, signatureAlgorithm } = unwrap(parseCertificate(each?.der ?? new Uint8Array()));
    const key = root?.publicKey;
    expect(key?.type).toBe('sm2');
    if (!key) continue;
    expect(verifyEncodedSignature(key, signatureAlgorithm, tbs, signature)).toBe(true);
    expect(verifyEncodedSignature(key, 'ecdsa', tbs, signature)).toBe(false);
    expect(verifyEncodedSignature(key, 'sm2', tbs.with(40, 0), signature)).toBe(false);
  }
});

test('verifies what it signs, and signs differently every time', () => {
  const [one, two] = [sm2Sign(secret, message), sm2Sign(secret, message)];
  expect(one).not.toEqual(two);
  for (const signature of [one, two]) expect(sm2Verify(point, message, signature)).toBe(true);
});

test('a random source that stands still repeats no nonce for another message', () => {
  const still = (n: number): Uint8Array => new Uint8Array(n);
  const r = (text: string): string => sm2Sign(secret, utf8.encode(text), still).subarray(0, 32).join();
  expect(r('one')).toBe(r('one'));
  expect(r('one')).not.toBe(r('two'));
});

test('refuses another message, key or length, a changed byte, and numbers out of range', () => {
  const signature = sm2Sign(secret, message);
  const { n } = SM2_CURVE;
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
  const pair = (left: Uint8Array, right: Uint8Array): Uint8Array => Uint8Array.from([...left, ...right]);
  expect(sm2Verify(point, utf8.encode('another'), signature)).toBe(false);
  expect(sm2Verify(sm2PublicKey(sm2SecretOf(systemRandom(48))), message, signature)).toBe(false);
  const bad = [
    signature.with(5, (signature[5] as number) ^ 1),
    signature.subarray(1),
    pair(uint(0, 32), s),
    pair(r, uint(0, 32)),
    pair(uint(n, 32), s),
    pair(r, uint(n, 32)),
    // n − s, which ECDSA would take; and r + s = n, for which the equation would hold of no key.
    pair(r, uint(n - readUint(s), 32)),
    pair(r, uint(n - readUint(r), 32)),
  ];
  for (const each of bad) expect(sm2Verify(point, message, each)).toBe(false);
});

test('a secret is in [1, n - 2], so that 1 + d has an inverse', () => {
  const { n } = SM2_CURVE;
  expect([0n, n - 1n, n].map(isSm2Secret)).toEqual([false, false, false]);
  expect([1n, n - 2n].map(isSm2Secret)).toEqual([true, true]);
  expect(sm2SecretOf(uint(n - 3n, 48))).toBe(n - 2n);
  expect(sm2SecretOf(uint(n - 2n, 48))).toBe(1n);
});
