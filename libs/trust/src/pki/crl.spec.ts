import fc from 'fast-check';
import { DAY, instant } from '#kernel';
import { signatureAlgorithmOf, signEncoded } from './algorithm-writer.ts';
import { fromHex } from './bytes.ts';
import { extension } from './crafted-certificate.fixture.ts';
import { isCrlOf, parseCrl, parseCrlPem } from './crl.ts';
import { createDevelopmentCa } from './development-ca.ts';
import {
  bitString,
  element,
  enumerated,
  integer,
  nullValue,
  oid,
  sequence,
  tagged,
  time,
} from './der-writer.ts';
import { OID } from './oids.ts';
import { writePem } from './pem.ts';
import { validateChain } from './validate-chain.ts';

const NOW = instant(Date.UTC(2026, 0, 15));
const validity = { notBefore: instant(NOW - DAY), notAfter: instant(NOW + 30 * DAY) };
const ca = await createDevelopmentCa({ name: 'Root', ...validity });
const { certificate: leaf } = await ca.issue({ subject: { person: '张三' }, ...validity });
const period = { thisUpdate: NOW, nextUpdate: instant(NOW + DAY) };

interface Parts {
  readonly extensions?: readonly Uint8Array[];
  readonly entries?: readonly Uint8Array[];
  readonly version?: readonly Uint8Array[];
  readonly nextUpdate?: readonly Uint8Array[];
}
const number = extension(OID.crlNumber, false, integer(1));

async function crafted({
  extensions = [number],
  entries,
  version = [integer(1)],
  nextUpdate = [time(period.nextUpdate)],
}: Parts) {
  const algorithm = signatureAlgorithmOf(ca.certificate.publicKey);
  const tbs = sequence(
    ...version,
    algorithm,
    ca.certificate.subject.der,
    time(NOW),
    ...nextUpdate,
    ...(entries ? [sequence(...entries)] : []),
    tagged(0, sequence(...extensions)),
  );
  return sequence(tbs, algorithm, bitString(await signEncoded(ca.signer, tbs)));
}

const codeWith = (der: Uint8Array) => {
  const list = parseCrl(der);
  if (!list.ok) return list.error.code;
  const answer = validateChain({
    leaf,
    intermediates: [],
    roots: [ca.certificate],
    crls: [list.value],
    at: NOW,
  });
  return answer.ok ? 'OK' : answer.error.code;
};
const entry = (serial: string, ...extensions: Uint8Array[]) =>
  sequence(
    element(0x02, fromHex(serial)),
    time(NOW),
    ...(extensions.length ? [sequence(...extensions)] : []),
  );

describe('a revocation list', () => {
  it('tells who was revoked and when', async () => {
    const list = await ca.issueCrl({
      number: 7,
      ...period,
      revoked: [{ certificate: leaf, revokedAt: NOW }],
    });
    expect([...list.revoked]).toEqual([[leaf.serial, NOW]]);
    expect(list).toMatchObject({
      ...period,
      unsupported: null,
      authorityKeyId: ca.certificate.extensions.subjectKeyId,
    });
    expect(isCrlOf(list, ca.certificate)).toBe(true);
    expect(isCrlOf(list, leaf)).toBe(false);
  });

  it.each<[string, Parts, string]>([
    ['nothing special', {}, 'OK'],
    ['version 1', { version: [] }, 'CRL.MALFORMED'],
    ['no nextUpdate', { nextUpdate: [] }, 'CERT.CRL_NOT_CURRENT'],
    ['no crlNumber', { extensions: [extension('1.2.3', false, nullValue())] }, 'CERT.CRL_UNSUPPORTED'],
    [
      'a critical crlNumber',
      { extensions: [extension(OID.crlNumber, true, integer(1))] },
      'CERT.CRL_UNSUPPORTED',
    ],
    [
      'a delta indicator',
      { extensions: [number, extension(OID.deltaCrlIndicator, false, integer(1))] },
      'CERT.CRL_UNSUPPORTED',
    ],
    [
      'a distribution point',
      { extensions: [number, extension(OID.issuingDistributionPoint, false, sequence())] },
      'CERT.CRL_UNSUPPORTED',
    ],
    [
      'a freshest list',
      { extensions: [number, extension(OID.freshestCrl, false, sequence())] },
      'CERT.CRL_UNSUPPORTED',
    ],
    [
      'an unknown critical extension',
      { extensions: [number, extension('1.2.3', true, nullValue())] },
      'CERT.CRL_UNSUPPORTED',
    ],
    [
      'an entry with a reason',
      { entries: [entry('05', extension(OID.reasonCode, false, enumerated(1)))] },
      'OK',
    ],
    [
      'an entry that removes',
      { entries: [entry('05', extension(OID.reasonCode, false, enumerated(8)))] },
      'CERT.CRL_UNSUPPORTED',
    ],
    [
      'an entry of another issuer',
      { entries: [entry('05', extension(OID.certificateIssuer, false, sequence()))] },
      'CERT.CRL_UNSUPPORTED',
    ],
    [
      'a critical entry extension',
      { entries: [entry('05', extension('1.2.3', true, nullValue()))] },
      'CERT.CRL_UNSUPPORTED',
    ],
    [
      'the certificate, and something unknown',
      { entries: [entry(leaf.serial, extension('1.2.3', true, nullValue()))] },
      'CERT.REVOKED',
    ],
    ['an empty list of entries', { entries: [] }, 'CRL.MALFORMED'],
  ])('with %s gives %s', async (_, parts, code) => {
    expect(codeWith(await crafted(parts))).toBe(code);
  });

  it('keeps the earliest date of a serial number that stands twice', async () => {
    const later = sequence(integer(5), time(instant(NOW + 5000)));
    const list = parseCrl(await crafted({ entries: [entry('05'), later] }));
    expect(list.ok && list.value.revoked.get('05')).toBe(NOW);
  });

  it('is of no use with any byte changed', async () => {
    const der = await crafted({});
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = der.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        return codeWith(changed) !== 'OK';
      }),
      { numRuns: 300 },
    );
  });

  it('reads PEM under the label that openssl writes', async () => {
    const pem = writePem('X509 CRL', await crafted({}));
    expect(parseCrlPem(pem + pem)).toMatchObject({ ok: true, value: [{}, {}] });
    expect(parseCrlPem(writePem('X509 CRL', oid('1.2.3')))).toMatchObject({
      error: { code: 'CRL.MALFORMED' },
    });
  });
});
