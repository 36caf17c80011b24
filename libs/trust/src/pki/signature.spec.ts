import { readFileSync } from 'node:fs';
import { fromHex } from './bytes.ts';
import { createDevelopmentCa } from './development-ca.ts';
import { generateKeyPair } from './key-pair.ts';
import { parsePublicKey } from './public-key.ts';
import {
  ecdsaFromDer,
  verifyEncodedSignature,
  verifySignature,
  type SignatureAlgorithm,
} from './signature.ts';
import { importSigningKey, softwareSigner } from './software-signer.ts';
import { instant, DAY } from '#kernel';

interface VectorFile {
  readonly testGroups: readonly {
    readonly publicKeyDer: string;
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly flags: readonly string[];
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

const vectors = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../../../test/vectors/wycheproof/${name}.json`, import.meta.url), 'utf8'),
  ) as VectorFile;

describe('signatures against the Wycheproof vectors', () => {
  it.each<[string, SignatureAlgorithm, number]>([
    ['ecdsa_secp256r1_sha256_test', 'ecdsa', 484],
    ['rsa_signature_2048_sha256_test', 'rsa-pkcs1', 259],
    ['rsa_pss_2048_sha256_mgf1_32_test', 'rsa-pss', 108],
  ])('%s: every verdict as published, "acceptable" refused', (file, algorithm, count) => {
    const wrong: string[] = [];
    let seen = 0;
    for (const { publicKeyDer, tests } of vectors(file).testGroups) {
      const key = parsePublicKey(fromHex(publicKeyDer));
      for (const { tcId, comment, msg, sig, result } of tests) {
        seen += 1;
        const found = verifyEncodedSignature(key, algorithm, fromHex(msg), fromHex(sig));
        if (found !== (result === 'valid')) wrong.push(`${tcId} ${comment} (${result})`);
      }
    }
    expect(wrong).toEqual([]);
    expect(seen).toBe(count);
  });

  it('takes the 64-byte form for records, and refuses the DER form there', () => {
    const group = vectors('ecdsa_secp256r1_sha256_test').testGroups[0];
    const test = group?.tests.find(({ result }) => result === 'valid');
    const publicKey = parsePublicKey(fromHex(group?.publicKeyDer ?? ''));
    const der = fromHex(test?.sig ?? '');
    const raw = ecdsaFromDer(der);
    expect(raw).toHaveLength(64);
    expect(verifySignature({ publicKey }, fromHex(test?.msg ?? ''), raw ?? der)).toBe(true);
    expect(verifySignature({ publicKey }, fromHex(test?.msg ?? ''), der)).toBe(false);
  });

  it('refuses r or s of zero and of the order, in 64 bytes', () => {
    const group = vectors('ecdsa_secp256r1_sha256_test').testGroups[0];
    const publicKey = parsePublicKey(fromHex(group?.publicKeyDer ?? ''));
    const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';
    for (const sig of ['00'.repeat(64), order + order, 'ff'.repeat(64)]) {
      expect(verifySignature({ publicKey }, new Uint8Array(), fromHex(sig))).toBe(false);
    }
  });
});

describe('public keys', () => {
  it('refuses another curve, a point off the curve, and RSA under 2048 bits', async () => {
    const { subtle } = globalThis.crypto;
    const p384 = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, ['sign', 'verify']);
    const spki384 = new Uint8Array(await subtle.exportKey('spki', p384.publicKey));
    expect(() => parsePublicKey(spki384)).toThrow('curve is neither P-256 nor sm2p256v1');
    const { spki } = await generateKeyPair('ecdsa-p256');
    const off = spki.slice();
    off[off.length - 1] = (off[off.length - 1] ?? 0) ^ 1;
    expect(() => parsePublicKey(off)).toThrow('point is not on the curve');
    const small = await subtle.generateKey(
      {
        name: 'RSASSA-PKCS1-v1_5',
        modulusLength: 1024,
        publicExponent: new Uint8Array([1, 0, 1]),
        hash: 'SHA-256',
      },
      true,
      ['sign', 'verify'],
    );
    const spki1024 = new Uint8Array(await subtle.exportKey('spki', small.publicKey));
    expect(() => parsePublicKey(spki1024)).toThrow('RSA key size');
  });
});

describe('a software signer', () => {
  const validity = { notBefore: instant(0), notAfter: instant(400 * DAY) };

  it.each(['ecdsa-p256', 'rsa', 'sm2'] as const)(
    'signs with %s what verifySignature accepts',
    async (keyType) => {
      const ca = await createDevelopmentCa({ name: 'Root', ...validity, keyType });
      const signer = await ca.issueSigner({ subject: { person: '张三' }, ...validity, keyType });
      const message = new TextEncoder().encode('a record');
      const signature = await signer.sign(message);
      expect(signature).toHaveLength(keyType === 'rsa' ? 256 : 64);
      expect(verifySignature(signer.certificate, message, signature)).toBe(true);
      expect(verifySignature(ca.certificate, message, signature)).toBe(false);
      signature[5] = (signature[5] ?? 0) ^ 1;
      expect(verifySignature(signer.certificate, message, signature)).toBe(false);
    },
  );

  it('accepts RSA-PSS records too', async () => {
    const { subtle } = globalThis.crypto;
    const pair = await generateKeyPair('rsa');
    const key = await subtle.importKey('pkcs8', pair.pkcs8, { name: 'RSA-PSS', hash: 'SHA-256' }, false, [
      'sign',
    ]);
    const message = new TextEncoder().encode('a record');
    const publicKey = parsePublicKey(pair.spki);
    const signature = new Uint8Array(await subtle.sign({ name: 'RSA-PSS', saltLength: 32 }, key, message));
    expect(verifySignature({ publicKey }, message, signature)).toBe(true);
    const shortSalt = new Uint8Array(await subtle.sign({ name: 'RSA-PSS', saltLength: 20 }, key, message));
    expect(verifySignature({ publicKey }, message, shortSalt)).toBe(false);
  });

  it('refuses a key that does not belong to the certificate, and bytes that are no key', async () => {
    const ca = await createDevelopmentCa({ name: 'Root', ...validity });
    const other = await generateKeyPair('ecdsa-p256');
    expect(await softwareSigner(other.pkcs8, ca.certificate)).toMatchObject({
      error: { code: 'SIGNER.KEY_MISMATCH' },
    });
    const rsa = await generateKeyPair('rsa');
    expect(await softwareSigner(rsa.pkcs8, ca.certificate)).toMatchObject({
      error: { code: 'SIGNER.KEY_MALFORMED' },
    });
    expect(await importSigningKey(new Uint8Array(8), 'rsa')).toBeNull();
  });
});
