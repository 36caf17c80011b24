import { readFileSync } from 'node:fs';
import { edPublicKey, edSign, edVerify } from './ed25519.ts';
import { hkdfExpand, hkdfExtract, hmacSha256, sha256 } from './hash.ts';
import { concat, systemRandom, utf8 } from './bytes.ts';

interface Suite<Test> {
  readonly testGroups: readonly (Record<string, unknown> & { readonly tests: readonly Test[] })[];
}
const wycheproof = <Test>(file: string): Suite<Test> =>
  JSON.parse(
    readFileSync(new URL(`../../../../test/vectors/wycheproof/${file}`, import.meta.url), 'utf8'),
  ) as Suite<Test>;
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

test('SHA-256 and HMAC agree with FIPS 180-4 and RFC 4231', () => {
  expect(Buffer.from(sha256(utf8.encode('a'), utf8.encode('bc'))).toString('hex')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  expect(
    Buffer.from(hmacSha256(utf8.encode('Jefe'), utf8.encode('what do ya want for nothing?'))).toString('hex'),
  ).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
});

test('HKDF agrees with Wycheproof', () => {
  let seen = 0;
  for (const { tests } of wycheproof<{
    ikm: string;
    salt: string;
    info: string;
    size: number;
    okm: string;
    result: string;
  }>('hkdf_sha256_test.json').testGroups) {
    for (const { ikm, salt, info, size, okm, result } of tests) {
      const derive = () => hkdfExpand(hkdfExtract(unhex(salt), unhex(ikm)), unhex(info), size);
      if (result === 'valid') expect(derive()).toEqual(unhex(okm));
      else expect(derive).toThrow();
      seen++;
    }
  }
  expect(seen).toBe(86);
});

test('Ed25519 agrees with Wycheproof', () => {
  let seen = 0;
  for (const { publicKey, tests } of wycheproof<{ msg: string; sig: string; result: string; tcId: number }>(
    'ed25519_test.json',
  ).testGroups) {
    const key = unhex((publicKey as { pk: string }).pk);
    for (const { msg, sig, result, tcId } of tests) {
      expect([tcId, edVerify(key, unhex(msg), unhex(sig))]).toEqual([tcId, result === 'valid']);
      seen++;
    }
  }
  expect(seen).toBe(151);
});

test('Ed25519 signs as RFC 8032 section 7.1 does', () => {
  const secret = unhex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
  expect(edPublicKey(secret)).toEqual(
    unhex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'),
  );
  const signature = edSign(secret, Uint8Array.of(0x72));
  expect(signature).toEqual(
    unhex(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ),
  );
  expect(edVerify(edPublicKey(secret), Uint8Array.of(0x72), signature)).toBe(true);
});

test('a key of small order verifies nothing', () => {
  const identity = concat(Uint8Array.of(1), new Uint8Array(31));
  const forged = concat(identity, new Uint8Array(32));
  expect(edVerify(identity, systemRandom(8), forged)).toBe(false);
  expect(edVerify(new Uint8Array(5), systemRandom(8), forged)).toBe(false);
});
