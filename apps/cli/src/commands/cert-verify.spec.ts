import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, addMs, formatInstant, instant } from '#kernel';
import { createDevelopmentCa, toPem, writePem } from '#trust';
import type { Signer } from '#trust';
import { runHere } from '../../../../test/support/command.ts';
import { certVerify } from './cert-verify.ts';

const now = instant(1_790_000_000_000);
const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 10 * DAY) };
let folder: string;
let leaf: Signer;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasshall-cert-'));
  const root = await createDevelopmentCa({ name: 'root', ...validity });
  const between = await root.issueAuthority({ name: 'between', ...validity });
  leaf = await between.issueSigner({ subject: { organisation: '某公司' }, ...validity });
  const crl = { number: 1, thisUpdate: now, nextUpdate: addMs(now, DAY) };
  const ofRoot = await root.issueCrl({ ...crl, revoked: [] });
  const clean = await between.issueCrl({ ...crl, revoked: [] });
  const revoked = [{ certificate: leaf.certificate, revokedAt: addMs(now, -1000) }];
  const revoking = await between.issueCrl({ ...crl, revoked });
  const pem = (...lists: { der: Uint8Array }[]): string =>
    lists.map(({ der }) => writePem('X509 CRL', der)).join('');
  await writeFile(at('roots.pem'), toPem([root.certificate]));
  await writeFile(at('chain.pem'), toPem([leaf.certificate, root.certificate, between.certificate]));
  await writeFile(at('leaf.pem'), toPem([leaf.certificate]));
  await writeFile(at('good.crl'), pem(ofRoot, clean));
  await writeFile(at('bad.crl'), pem(ofRoot, revoking));
  await writeFile(at('none.crl'), '');
  await writeFile(at('broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const verify = async (chain: string, ...more: string[]) => {
  const { exit, data } = await runHere([
    'cert',
    'verify',
    at(chain),
    '--roots',
    at('roots.pem'),
    '--at',
    formatInstant(now),
    ...more,
  ]);
  if (data['path'] !== undefined) certVerify.schema.parse(data);
  return `${String(exit)} ${String(data['code'])}`;
};

it('finds the path, whatever the order of the intermediates, and with clean CRLs', async () => {
  expect(await verify('chain.pem')).toBe('0 null');
  expect(await verify('chain.pem', '--crls', at('good.crl'))).toBe('0 null');
});

it('says why not', async () => {
  expect(await verify('leaf.pem')).toBe('1 CERT.UNTRUSTED');
  expect(await verify('chain.pem', '--crls', at('bad.crl'))).toBe('1 CERT.REVOKED');
  expect(await verify('chain.pem', '--crls', at('none.crl'))).toBe('1 CERT.CRL_MISSING');
  expect(await verify('chain.pem', '--eku', '1.3.6.1.5.5.7.3.8')).toBe('1 CERT.EXTENDED_KEY_USAGE');
  expect(await verify('chain.pem', '--at', formatInstant(addMs(now, 11 * DAY)))).toBe('1 CERT.EXPIRED');
  expect(await verify('broken.pem')).toBe('1 PEM.MALFORMED');
  expect(await verify('chain.pem', '--roots', at('broken.pem'))).toBe('1 PEM.MALFORMED');
});

it('takes OCSP responses, one in DER or several in PEM, in place of lists', async () => {
  await writeFile(at('error.ors'), new Uint8Array([0x30, 3, 0x0a, 1, 6]));
  expect(await verify('chain.pem', '--ocsp', at('error.ors'))).toBe('1 OCSP.NOT_SUCCESSFUL');
  await writeFile(at('error.pem'), writePem('OCSP RESPONSE', new Uint8Array([0x30, 3, 0x0a, 1, 1])));
  expect(await verify('chain.pem', '--ocsp', at('error.pem'))).toBe('1 OCSP.NOT_SUCCESSFUL');
  expect(await verify('chain.pem', '--ocsp', at('error.ors'), '--crls', at('good.crl'))).toBe('0 null');
  expect(await verify('chain.pem', '--ocsp', at('nothing.ors'))).toBe('2 CLI.FILE_UNREADABLE');
});

it('reads RFC 3339 with an offset, and refuses what is none', async () => {
  const expiry = formatInstant(addMs(validity.notAfter, 1000)).replace('.000Z', '');
  expect(await verify('chain.pem', '--at', `${expiry}+08:00`)).toBe('0 null');
  expect(await verify('chain.pem', '--at', `${expiry}-00:01`)).toBe('1 CERT.EXPIRED');
  expect(await verify('chain.pem', '--at', '2026-02-30T00:00:00Z')).toBe('2 CLI.INSTANT');
  expect(await verify('chain.pem', '--at', 'today')).toBe('2 CLI.INSTANT');
});

it('cannot tell without its files', async () => {
  expect(await verify('nothing.pem')).toBe('2 CLI.FILE_UNREADABLE');
  expect(await verify('chain.pem', '--crls', at('nothing.crl'))).toBe('2 CLI.FILE_UNREADABLE');
});
