import { DAY, instant, unwrap, type Instant } from '#kernel';
import { parseCertificate, type Certificate } from './certificate.ts';
import {
  authorityConstraints,
  authorityKey,
  authorityUsage,
  craft,
  extension,
  leafUsage,
  subjectKey,
  type Craft,
} from './crafted-certificate.fixture.ts';
import type { CertificateRevocationList } from './crl.ts';
import { createDevelopmentCa, openDevelopmentCa, type DevelopmentCa } from './development-ca.ts';
import { element, integer, nullValue, oid, sequence, tagged } from './der-writer.ts';
import { fromHex } from './bytes.ts';
import { generateKeyPair } from './key-pair.ts';
import { writeName } from './name-writer.ts';
import { OID } from './oids.ts';
import type { ChainQuestion } from './path-result.ts';
import { validateChain } from './validate-chain.ts';

const NOW = instant(Date.UTC(2026, 0, 15));
const validity = { notBefore: instant(NOW - DAY), notAfter: instant(NOW + 30 * DAY) };
const root = await createDevelopmentCa({ name: 'Root', ...validity });
const sub = await root.issueAuthority({ name: 'Sub', ...validity });
const issued = await sub.issue({ subject: { organisation: '甲公司' }, ...validity, eku: [OID.clientAuth] });
const good = {
  leaf: issued.certificate,
  intermediates: [sub.certificate],
  roots: [root.certificate],
  at: NOW,
};

const codeOf = (question: ChainQuestion): string => {
  const answer = validateChain(question);
  return answer.ok ? 'OK' : answer.error.code;
};
const ask = (change: Partial<ChainQuestion>): string => codeOf({ ...good, ...change });

/**
 * The certificate, with a count of the readings of one part. `tbs` is read for each signature check that the memo does not
 * spare: work is counted, as time depends on the machine.
 */
function watched(certificate: Certificate, part: 'tbs' | 'subject', onRead: () => void): Certificate {
  const value = certificate[part];
  const get = () => {
    onRead();
    return value;
  };
  return Object.defineProperty({ ...certificate }, part, { get, enumerable: true });
}

async function crafted(change: Partial<Craft> & { ca?: DevelopmentCa }): Promise<Certificate> {
  return unwrap(parseCertificate(await craft({ ca: sub, ...validity, ...change })));
}

/** An authority with deviating extensions, and a usual leaf under it. */
async function underCrafted(extensions: (ca: DevelopmentCa) => Uint8Array[], leafMore: Uint8Array[] = []) {
  const pair = await generateKeyPair('ecdsa-p256');
  const authority = await crafted({
    ca: root,
    pair,
    subject: writeName({ organisation: '丙', person: 'Crafted CA' }),
    extensions: extensions(root),
  });
  const keyId = fromHex(authority.extensions.subjectKeyId ?? 'aabbccdd');
  const leafKey = extension(OID.authorityKeyIdentifier, false, sequence(element(0x80, keyId)));
  const issuer =
    authority.extensions.basicConstraints?.ca === true
      ? await openDevelopmentCa(pair.pkcs8, authority, root.chain)
      : null;
  const leaf = issuer ? await crafted({ ca: issuer, extensions: [leafKey, leafUsage(), ...leafMore] }) : null;
  return { authority, leaf: leaf ?? issued.certificate, pair };
}

describe('a chain', () => {
  it('is valid with the path from the leaf to the root', () => {
    const answer = validateChain({ ...good, eku: OID.clientAuth });
    expect(answer.ok && answer.value.path.map(({ fingerprint }) => fingerprint)).toEqual(
      [issued.certificate, sub.certificate, root.certificate].map(({ fingerprint }) => fingerprint),
    );
  });

  it('is found among several roots and unhelpful intermediates, in any order', async () => {
    const other = await createDevelopmentCa({ name: 'Root', ...validity });
    const stray = await other.issueAuthority({ name: 'Sub', ...validity });
    const intermediates = [
      other.certificate,
      stray.certificate,
      root.certificate,
      sub.certificate,
      issued.certificate,
    ];
    expect(ask({ intermediates, roots: [other.certificate, root.certificate] })).toBe('OK');
    expect(ask({ intermediates, roots: [other.certificate] })).toBe('CERT.UNTRUSTED');
  });

  it('takes the way that holds when an issuer has an expired certificate as well', async () => {
    const expired = await crafted({
      ca: root,
      pair: { spki: sub.certificate.publicKey.spki, pkcs8: sub.pkcs8 },
      subject: sub.certificate.subject.der,
      notAfter: instant(NOW - 1000),
      extensions: [
        authorityKey(root),
        authorityConstraints(),
        authorityUsage(),
        subjectKey(sub.certificate.extensions.subjectKeyId ?? ''),
      ],
    });
    expect(ask({ intermediates: [expired] })).toBe('CERT.EXPIRED');
    expect(ask({ intermediates: [expired, sub.certificate] })).toBe('OK');
    expect(ask({ intermediates: [sub.certificate, expired] })).toBe('OK');
  });

  it('is untrusted without its intermediate, without roots, and when the leaf is the root itself', () => {
    expect(ask({ intermediates: [] })).toBe('CERT.UNTRUSTED');
    expect(ask({ roots: [] })).toBe('CERT.UNTRUSTED');
    expect(ask({ leaf: root.certificate, keyUsage: null })).toBe('CERT.UNTRUSTED');
  });

  it.each<[number, string]>([
    [validity.notBefore - 1, 'CERT.NOT_YET_VALID'],
    [validity.notBefore, 'OK'],
    [validity.notAfter, 'OK'],
    [validity.notAfter + 999, 'OK'],
    [validity.notAfter + 1000, 'CERT.EXPIRED'],
  ])('at %d is %s', (at, code) => {
    expect(ask({ at: at as Instant })).toBe(code);
  });

  it('is refused when a key of the same name and key identifier did not sign', async () => {
    const pair = await generateKeyPair('ecdsa-p256');
    const impostor = await crafted({
      ca: root,
      pair,
      subject: sub.certificate.subject.der,
      extensions: [
        authorityKey(root),
        authorityConstraints(),
        authorityUsage(),
        subjectKey(sub.certificate.extensions.subjectKeyId ?? ''),
      ],
    });
    expect(ask({ intermediates: [impostor] })).toBe('CERT.BAD_SIGNATURE');
  });

  it('stops in a loop of authorities that certify each other', async () => {
    const a = await crafted({
      ca: sub,
      subject: root.certificate.subject.der,
      extensions: [
        authorityKey(sub),
        authorityConstraints(),
        authorityUsage(),
        subjectKey(root.certificate.extensions.subjectKeyId ?? ''),
      ],
    });
    expect(ask({ intermediates: [sub.certificate, a, a, a], roots: [] })).toBe('CERT.UNTRUSTED');
  });

  describe('among a web of look-alike authorities', () => {
    const looped = async (web: DevelopmentCa) =>
      Promise.all(
        Array.from({ length: 40 }, () =>
          crafted({
            ca: web,
            subject: web.certificate.subject.der,
            extensions: [
              authorityKey(web),
              authorityConstraints(),
              authorityUsage(),
              subjectKey(web.certificate.extensions.subjectKeyId ?? ''),
            ],
          }),
        ),
      );

    it('is looked for in 512 steps at most', async () => {
      const web = await createDevelopmentCa({ name: 'Web', ...validity });
      const leaf = await crafted({ ca: web });
      // A step reads each name once; a search without end is stopped here, not by the clock.
      const most = 512 * 40 * 2;
      let reads = 0;
      const count = () => {
        reads += 1;
        if (reads > most) throw new Error('the search explodes');
      };
      const intermediates = (await looped(web)).map((each) => watched(each, 'subject', count));
      expect(ask({ leaf, intermediates })).toBe('CERT.UNTRUSTED');
      expect(reads).toBeGreaterThan(40);
    });

    it('is checked on 64 paths at most', async () => {
      const web = await createDevelopmentCa({ name: 'Web', ...validity });
      const stranger = await createDevelopmentCa({ name: 'Web', ...validity });
      // Its signature is wrong on each path, and only good answers are remembered.
      const forged = await crafted({ ca: stranger, extensions: [authorityKey(web), leafUsage()] });
      let checks = 0;
      const leaf = watched(forged, 'tbs', () => (checks += 1));
      expect(ask({ leaf, intermediates: await looped(web), roots: [web.certificate] })).toBe(
        'CERT.BAD_SIGNATURE',
      );
      expect(checks).toBe(64);
    });
  });
});

describe('the profile of a certificate', () => {
  const dns = (host: string) =>
    extension(OID.subjectAltName, false, sequence(element(0x82, new TextEncoder().encode(host))));

  it.each<[string, Partial<Craft>, string]>([
    ['a zero serial number', { serial: integer(0) }, 'CERT.PROFILE'],
    ['a negative serial number', { serial: element(2, new Uint8Array([0xff])) }, 'CERT.PROFILE'],
    ['a serial number of 21 octets', { serial: integer(1n << 160n) }, 'CERT.PROFILE'],
    ['an empty subject', { subject: sequence() }, 'CERT.PROFILE'],
    ['no authorityKeyIdentifier', { extensions: [leafUsage()] }, 'CERT.PROFILE'],
    [
      'a critical authorityKeyIdentifier',
      { extensions: [extension(OID.authorityKeyIdentifier, true, sequence()), leafUsage()] },
      'CERT.PROFILE',
    ],
    [
      'an unknown critical extension',
      { more: [extension('1.2.3.4', true, nullValue())] },
      'CERT.UNKNOWN_CRITICAL_EXTENSION',
    ],
    ['an unknown extension', { more: [extension('1.2.3.4', false, nullValue())] }, 'OK'],
    [
      'critical policies',
      { more: [extension(OID.certificatePolicies, true, sequence(sequence(oid('1.2.3'))))] },
      'CERT.UNKNOWN_CRITICAL_EXTENSION',
    ],
    [
      'policy constraints',
      { more: [extension(OID.policyConstraints, false, sequence(element(0x80, new Uint8Array([0]))))] },
      'CERT.PROFILE',
    ],
    [
      'nameConstraints outside an authority',
      {
        more: [
          extension(
            OID.nameConstraints,
            true,
            sequence(tagged(0, sequence(element(0x82, new Uint8Array([0x61]))))),
          ),
        ],
      },
      'CERT.PROFILE',
    ],
    [
      'a validity that ends before it starts',
      { notBefore: validity.notAfter, notAfter: validity.notBefore },
      'CERT.PROFILE',
    ],
    [
      'keyUsage without digitalSignature',
      {
        extensions: [authorityKey(sub), extension(OID.keyUsage, true, element(3, new Uint8Array([5, 0x20])))],
      },
      'CERT.KEY_USAGE',
    ],
    ['no keyUsage', { extensions: [authorityKey(sub)] }, 'OK'],
    ['a host name', { more: [dns('a.example')] }, 'OK'],
  ])('with %s gives %s', async (_, change, code) => {
    expect(ask({ leaf: await crafted(change) })).toBe(code);
  });

  it('refuses keyCertSign outside an authority', async () => {
    const leaf = await crafted({ extensions: [authorityKey(sub), authorityUsage([0, 5])] });
    expect(ask({ leaf })).toBe('CERT.PROFILE');
  });

  it.each<[string, (ca: DevelopmentCa) => Uint8Array[], string]>([
    [
      'as it should be',
      (ca) => [authorityKey(ca), authorityConstraints(), authorityUsage(), subjectKey()],
      'OK',
    ],
    [
      'basicConstraints not critical',
      (ca) => [authorityKey(ca), authorityConstraints(false), authorityUsage(), subjectKey()],
      'CERT.PROFILE',
    ],
    ['no keyUsage', (ca) => [authorityKey(ca), authorityConstraints(), subjectKey()], 'CERT.PROFILE'],
    [
      'no subjectKeyIdentifier',
      (ca) => [authorityKey(ca), authorityConstraints(), authorityUsage()],
      'CERT.PROFILE',
    ],
    [
      'no keyCertSign',
      (ca) => [authorityKey(ca), authorityConstraints(), authorityUsage([6]), subjectKey()],
      'CERT.KEY_USAGE',
    ],
    [
      'other purposes only',
      (ca) => [
        authorityKey(ca),
        authorityConstraints(),
        authorityUsage(),
        subjectKey(),
        extension(OID.extendedKeyUsage, false, sequence(oid(OID.timeStamping))),
      ],
      'CERT.EXTENDED_KEY_USAGE',
    ],
  ])('of an authority: %s gives %s', async (_, extensions, code) => {
    const { authority, leaf } = await underCrafted(extensions, [
      extension(OID.extendedKeyUsage, false, sequence(oid(OID.clientAuth))),
    ]);
    expect(ask({ leaf, intermediates: [authority], eku: OID.clientAuth })).toBe(code);
  });

  it('refuses an end entity as an issuer', async () => {
    const pair = { spki: issued.certificate.publicKey.spki, pkcs8: issued.pkcs8 ?? new Uint8Array() };
    const pretender = await craftUnderLeaf(issued.certificate, pair.pkcs8);
    expect(ask({ leaf: pretender, intermediates: [issued.certificate, sub.certificate] })).toBe(
      'CERT.NOT_A_CA',
    );
  });

  it('keeps the path length', async () => {
    const deeper = await sub.issueAuthority({ name: 'Deeper', ...validity });
    const { certificate: leaf } = await deeper.issue({ subject: { person: '张三' }, ...validity });
    expect(ask({ leaf, intermediates: [deeper.certificate, sub.certificate] })).toBe('CERT.PATH_TOO_LONG');
  });

  it('asks the leaf for the purpose, by name', async () => {
    expect(ask({ eku: OID.clientAuth })).toBe('OK');
    expect(ask({ eku: OID.timeStamping })).toBe('CERT.EXTENDED_KEY_USAGE');
    const any = await sub.issue({ subject: { person: '张三' }, ...validity, eku: [OID.anyExtendedKeyUsage] });
    expect(ask({ leaf: any.certificate, eku: OID.clientAuth })).toBe('CERT.EXTENDED_KEY_USAGE');
    const none = await sub.issue({ subject: { person: '张三' }, ...validity });
    expect(ask({ leaf: none.certificate, eku: OID.clientAuth })).toBe('CERT.EXTENDED_KEY_USAGE');
  });
});

async function craftUnderLeaf(issuer: Certificate, pkcs8: Uint8Array): Promise<Certificate> {
  const { softwareSigner } = await import('./software-signer.ts');
  const { writeCertificate, keyIdentifier } = await import('./issue.ts');
  const { signEncoded } = await import('./algorithm-writer.ts');
  const { parsePublicKey } = await import('./public-key.ts');
  const signer = unwrap(await softwareSigner(pkcs8, issuer));
  const { spki } = await generateKeyPair('ecdsa-p256');
  const fields = {
    subject: writeName({ person: '李四' }),
    issuer: issuer.subject.der,
    publicKey: parsePublicKey(spki),
    authorityKeyId: keyIdentifier(issuer.publicKey),
    ...validity,
  };
  return unwrap(
    parseCertificate(await writeCertificate(fields, issuer.publicKey, (tbs) => signEncoded(signer, tbs))),
  );
}

describe('revocation', () => {
  const list = (
    ca: DevelopmentCa,
    revoked: { certificate: Certificate; revokedAt: Instant }[] = [],
    from: number = NOW - 1000,
    until: number = NOW + DAY,
  ) => ca.issueCrl({ number: 1, thisUpdate: from as Instant, nextUpdate: until as Instant, revoked });
  const entry = (certificate: Certificate, at: number = NOW - 5000) => ({
    certificate,
    revokedAt: at as Instant,
  });

  it('is not looked at without lists, and needs one of every issuer with them', async () => {
    expect(ask({})).toBe('OK');
    expect(ask({ crls: [] })).toBe('CERT.CRL_MISSING');
    expect(ask({ crls: [await list(root)] })).toBe('CERT.CRL_MISSING');
    expect(ask({ crls: [await list(root), await list(sub)] })).toBe('OK');
  });

  it('finds the leaf and the intermediate on a list', async () => {
    expect(ask({ crls: [await list(root), await list(sub, [entry(issued.certificate)])] })).toBe(
      'CERT.REVOKED',
    );
    expect(ask({ crls: [await list(root, [entry(sub.certificate)]), await list(sub)] })).toBe('CERT.REVOKED');
    expect(ask({ crls: [await list(root), await list(sub, [entry(sub.certificate)])] })).toBe('OK');
  });

  it('wants a list that is current, at both ends', async () => {
    const ofRoot = await list(root);
    const early = await list(sub, [], NOW + 1000);
    const late = await list(sub, [], NOW - DAY, NOW - 1000);
    expect(ask({ crls: [ofRoot, early] })).toBe('CERT.CRL_NOT_CURRENT');
    expect(ask({ crls: [ofRoot, late] })).toBe('CERT.CRL_NOT_CURRENT');
    expect(ask({ crls: [ofRoot, late, await list(sub)] })).toBe('OK');
    expect(ask({ crls: [ofRoot, await list(sub, [], NOW, NOW)] })).toBe('OK');
  });

  it('believes an older list that revokes', async () => {
    const old = await list(sub, [entry(issued.certificate, NOW - 2 * DAY)], NOW - DAY, NOW - 1000);
    expect(ask({ crls: [await list(root), old, await list(sub)] })).toBe('CERT.REVOKED');
  });

  it('lets lists of the close judge an earlier instant: a later revocation changes nothing', async () => {
    const crlsAt = instant(NOW + DAY);
    const lists = async (revokedAt: number) => [
      await list(root, [], NOW + 1000, NOW + 2 * DAY),
      await list(sub, [entry(issued.certificate, revokedAt)], NOW + 1000, NOW + 2 * DAY),
    ];
    expect(ask({ crls: await lists(NOW + 1000), crlsAt })).toBe('OK');
    expect(ask({ crls: await lists(NOW), crlsAt })).toBe('CERT.REVOKED');
    expect(ask({ crls: await lists(NOW + 1000) })).toBe('CERT.REVOKED');
  });

  it('ignores a list that another key signed under the same name', async () => {
    const stranger = await createDevelopmentCa({ name: 'Sub', ...validity });
    const forged = await list(stranger, [entry(issued.certificate)]);
    const lists: CertificateRevocationList[] = [await list(root), await list(sub), forged];
    expect(ask({ crls: lists })).toBe('OK');
    expect(ask({ crls: [await list(root), forged] })).toBe('CERT.CRL_MISSING');
  });
});

describe('name constraints', () => {
  const ia5 = (tag: number, text: string) => element(tag, new TextEncoder().encode(text));
  const constrain =
    (permitted: Uint8Array[], excluded: Uint8Array[] = [], critical = true) =>
    (ca: DevelopmentCa) => [
      authorityKey(ca),
      authorityConstraints(),
      authorityUsage(),
      subjectKey(),
      extension(
        OID.nameConstraints,
        critical,
        sequence(
          ...(permitted.length ? [tagged(0, ...permitted.map((base) => sequence(base)))] : []),
          ...(excluded.length ? [tagged(1, ...excluded.map((base) => sequence(base)))] : []),
        ),
      ),
    ];
  const named = (...names: Uint8Array[]) => [extension(OID.subjectAltName, false, sequence(...names))];
  const directory = (organisation: string) => tagged(4, writeName({ organisation }));
  const [email, host, uri, ip, otherName] = [0x81, 0x82, 0x86, 0x87, 0xa0];
  const address = (...octets: number[]) => element(ip, new Uint8Array(octets));

  it.each<[string, Uint8Array[], Uint8Array[], Uint8Array[], boolean]>([
    ['a host inside', [ia5(host, 'example')], [], named(ia5(host, 'a.EXAMPLE')), true],
    ['the host itself', [ia5(host, 'a.example')], [], named(ia5(host, 'a.example')), true],
    ['a host whose name only ends alike', [ia5(host, 'example')], [], named(ia5(host, 'myexample')), false],
    ['an excluded host', [], [ia5(host, 'bad.example')], named(ia5(host, 'x.bad.example')), false],
    [
      'a wildcard over an excluded host',
      [],
      [ia5(host, 'bad.example')],
      named(ia5(host, '*.example')),
      false,
    ],
    ['a wildcard inside', [ia5(host, 'example')], [], named(ia5(host, '*.a.example')), true],
    [
      'a host constraint with a leading dot',
      [ia5(host, '.example')],
      [],
      named(ia5(host, 'a.example')),
      false,
    ],
    ['a form that is not constrained', [ia5(host, 'example')], [], named(ia5(email, 'a@b.example')), true],
    ['a mailbox', [ia5(email, 'a@b.example')], [], named(ia5(email, 'a@B.example')), true],
    ['another mailbox', [ia5(email, 'a@b.example')], [], named(ia5(email, 'c@b.example')), false],
    ['mail of the host', [ia5(email, 'b.example')], [], named(ia5(email, 'c@b.example')), true],
    ['mail of a host below', [ia5(email, 'example')], [], named(ia5(email, 'c@b.example')), false],
    ['mail of a domain', [ia5(email, '.example')], [], named(ia5(email, 'c@b.example')), true],
    ['mail to an address literal', [], [ia5(email, 'example')], named(ia5(email, 'c@[10.0.0.1]')), false],
    ['a URI of the domain', [ia5(uri, '.example')], [], named(ia5(uri, 'https://u@a.example:8/x?y')), true],
    ['a URI of the bare host', [ia5(uri, '.example')], [], named(ia5(uri, 'https://example/x')), false],
    ['a URI without a host', [ia5(uri, '.example')], [], named(ia5(uri, 'urn:uuid:1')), false],
    ['a URI with an address', [], [ia5(uri, 'example')], named(ia5(uri, 'https://10.0.0.1/')), false],
    ['an address inside', [address(10, 0, 0, 0, 255, 0, 0, 0)], [], named(address(10, 1, 2, 3)), true],
    ['an address outside', [address(10, 0, 0, 0, 255, 0, 0, 0)], [], named(address(11, 1, 2, 3)), false],
    [
      'an address of the other family',
      [address(10, 0, 0, 0, 255, 0, 0, 0)],
      [],
      named(address(...Array.from({ length: 16 }, () => 0))),
      false,
    ],
    ['a mask with holes', [], [address(10, 0, 0, 0, 255, 0, 255, 0)], named(address(11, 1, 2, 3)), false],
    ['the organisation', [directory('甲公司')], [], [], true],
    ['another organisation', [directory('乙公司')], [], [], false],
    ['an excluded organisation', [], [directory('甲公司')], [], false],
    ['a constraint on other names', [], [element(otherName, oid('1.2.3'), tagged(0, integer(1)))], [], false],
  ])('judge %s', async (_, permitted, excluded, names, allowed) => {
    const { authority, leaf } = await underCrafted(constrain(permitted, excluded), names);
    expect(ask({ leaf, intermediates: [authority] })).toBe(allowed ? 'OK' : 'CERT.NAME_CONSTRAINTS');
  });

  it('must be critical', async () => {
    const { authority, leaf } = await underCrafted(constrain([directory('甲公司')], [], false));
    expect(ask({ leaf, intermediates: [authority] })).toBe('CERT.PROFILE');
  });

  it('refuse a subtree with a minimum', async () => {
    const subtree = sequence(directory('甲公司'), element(0x80, new Uint8Array([1])));
    const value = extension(OID.nameConstraints, true, sequence(tagged(0, subtree)));
    const der = await craft({
      ca: root,
      ...validity,
      extensions: [authorityKey(root), authorityConstraints(), authorityUsage(), subjectKey(), value],
    });
    expect(parseCertificate(der)).toMatchObject({ error: { code: 'CERT.MALFORMED' } });
  });
});

describe('the cost', () => {
  it('of a hundred chains is a hundred signatures, and one of each authority', async () => {
    const top = await createDevelopmentCa({ name: 'Top', ...validity });
    const middle = await top.issueAuthority({ name: 'Middle', ...validity });
    const leaves = await Promise.all(
      Array.from({ length: 100 }, (_, i) => middle.issue({ subject: { person: `第${i}位` }, ...validity })),
    );
    let checks = 0;
    const counted = (each: Certificate) => watched(each, 'tbs', () => (checks += 1));
    const authorities = {
      intermediates: [counted(middle.certificate)],
      roots: [counted(top.certificate)],
    };
    for (const { certificate } of leaves)
      expect(ask({ leaf: counted(certificate), ...authorities })).toBe('OK');
    expect(checks).toBe(102);
  });
});
