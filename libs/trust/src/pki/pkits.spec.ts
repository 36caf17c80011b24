import { readdirSync, readFileSync } from 'node:fs';
import { instant } from '#kernel';
import { parseCertificate, type Certificate } from './certificate.ts';
import { parseCrl } from './crl.ts';
import { validateChain } from './validate-chain.ts';

const folder = new URL('../../../../test/vectors/pkits/', import.meta.url);
const files = (name: string) =>
  readdirSync(new URL(name, folder)).map((file) => ({
    name: file.replace(/\.\w+$/, ''),
    bytes: new Uint8Array(readFileSync(new URL(`${name}/${file}`, folder))),
  }));

const certificates = new Map(files('certs').map(({ name, bytes }) => [name, parseCertificate(bytes)]));
const readable = (keep: (name: string) => boolean): Certificate[] =>
  [...certificates].flatMap(([name, parsed]) => (parsed.ok && keep(name) ? [parsed.value] : []));
const ANCHOR = 'TrustAnchorRootCertificate';
const roots = readable((name) => name === ANCHOR);
const intermediates = readable((name) => !name.endsWith('EE') && name !== ANCHOR);
const crls = files('crls').flatMap(({ bytes }) => {
  const list = parseCrl(bytes);
  return list.ok ? [list.value] : [];
});

/** Every test with all certificates and lists on the table: the path is found by names and keys. */
function verdict(name: string): string {
  const leaf = certificates.get(name);
  if (!leaf) throw new Error(`no certificate ${name}`);
  if (!leaf.ok) return leaf.error.code;
  const at = instant(Date.UTC(2020, 5, 1));
  const answer = validateChain({ leaf: leaf.value, intermediates, roots, crls, at, keyUsage: null });
  return answer.ok ? 'OK' : answer.error.code;
}

const leftOut = JSON.parse(readFileSync(new URL('left-out.json', folder), 'utf8')) as {
  test: string;
  code: string;
  reason: string;
}[];
const tests = [...certificates.keys()].filter((name) => name.endsWith('EE'));

describe('path validation against NIST PKITS', () => {
  it('has the whole suite on the table', () => {
    expect(tests).toHaveLength(223);
    expect(crls.length).toBeGreaterThan(165);
  });

  it('accepts no path that the suite calls invalid', () => {
    const invalid = tests.filter((name) => name.startsWith('Invalid'));
    expect(invalid.length).toBeGreaterThan(100);
    expect(invalid.filter((name) => verdict(name) === 'OK')).toEqual([]);
  });

  it('accepts every valid path but those left out on purpose, each with its code', () => {
    const refused = tests
      .filter((name) => name.startsWith('Valid'))
      .map((name) => ({ test: name, code: verdict(name) }))
      .filter(({ code }) => code !== 'OK');
    expect(refused).toEqual(leftOut.map(({ test, code }) => ({ test, code })));
  });

  it('accepts, of the tests named neither, those that hold without policy processing', () => {
    const accepted = tests.filter((name) => !/^(?:Inv|V)alid/.test(name) && verdict(name) === 'OK');
    expect(accepted).toEqual([
      'AllCertificatesNoPoliciesTest2EE',
      'CPSPointerQualifierTest20EE',
      'DifferentPoliciesTest3EE',
      'UserNoticeQualifierTest15EE',
      'UserNoticeQualifierTest16EE',
      'UserNoticeQualifierTest17EE',
      'UserNoticeQualifierTest19EE',
    ]);
  });
});
