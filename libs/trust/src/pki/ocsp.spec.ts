import fc from 'fast-check';
import { DAY, instant, unwrap, type Instant } from '#kernel';
import { parseCertificate, type Certificate } from './certificate.ts';
import { authorityKey, craft, extension, leafUsage } from './crafted-certificate.fixture.ts';
import {
  byName,
  byNobody,
  craftOcsp,
  GOOD,
  revokedAt,
  singleOf,
  successful,
  UNKNOWN,
  type OcspCraft,
} from './crafted-ocsp.fixture.ts';
import { createDevelopmentCa, type DevelopmentCa } from './development-ca.ts';
import { element, enumerated, integer, nullValue, octetString, oid, sequence, tagged } from './der-writer.ts';
import { generateKeyPair } from './key-pair.ts';
import { writeName } from './name-writer.ts';
import { parseOcspResponse } from './ocsp-response.ts';
import { writeOcspRequest } from './ocsp-request.ts';
import { OID } from './oids.ts';
import type { ChainQuestion } from './path-result.ts';
import type { Signer } from './signer.ts';
import { softwareSigner } from './software-signer.ts';
import { validateChain } from './validate-chain.ts';

const NOW = instant(Date.UTC(2026, 0, 15));
const validity = { notBefore: instant(NOW - DAY), notAfter: instant(NOW + 30 * DAY) };
const ca = await createDevelopmentCa({ name: 'Root', ...validity });
const { certificate: leaf } = await ca.issue({ subject: { person: '张三' }, ...validity });
const noCheck = extension(OID.ocspNoCheck, false, nullValue());
const ocspPurpose = extension(OID.extendedKeyUsage, false, sequence(oid(OID.ocspSigning)));

async function delegateOf(
  issuer: DevelopmentCa,
  extensions: readonly Uint8Array[] = [authorityKey(issuer), leafUsage(), ocspPurpose, noCheck],
  change: { notBefore?: Instant; notAfter?: Instant } = {},
): Promise<Signer> {
  const pair = await generateKeyPair('ecdsa-p256');
  const subject = writeName({ organisation: 'Responder' });
  const der = await craft({ ca: issuer, pair, subject, ...validity, ...change, extensions });
  return unwrap(await softwareSigner(pair.pkcs8, unwrap(parseCertificate(der)), issuer.chain));
}
const responder = await delegateOf(ca);
const usual: OcspCraft = {
  certificate: leaf,
  issuer: ca.certificate,
  responder,
  thisUpdate: NOW,
  nextUpdate: instant(NOW + DAY),
};

const question = { leaf, intermediates: [] as Certificate[], roots: [ca.certificate], at: NOW };
const codeWith = (ders: readonly Uint8Array[], change: Partial<ChainQuestion> = {}): string => {
  const ocsp = ders.map((der) => parseOcspResponse(der));
  const bad = ocsp.find((each) => !each.ok);
  if (bad && !bad.ok) return bad.error.code;
  const answer = validateChain({ ...question, ocsp: ocsp.map(unwrap), ...change });
  return answer.ok ? 'OK' : answer.error.code;
};
const codeOf = async (change: Partial<OcspCraft>, asked: Partial<ChainQuestion> = {}) =>
  codeWith([await craftOcsp({ ...usual, ...change })], asked);

describe('an OCSP response', () => {
  it('says that a certificate is good, by either hash, by the delegate or the authority itself', async () => {
    expect(await codeOf({})).toBe('OK');
    expect(await codeOf({ hash: 'sha256' })).toBe('OK');
    expect(await codeOf({ id: byName(responder) })).toBe('OK');
    expect(await codeOf({ responder: ca.signer, certificates: [] })).toBe('OK');
    expect(await codeOf({ responder: ca.signer, id: byName(ca.signer), certificates: [] })).toBe('OK');
  });

  it.each<[string, Partial<OcspCraft>, string]>([
    ['revoked', { status: revokedAt(NOW) }, 'CERT.REVOKED'],
    ['revoked with a reason', { status: revokedAt(NOW, 1) }, 'CERT.REVOKED'],
    ['on hold', { status: revokedAt(NOW, 6) }, 'CERT.REVOKED'],
    ['revoked for a reason that does not exist', { status: revokedAt(NOW, 7) }, 'OCSP.MALFORMED'],
    ['removed from a list', { status: revokedAt(NOW, 8) }, 'OCSP.MALFORMED'],
    ['not known to the responder', { status: UNKNOWN }, 'CERT.OCSP_UNKNOWN'],
    ['good without end', { nextUpdate: null }, 'CERT.OCSP_NOT_CURRENT'],
    ['signed in the future', { producedAt: instant(NOW + 1000) }, 'CERT.OCSP_NOT_CURRENT'],
    ['without the responder’s certificate', { certificates: [] }, 'CERT.OCSP_MISSING'],
    ['of somebody who is not named', { id: byNobody() }, 'CERT.OCSP_MISSING'],
    ['of five certificates', { certificates: Array(5).fill(leaf.der) as Uint8Array[] }, 'OCSP.MALFORMED'],
    ['beside an unreadable certificate', { certificates: [integer(1), responder.certificate.der] }, 'OK'],
    ['with no answer', { singles: [] }, 'OCSP.MALFORMED'],
    ['with 65 answers', { singles: Array(65).fill(singleOf(usual)) as Uint8Array[] }, 'OCSP.MALFORMED'],
    ['with a status that does not exist', { status: element(0x83) }, 'OCSP.MALFORMED'],
    ['with a good that says more', { status: element(0x80, new Uint8Array(1)) }, 'OCSP.MALFORMED'],
    ['with an unknown extension', { responseExtensions: [extension('1.2.3.4', false, nullValue())] }, 'OK'],
    [
      'with an unknown critical extension',
      { responseExtensions: [extension('1.2.3.4', true, nullValue())] },
      'OCSP.MALFORMED',
    ],
    [
      'with an unknown critical extension of the answer',
      { singleExtensions: [extension('1.2.3.4', true, nullValue())] },
      'OCSP.MALFORMED',
    ],
    ['with an identifier of no kind', { id: tagged(3, octetString()) }, 'OCSP.MALFORMED'],
  ])('%s', async (_, change, code) => {
    expect(await codeOf(change)).toBe(code);
  });

  it.each<[number, string]>([
    [NOW - 1, 'CERT.OCSP_NOT_CURRENT'],
    [NOW, 'OK'],
    [NOW + DAY, 'OK'],
    [NOW + DAY + 1, 'CERT.OCSP_NOT_CURRENT'],
  ])('from NOW for a day, asked at %d', async (at, code) => {
    expect(await codeOf({}, { at: at as Instant })).toBe(code);
  });

  it('about another certificate or another issuer is no answer', async () => {
    const { certificate } = await ca.issue({ subject: { person: '李四' }, ...validity });
    const other = await createDevelopmentCa({ name: 'Root', ...validity });
    expect(await codeOf({ certificate })).toBe('CERT.OCSP_MISSING');
    expect(await codeOf({ issuer: other.certificate })).toBe('CERT.OCSP_MISSING');
    expect(codeWith([])).toBe('CERT.OCSP_MISSING');
  });

  it('counts from the issuer’s own delegate alone', async () => {
    const other = await createDevelopmentCa({ name: 'Root', ...validity });
    expect(await codeOf({ responder: other.signer })).toBe('CERT.OCSP_MISSING');
    expect(await codeOf({ responder: await delegateOf(other) })).toBe('CERT.OCSP_MISSING');
    const extensions = (purpose: string, usage: Uint8Array, ...more: Uint8Array[]) => [
      authorityKey(ca),
      usage,
      extension(OID.extendedKeyUsage, false, sequence(oid(purpose))),
      ...more,
    ];
    const cRLSignOnly = extension(OID.keyUsage, true, element(3, new Uint8Array([1, 0x02])));
    const wrong: [string, Signer][] = [
      ['another purpose', await delegateOf(ca, extensions(OID.clientAuth, leafUsage(), noCheck))],
      ['any purpose', await delegateOf(ca, extensions(OID.anyExtendedKeyUsage, leafUsage(), noCheck))],
      ['no purpose', await delegateOf(ca, [authorityKey(ca), leafUsage(), noCheck])],
      ['to be checked in turn', await delegateOf(ca, extensions(OID.ocspSigning, leafUsage()))],
      ['no signatures', await delegateOf(ca, extensions(OID.ocspSigning, cRLSignOnly, noCheck))],
      ['outside the profile', await delegateOf(ca, [leafUsage(), ocspPurpose, noCheck])],
      ['expired', await delegateOf(ca, undefined, { notAfter: instant(NOW - 1000) })],
      ['not yet valid', await delegateOf(ca, undefined, { notBefore: instant(NOW + 1000) })],
    ];
    for (const [what, signer] of wrong)
      expect([what, await codeOf({ responder: signer })]).toEqual([what, 'CERT.OCSP_MISSING']);
  });

  it('is ignored when it is not what the responder signed', async () => {
    const der = await craftOcsp(usual);
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = der.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        const code = codeWith([changed]);
        // The certificates that come along are not signed: another spelling of the same is the same answer.
        return code !== 'OK' || sameAnswer(changed, der);
      }),
      { numRuns: 400 },
    );
  });

  it('outlives nothing: a revocation on any list or response counts, a good one beside it not', async () => {
    const good = await craftOcsp(usual);
    const revoked = await craftOcsp({ ...usual, status: revokedAt(NOW), nextUpdate: null });
    expect(codeWith([good, revoked])).toBe('CERT.REVOKED');
    const list = (entries: Certificate[]) =>
      ca.issueCrl({
        number: 1,
        thisUpdate: NOW,
        nextUpdate: instant(NOW + DAY),
        revoked: entries.map((certificate) => ({ certificate, revokedAt: NOW })),
      });
    expect(codeWith([good], { crls: [await list([leaf])] })).toBe('CERT.REVOKED');
    expect(codeWith([revoked], { crls: [await list([])] })).toBe('CERT.REVOKED');
    expect(codeWith([await craftOcsp({ ...usual, status: UNKNOWN })], { crls: [await list([])] })).toBe(
      'CERT.OCSP_UNKNOWN',
    );
    expect(codeWith([good], { crls: [] })).toBe('OK');
    expect(codeWith([], { crls: [await list([])] })).toBe('OK');
    expect(codeWith([], { crls: [] })).toBe('CERT.CRL_MISSING');
    const later = { at: instant(NOW + 2 * DAY) };
    expect(codeWith([good], { ...later, crls: [await list([])] })).toBe('CERT.CRL_NOT_CURRENT');
  });

  it('judged at a time stamp: what was revoked later changes nothing', async () => {
    const revoked = await craftOcsp({ ...usual, status: revokedAt(NOW) });
    const later = { crlsAt: instant(NOW + 1000) };
    expect(codeWith([revoked], { ...later, at: instant(NOW - 1) })).toBe('OK');
    expect(codeWith([revoked], { ...later, at: NOW })).toBe('CERT.REVOKED');
  });

  it('is needed for every certificate under the root', async () => {
    const sub = await ca.issueAuthority({ name: 'Sub', ...validity });
    const { certificate } = await sub.issue({ subject: { person: '王五' }, ...validity });
    const chain = { leaf: certificate, intermediates: [sub.certificate] };
    const ofLeaf = await craftOcsp({
      ...usual,
      certificate,
      issuer: sub.certificate,
      responder: await delegateOf(sub),
    });
    const ofSub = await craftOcsp({ ...usual, certificate: sub.certificate });
    expect(codeWith([ofLeaf, ofSub], chain)).toBe('OK');
    expect(codeWith([ofLeaf], chain)).toBe('CERT.OCSP_MISSING');
    // The root's responder may not speak for the authority below it.
    const foreign = await craftOcsp({ ...usual, certificate, issuer: sub.certificate });
    expect(codeWith([foreign, ofSub], chain)).toBe('CERT.OCSP_MISSING');
  });

  it('answers the nonce that was sent', async () => {
    const nonce = new Uint8Array(32).fill(7);
    const der = await craftOcsp({ ...usual, nonce });
    expect(parseOcspResponse(der, nonce).ok).toBe(true);
    expect(parseOcspResponse(der).ok).toBe(true);
    const other = { error: { code: 'OCSP.NONCE_DIFFERS' } };
    expect(parseOcspResponse(der, new Uint8Array(32))).toMatchObject(other);
    expect(parseOcspResponse(await craftOcsp(usual), nonce)).toMatchObject(other);
  });

  it.each<[string, Uint8Array, string]>([
    ['an error', sequence(enumerated(6)), 'OCSP.NOT_SUCCESSFUL'],
    ['success without an answer', sequence(enumerated(0)), 'OCSP.MALFORMED'],
    [
      'an error with an answer',
      sequence(enumerated(1), tagged(0, sequence(oid(OID.ocspBasic), octetString()))),
      'OCSP.MALFORMED',
    ],
    [
      'another kind of answer',
      sequence(enumerated(0), tagged(0, sequence(oid('1.2.3'), octetString()))),
      'OCSP.MALFORMED',
    ],
    ['an empty answer', successful(sequence()), 'OCSP.MALFORMED'],
    ['no DER', new Uint8Array([0x30, 0x80, 0, 0]), 'OCSP.MALFORMED'],
    ['too many bytes', new Uint8Array(65 * 1024), 'OCSP.MALFORMED'],
  ])('that is %s is refused', (_, der, code) => {
    expect(parseOcspResponse(der)).toMatchObject({ ok: false, error: { code } });
  });

  it('with a version, a CertID of another hash, or a signature outside the profile does not count', async () => {
    const response = unwrap(parseOcspResponse(await craftOcsp(usual)));
    const strange = sequence(
      sequence(oid('2.16.840.1.101.3.4.2.3'), nullValue()),
      octetString(),
      octetString(),
      integer(1),
    );
    const single = sequence(strange, GOOD, element(0x18, new TextEncoder().encode('20260115000000Z')));
    expect(await codeOf({ singles: [single] })).toBe('OCSP.MALFORMED');
    const sha512 = sequence(oid('1.2.840.10045.4.3.4'));
    const basic = sequence(response.tbs, sha512, element(3, new Uint8Array([0]), response.signature));
    expect(codeWith([successful(basic)])).toBe('CERT.OCSP_MISSING');
  });

  it('has whole seconds', async () => {
    const der = await craftOcsp({
      ...usual,
      singles: [
        sequence(
          sequence(sequence(oid(OID.sha1)), octetString(), octetString(), integer(1)),
          GOOD,
          element(0x18, new TextEncoder().encode('20260115000000.5Z')),
        ),
      ],
    });
    expect(parseOcspResponse(der)).toMatchObject({ error: { code: 'OCSP.MALFORMED' } });
  });
});

const sameAnswer = (a: Uint8Array, b: Uint8Array): boolean => {
  const [left, right] = [unwrap(parseOcspResponse(a)), unwrap(parseOcspResponse(b))];
  return Buffer.compare(left.tbs, right.tbs) === 0;
};

describe('an OCSP request', () => {
  it('has a nonce of 1 to 32 octets', () => {
    expect(() => writeOcspRequest(leaf, ca.certificate, { nonce: new Uint8Array(0) })).toThrow(RangeError);
    expect(() => writeOcspRequest(leaf, ca.certificate, { nonce: new Uint8Array(33) })).toThrow(RangeError);
    const [plain, asked] = [null, new Uint8Array(32)].map((nonce) =>
      writeOcspRequest(leaf, ca.certificate, { nonce }),
    );
    expect((asked?.length ?? 0) - (plain?.length ?? 0)).toBeGreaterThan(32);
  });
});
