import fc from 'fast-check';
import { DAY, instant } from '#kernel';
import { parseCertificate } from './certificate.ts';
import { authorityKey, craft, extension, leafUsage } from './crafted-certificate.fixture.ts';
import { createDevelopmentCa, DEVELOPMENT_MARK } from './development-ca.ts';
import {
  element,
  integer,
  namedBits,
  nullValue,
  octetString,
  oid,
  sequence,
  tagged,
  time,
} from './der-writer.ts';
import { nameText } from './distinguished-name.ts';
import { OID } from './oids.ts';
import { parsePem, readPem, toPem, writePem } from './pem.ts';
import { validateChain } from './validate-chain.ts';

const NOW = instant(Date.UTC(2026, 0, 15));
const validity = { notBefore: instant(NOW - DAY), notAfter: instant(NOW + 30 * DAY) };
const ca = await createDevelopmentCa({ name: 'Root', ...validity });

const codeOf = (der: Uint8Array) => {
  const parsed = parseCertificate(der);
  return parsed.ok ? 'OK' : parsed.error.code;
};

describe('a certificate', () => {
  it('names its holder by the profile', async () => {
    const subject = {
      organisation: '东莞甲建设有限公司',
      creditCode: '91441900MA4UQ1234X',
      person: '张三',
      personIdHash: 'qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo',
    };
    const { certificate } = await ca.issue({ subject, ...validity, eku: [OID.clientAuth] });
    expect(certificate.holder).toEqual(subject);
    expect(certificate).toMatchObject(validity);
    expect(certificate.publicKey.type).toBe('ecdsa-p256');
    expect(certificate.fingerprint).toMatch(/^[\w-]{43}$/);
    expect(certificate.extensions.extendedKeyUsage).toEqual([OID.clientAuth]);
    expect(nameText(certificate.issuer)).toContain(DEVELOPMENT_MARK);
  });

  it('holds no credit code that has not the form of one', async () => {
    const { certificate } = await ca.issue({ subject: { creditCode: '91441900MA4UQ1234I' }, ...validity });
    expect(certificate.holder.creditCode).toBeNull();
  });

  it.each([
    ['version 1', { version: new Uint8Array() }],
    ['version 2', { version: tagged(0, integer(1)) }],
    ['an outer algorithm that differs', { outerAlgorithm: sequence(oid(OID.sha256WithRsa), nullValue()) }],
    [
      'a GeneralizedTime before 2050',
      { validity: sequence(time(NOW), element(0x18, new TextEncoder().encode('20270101000000Z'))) },
    ],
    ['an extension that stands twice', { more: [leafUsage()] }],
    ['no extension at all', { extensions: [] }],
    [
      'a default value that is encoded',
      { more: [extension(OID.basicConstraints, true, sequence(element(1, new Uint8Array([0]))))] },
    ],
    [
      'critical FALSE that is encoded',
      { more: [sequence(oid('1.2.3'), element(1, new Uint8Array([0])), octetString(new Uint8Array()))] },
    ],
    [
      'a path length outside an authority',
      { more: [extension(OID.basicConstraints, true, sequence(integer(0)))] },
    ],
    ['an empty extKeyUsage', { more: [extension(OID.extendedKeyUsage, false, sequence())] }],
    ['an empty subjectAltName', { more: [extension(OID.subjectAltName, false, sequence())] }],
    [
      'a dNSName that is no host',
      {
        more: [
          extension(OID.subjectAltName, false, sequence(element(0x82, new TextEncoder().encode('a..b')))),
        ],
      },
    ],
    ['a keyUsage without bits', { extensions: [extension(OID.keyUsage, true, namedBits([]))] }],
    ['an empty nameConstraints', { more: [extension(OID.nameConstraints, true, sequence())] }],
    [
      'an extension value that is not DER',
      { more: [extension(OID.issuerAltName, false, new Uint8Array([0x30, 0x80, 0, 0]))] },
    ],
  ])('is malformed with %s', async (_, change) => {
    expect(codeOf(await craft({ ca, ...validity, ...change }))).toBe('CERT.MALFORMED');
  });

  it('says when only the algorithm or the key is outside the profile', async () => {
    const sha384 = sequence(oid('1.2.840.10045.4.3.3'));
    const der = await craft({ ca, ...validity });
    const swapped = Uint8Array.from(der);
    const from = sequence(oid(OID.ecdsaWithSha256));
    for (let at = 0; at + from.length <= swapped.length; at++) {
      if (from.every((octet, i) => swapped[at + i] === octet)) swapped.set(sha384, at);
    }
    expect(codeOf(swapped)).toBe('CERT.UNSUPPORTED_ALGORITHM');
    const { subtle } = globalThis.crypto;
    const pair = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-521' }, true, ['sign', 'verify']);
    const spki = new Uint8Array(await subtle.exportKey('spki', pair.publicKey));
    expect(codeOf(await craft({ ca, ...validity, pair: { spki, pkcs8: spki } }))).toBe(
      'CERT.UNSUPPORTED_KEY',
    );
  });

  it('is refused when too long to be one, and when cut off anywhere', async () => {
    expect(codeOf(new Uint8Array(70_000))).toBe('CERT.MALFORMED');
    const der = await craft({ ca, ...validity });
    for (let end = 0; end < der.length; end++) expect(codeOf(der.subarray(0, end))).toBe('CERT.MALFORMED');
  });

  it('is refused under its root with any byte changed', async () => {
    const { certificate } = await ca.issue({ subject: { person: '张三' }, ...validity });
    fc.assert(
      fc.property(fc.nat(certificate.der.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = certificate.der.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        const parsed = parseCertificate(changed);
        return (
          !parsed.ok ||
          !validateChain({ leaf: parsed.value, intermediates: [], roots: [ca.certificate], at: NOW }).ok
        );
      }),
      { numRuns: 400 },
    );
  });
});

describe('PEM', () => {
  it('gives a chain back as it went in', async () => {
    const { certificate, chain } = await ca.issue({ subject: { person: '张三' }, ...validity });
    const read = parsePem(`some text\n${toPem([certificate, ...chain])}`);
    expect(read.ok && read.value.map(({ fingerprint }) => fingerprint)).toEqual(
      [certificate, ...chain].map(({ fingerprint }) => fingerprint),
    );
  });

  it.each([
    ['no block', '', 'PEM.EMPTY'],
    ['another label only', writePem('PRIVATE KEY', new Uint8Array(3)), 'PEM.EMPTY'],
    ['a block without its end', '-----BEGIN CERTIFICATE-----\nAAAA\n', 'PEM.MALFORMED'],
    ['labels that differ', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END X-----\n', 'PEM.MALFORMED'],
    [
      'base64 with stray bits',
      '-----BEGIN CERTIFICATE-----\nAB==\n-----END CERTIFICATE-----\n',
      'PEM.MALFORMED',
    ],
    ['a certificate that does not parse', writePem('CERTIFICATE', new Uint8Array(3)), 'CERT.MALFORMED'],
  ])('refuses %s', (_, text, code) => {
    expect(parsePem(text)).toMatchObject({ ok: false, error: { code } });
  });

  it('reads CRLF lines', () => {
    const text = writePem('CERTIFICATE', authorityKey(ca)).replaceAll('\n', '\r\n');
    expect(readPem(text, 'CERTIFICATE')).toMatchObject({ ok: true, value: [authorityKey(ca)] });
  });
});
