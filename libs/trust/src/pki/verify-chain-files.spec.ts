import { DAY, instant } from '#kernel';
import { createDevelopmentCa } from './development-ca.ts';
import { OID } from './oids.ts';
import { toPem, writePem } from './pem.ts';
import { verifyCertificateChainFiles, type ChainFiles } from './verify-chain-files.ts';

const NOW = instant(Date.UTC(2026, 0, 15));
const validity = { notBefore: instant(NOW - DAY), notAfter: instant(NOW + 30 * DAY) };
const root = await createDevelopmentCa({ name: 'Root', ...validity });
const sub = await root.issueAuthority({ name: 'Sub', ...validity });
const { certificate } = await sub.issue({ subject: { person: '张三' }, ...validity, eku: [OID.clientAuth] });
const period = { number: 1, thisUpdate: NOW, nextUpdate: instant(NOW + DAY) };
const lists = [
  await root.issueCrl({ ...period, revoked: [] }),
  await sub.issueCrl({ ...period, revoked: [{ certificate, revokedAt: NOW }] }),
];
const crls = lists.map(({ der }) => writePem('X509 CRL', der)).join('');
const damaged = writePem('CERTIFICATE', new Uint8Array(5));
const files = {
  chain: toPem([certificate, root.certificate, sub.certificate]),
  roots: toPem([root.certificate]),
  at: NOW,
};

describe('cert verify', () => {
  it('gives the path from the leaf to the root', () => {
    const verdict = verifyCertificateChainFiles({ ...files, eku: OID.clientAuth });
    expect(verdict).toMatchObject({ valid: true, code: 'OK' });
    expect(verdict.path.map(({ fingerprint }) => fingerprint)).toEqual(
      [certificate, sub.certificate, root.certificate].map((each) => each.fingerprint),
    );
    expect(verdict.path[0]?.subject).toBe('C=CN, CN=张三');
  });

  it.each<[string, Partial<ChainFiles>, string]>([
    ['an authority as the leaf', { chain: toPem([sub.certificate]) }, 'OK'],
    ['a damaged root beside the right one', { roots: damaged + files.roots }, 'OK'],
    [
      'a damaged intermediate where it is missed',
      { chain: toPem([certificate]) + damaged },
      'CERT.MALFORMED',
    ],
    ['a damaged leaf', { chain: damaged + files.chain }, 'CERT.MALFORMED'],
    ['no root', { roots: '' }, 'PEM.EMPTY'],
    ['no chain', { chain: 'hello' }, 'PEM.EMPTY'],
    ['no intermediate', { chain: toPem([certificate]) }, 'CERT.UNTRUSTED'],
    ['a revoked leaf', { crls }, 'CERT.REVOKED'],
    ['an empty file of lists', { crls: ' \n' }, 'CERT.CRL_MISSING'],
    ['a file of lists that holds none', { crls: 'hello' }, 'PEM.EMPTY'],
    ['a damaged list where it is missed', { crls: writePem('X509 CRL', new Uint8Array(4)) }, 'CRL.MALFORMED'],
    ['a damaged list beside all', { crls: crls + writePem('X509 CRL', new Uint8Array(4)) }, 'CERT.REVOKED'],
    ['no OCSP response', { ocsp: [] }, 'CERT.OCSP_MISSING'],
    ['a damaged OCSP response', { ocsp: [new Uint8Array(4)] }, 'OCSP.MALFORMED'],
    ['a damaged OCSP response beside lists', { crls, ocsp: [new Uint8Array(4)] }, 'CERT.REVOKED'],
    ['another instant', { at: instant(NOW + 60 * DAY) }, 'CERT.EXPIRED'],
    ['another purpose', { eku: OID.timeStamping }, 'CERT.EXTENDED_KEY_USAGE'],
    ['a purpose that is no identifier', { eku: 'clientAuth' }, 'CERT.EKU_FORM'],
  ])('with %s says %s', (_, change, code) => {
    const verdict = verifyCertificateChainFiles({ ...files, ...change });
    expect(verdict).toMatchObject({ valid: code === 'OK', code });
  });
});
