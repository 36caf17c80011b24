import fc from 'fast-check';
import forge from 'node-forge';
import { DAY, instant } from '#kernel';
import {
  createDevelopmentCa,
  softwareSigner,
  verifySignature,
  type DevelopmentCa,
  type KeyType,
} from '../pki/index.ts';
import {
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  tagged,
  taggedPrimitive,
} from '../pki/der-writer.ts';
import { OID } from '../pki/oids.ts';
import { loadSigner } from './load-signer.ts';
import { writeMac } from './pkcs12-mac.ts';
import { readPkcs12, writePkcs12, type KeyFile } from './pkcs12.ts';

const NOW = instant(Date.UTC(2026, 0, 15));
const validity = { notBefore: instant(NOW - DAY), notAfter: instant(NOW + 30 * DAY) };
const ca: DevelopmentCa = await createDevelopmentCa({ name: 'Root', ...validity });

async function keyFile(keyType: KeyType = 'ecdsa-p256'): Promise<KeyFile> {
  const { certificate, pkcs8, chain } = await ca.issue({ subject: { person: '张三' }, ...validity, keyType });
  return { certificate, pkcs8: pkcs8 ?? new Uint8Array(), chain };
}

describe('a PKCS#12 file', () => {
  it.each(['ecdsa-p256', 'rsa', 'sm2'] as const)(
    'gives back key, certificate and chain (%s)',
    async (keyType) => {
      const original = await keyFile(keyType);
      const opened = await readPkcs12(await writePkcs12(original, '密码 é', '张三'), '密码 é');
      expect(opened.ok && Buffer.from(opened.value.pkcs8).equals(original.pkcs8)).toBe(true);
      expect(opened.ok && opened.value.certificate.fingerprint).toBe(original.certificate.fingerprint);
      expect(opened.ok && opened.value.chain.map(({ fingerprint }) => fingerprint)).toEqual([
        ca.certificate.fingerprint,
      ]);
    },
  );

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

const salt = new Uint8Array(8).fill(7);
const pfx = (safe: Uint8Array, mac: Uint8Array): Uint8Array =>
  sequence(integer(3), sequence(oid(OID.data), tagged(0, octetString(safe))), mac);
const { decode, encode } = forge.util.binary.raw;

it('opens a key under 3DES, as old tools write it', async () => {
  const { pkcs8, certificate } = await keyFile();
  const key = forge.pki.encryptPrivateKeyInfo(forge.asn1.fromDer(encode(pkcs8)), 'secret', {
    algorithm: '3des',
  });
  const shrouded = decode(forge.asn1.toDer(key).getBytes());
  const own = sequence(oid(OID.x509Certificate), tagged(0, octetString(certificate.der)));
  const bags = sequence(
    sequence(oid(OID.pkcs8ShroudedKeyBag), tagged(0, shrouded)),
    sequence(oid(OID.certBag), tagged(0, own)),
  );
  const safe = sequence(sequence(oid(OID.data), tagged(0, octetString(bags))));
  const opened = await readPkcs12(pfx(safe, writeMac(safe, 'secret', salt)), 'secret');
  expect(opened.ok && opened.value.certificate.fingerprint).toBe(certificate.fingerprint);
});

/** Each of these would hold a page, or a process, for minutes. */
describe('a key file that asks for too much work', () => {
  const encrypted = (algorithm: Uint8Array): Uint8Array => {
    const content = sequence(oid(OID.data), algorithm, taggedPrimitive(0, new Uint8Array(16)));
    const safe = sequence(sequence(oid(OID.encryptedData), tagged(0, sequence(integer(0), content))));
    return pfx(safe, writeMac(safe, 'secret', salt));
  };
  const pbes2 = (rounds: number): Uint8Array =>
    sequence(
      oid('1.2.840.113549.1.5.13'),
      sequence(
        sequence(oid('1.2.840.113549.1.5.12'), sequence(octetString(salt), integer(rounds))),
        sequence(oid('2.16.840.1.101.3.4.1.42'), octetString(new Uint8Array(16))),
      ),
    );
  const old = (scheme: number, rounds: number): Uint8Array =>
    sequence(oid(`1.2.840.113549.1.12.1.${scheme}`), sequence(octetString(salt), integer(rounds)));
  const mac = (rounds: number): Uint8Array => {
    const digest = sequence(oid('2.16.840.1.101.3.4.2.1'), nullValue());
    return sequence(sequence(digest, octetString(new Uint8Array(32))), octetString(salt), integer(rounds));
  };

  it.each([
    ['in its MAC', (rounds: number) => pfx(sequence(), mac(rounds))],
    ['in PBES2', (rounds: number) => encrypted(pbes2(rounds))],
    ['in 3DES', (rounds: number) => encrypted(old(3, rounds))],
    ['in RC2', (rounds: number) => encrypted(old(6, rounds))],
  ])('is refused before the work begins: %s', async (_, make) => {
    for (const rounds of [0, 1_000_001, 2 ** 31 - 1])
      expect(await readPkcs12(make(rounds), 'secret')).toEqual({
        ok: false,
        error: { code: 'P12.MALFORMED', facts: { reason: 'iteration count' } },
      });
  });
});
