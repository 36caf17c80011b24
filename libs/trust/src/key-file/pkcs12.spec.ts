import fc from 'fast-check';
import { DAY, instant } from '#kernel';
import { createDevelopmentCa, softwareSigner, verifySignature, type DevelopmentCa } from '../pki/index.ts';
import { loadSigner } from './load-signer.ts';
import { readPkcs12, writePkcs12, type KeyFile } from './pkcs12.ts';

const NOW = instant(Date.UTC(2026, 0, 15));
const validity = { notBefore: instant(NOW - DAY), notAfter: instant(NOW + 30 * DAY) };
const ca: DevelopmentCa = await createDevelopmentCa({ name: 'Root', ...validity });

async function keyFile(keyType: 'ecdsa-p256' | 'rsa' = 'ecdsa-p256'): Promise<KeyFile> {
  const { certificate, pkcs8, chain } = await ca.issue({ subject: { person: '张三' }, ...validity, keyType });
  return { certificate, pkcs8: pkcs8 ?? new Uint8Array(), chain };
}

describe('a PKCS#12 file', () => {
  it.each(['ecdsa-p256', 'rsa'] as const)('gives back key, certificate and chain (%s)', async (keyType) => {
    const original = await keyFile(keyType);
    const opened = await readPkcs12(await writePkcs12(original, '密码 é', '张三'), '密码 é');
    expect(opened.ok && Buffer.from(opened.value.pkcs8).equals(original.pkcs8)).toBe(true);
    expect(opened.ok && opened.value.certificate.fingerprint).toBe(original.certificate.fingerprint);
    expect(opened.ok && opened.value.chain.map(({ fingerprint }) => fingerprint)).toEqual([
      ca.certificate.fingerprint,
    ]);
  });

  it('becomes a signer', async () => {
    const file = await writePkcs12(await keyFile(), 'secret', 'key');
    const signer = await loadSigner(file, 'secret');
    const message = new Uint8Array([1, 2, 3]);
    expect(
      signer.ok && verifySignature(signer.value.certificate, message, await signer.value.sign(message)),
    ).toBe(true);
    expect(signer.ok && signer.value.chain).toHaveLength(1);
  });

  it('stays shut for another password, and says no more than that', async () => {
    const file = await writePkcs12(await keyFile(), 'secret', 'key');
    expect(await loadSigner(file, 'Secret')).toEqual({
      ok: false,
      error: { code: 'P12.WRONG_PASSWORD', facts: {} },
    });
    expect((await readPkcs12(file, '')).ok).toBe(false);
  });

  it('gives no other key when a byte is changed', async () => {
    const original = await keyFile();
    const file = await writePkcs12(original, 'secret', 'key');
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = file.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        const opened = await readPkcs12(changed, 'secret');
        return !opened.ok || Buffer.from(opened.value.pkcs8).equals(original.pkcs8);
      }),
      { numRuns: 30 },
    );
  });

  it('is refused when the certificate is of another key', async () => {
    const [one, other] = [await keyFile(), await keyFile()];
    const file = await writePkcs12({ ...one, certificate: other.certificate }, 'secret', 'key');
    expect(await readPkcs12(file, 'secret')).toMatchObject({ error: { code: 'P12.NO_CERTIFICATE' } });
    expect(await softwareSigner(one.pkcs8, other.certificate)).toMatchObject({
      error: { code: 'SIGNER.KEY_MISMATCH' },
    });
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a text', new TextEncoder().encode('not a key file')],
    ['a megabyte of zeros and one', new Uint8Array(1024 * 1024 + 1)],
    ['a sequence that is no PFX', new Uint8Array([0x30, 3, 2, 1, 3])],
  ])('is malformed when it is %s', async (_, bytes) => {
    expect(await readPkcs12(bytes, 'x')).toMatchObject({ error: { code: 'P12.MALFORMED' } });
  });
});
