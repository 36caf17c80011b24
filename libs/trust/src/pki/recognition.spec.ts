import { DAY, instant, unwrap, type Instant } from '#kernel';
import { parseCertificate, type Certificate } from './certificate.ts';
import {
  authorityConstraints,
  authorityKey,
  authorityUsage,
  craft,
  subjectKey,
} from './crafted-certificate.fixture.ts';
import { createDevelopmentCa } from './development-ca.ts';
import { anchorsOf, type Recognition, type TrustAnchor } from './recognition.ts';
import { validateChain } from './validate-chain.ts';

const NOW = instant(Date.UTC(2026, 0, 15));
const validity = { notBefore: instant(NOW - 30 * DAY), notAfter: instant(NOW + 30 * DAY) };
const guangdong = await createDevelopmentCa({ name: 'Guangdong', ...validity });
const guangxi = await createDevelopmentCa({ name: 'Guangxi', ...validity });
const roots = [guangdong.certificate, guangxi.certificate];
const people = await Promise.all(
  [guangdong, guangxi].map((ca) => ca.issue({ subject: { person: '张三' }, ...validity })),
);
const [ofGuangdong, ofGuangxi] = people.map(({ certificate }) => certificate);

const line = (change: Partial<Recognition> = {}): Recognition => ({
  ca: guangxi.certificate.fingerprint,
  regions: ['450000'],
  from: instant(NOW - DAY),
  until: instant(NOW + DAY),
  ...change,
});
const at = (region: string, table: readonly Recognition[], leaf = ofGuangxi, when: Instant = NOW) => {
  if (!leaf) throw new Error('no leaf');
  const anchors: readonly TrustAnchor[] = anchorsOf(roots, region, table);
  const answer = validateChain({ leaf, intermediates: [], roots: anchors, at: when });
  return answer.ok ? 'OK' : answer.error.code;
};

describe('an authority that regions recognise', () => {
  it.each<[string, string[], string]>([
    ['450000', ['450000'], 'OK'],
    ['450102', ['450000'], 'OK'],
    ['441900', ['000000'], 'OK'],
    ['441900', ['450000'], 'CERT.NOT_RECOGNISED'],
    ['441900', ['440300'], 'CERT.NOT_RECOGNISED'],
    ['440000', ['441900'], 'CERT.NOT_RECOGNISED'],
    ['441900', ['440300', '441900'], 'OK'],
    ['440301', ['440300'], 'OK'],
  ])('in %s, with a line for %j: %s', (region, regions, code) => {
    expect(at(region, [line({ regions })])).toBe(code);
  });

  it('is one that a line names; others are refused by name, not as unknown', () => {
    const table = [line({ ca: guangdong.certificate.fingerprint, regions: ['440000'] })];
    expect(at('441900', table, ofGuangdong)).toBe('OK');
    expect(at('441900', table, ofGuangxi)).toBe('CERT.NOT_RECOGNISED');
    expect(at('441900', [...table, line({ regions: ['440000'] })], ofGuangxi)).toBe('OK');
    expect(at('441900', [], ofGuangdong)).toBe('CERT.NOT_RECOGNISED');
  });

  it.each<[number, string]>([
    [NOW - DAY - 1, 'CERT.NOT_RECOGNISED'],
    [NOW - DAY, 'OK'],
    [NOW + DAY - 1, 'OK'],
    [NOW + DAY, 'CERT.NOT_RECOGNISED'],
  ])('from one instant until another, judged at %d', (when, code) => {
    expect(at('450000', [line()], ofGuangxi, when as Instant)).toBe(code);
  });

  it('may have no end, or several spans', () => {
    const later = line({ from: instant(NOW + 2 * DAY), until: null });
    expect(at('450000', [line(), later], ofGuangxi, instant(NOW + DAY))).toBe('CERT.NOT_RECOGNISED');
    expect(at('450000', [line(), later], ofGuangxi, instant(NOW + 20 * DAY))).toBe('OK');
  });

  it('is found by another path where one leads to a root that is not recognised', async () => {
    const ofHere = await guangxi.issueAuthority({ name: 'Shared', ...validity });
    const elsewhere = await craft({
      ca: guangdong,
      ...validity,
      pair: { spki: ofHere.certificate.publicKey.spki, pkcs8: ofHere.pkcs8 },
      subject: ofHere.certificate.subject.der,
      extensions: [
        authorityKey(guangdong),
        authorityConstraints(),
        authorityUsage(),
        subjectKey(ofHere.certificate.extensions.subjectKeyId ?? ''),
      ],
    });
    const { certificate: leaf } = await ofHere.issue({ subject: { person: '李四' }, ...validity });
    const ways = [ofHere.certificate, unwrap(parseCertificate(elsewhere))];
    const anchors = anchorsOf(roots, '450000', [line()]);
    const found = (intermediates: readonly Certificate[]) => {
      const answer = validateChain({ leaf, intermediates, roots: anchors, at: NOW });
      return answer.ok ? answer.value.root.fingerprint : answer.error.code;
    };
    expect(found(ways.slice(1))).toBe('CERT.NOT_RECOGNISED');
    expect(found(ways)).toBe(guangxi.certificate.fingerprint);
    expect(found(ways.toReversed())).toBe(guangxi.certificate.fingerprint);
  });
});
