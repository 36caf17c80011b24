/**
 * SM2, SM3 and SM4 against openssl 3.0, which makes and verifies certificates and raw signatures with SM2; it cannot
 * sign CMS with it, so CMS is checked by our own verifier alone.
 */
import { addMs, DAY, SystemClock, unwrap } from '#kernel';
import {
  createDevelopmentCa,
  ecdsaToDer,
  OID,
  parsePem,
  pairFromDer,
  signCms,
  softwareSigner,
  toPem,
  verifyCertificateChainFiles,
  verifyCms,
  verifySignature,
  writePem,
  type CertificateRevocationList,
  type DevelopmentCa,
  type Issued,
  type Signer,
} from '#trust';
import { loadSigner, writePkcs12 } from '#trust/key-file';
import { describeWith, Workbench } from '../support/programs.ts';

const now = new SystemClock().now();
const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 30 * DAY), keyType: 'sm2' as const };
const content = new TextEncoder().encode('{"manifest":"投标文件"}');
const ID = 'distid:1234567812345678';

describeWith('openssl', 'SM2 against openssl', () => {
  const bench = new Workbench();
  let root: DevelopmentCa;
  let person: Issued;
  let signer: Signer;
  let list: CertificateRevocationList;
  const openssl = (...args: readonly string[]) => bench.run('openssl', ...args);
  const text = (name: string) => new TextDecoder().decode(bench.read(name));

  beforeAll(async () => {
    root = await createDevelopmentCa({ name: 'Root', ...validity });
    const sub = await root.issueAuthority({ name: 'Sub', ...validity });
    const subject = { organisation: '东莞甲公司', creditCode: '91441900MA4UQ1234X', person: '张三' };
    person = await sub.issue({ subject, ...validity, eku: [OID.clientAuth, OID.emailProtection] });
    signer = unwrap(await softwareSigner(person.pkcs8 ?? new Uint8Array(), person.certificate, person.chain));
    const period = { number: 1, thisUpdate: addMs(now, -1000), nextUpdate: addMs(now, DAY) };
    const gone = await sub.issue({ subject, ...validity });
    const revoked = [{ certificate: gone.certificate, revokedAt: addMs(now, -2000) }];
    list = await sub.issueCrl({ ...period, revoked });
    const lists = [await root.issueCrl({ ...period, revoked: [] }), list];
    bench.write('root.pem', toPem([root.certificate]));
    bench.write('sub.pem', toPem([sub.certificate]));
    bench.write('person.pem', toPem([person.certificate]));
    bench.write('gone.pem', toPem([gone.certificate]));
    bench.write('person.key', writePem('PRIVATE KEY', person.pkcs8 ?? new Uint8Array()));
    bench.write('crls.pem', lists.map(({ der }) => writePem('X509 CRL', der)).join(''));
    bench.write('content', content);
  });
  afterAll(() => {
    bench.remove();
  });

  it('openssl verifies our chain strictly', () => {
    // Link by link: 3.0 takes -vfyopt for the certificate in question alone, not for those between.
    const link = (...above: readonly string[]) => ['verify', '-x509_strict', '-vfyopt', ID, ...above];
    expect(openssl(...link('-CAfile', 'root.pem', 'sub.pem'))).toContain('OK');
    expect(openssl(...link('-partial_chain', '-trusted', 'sub.pem', 'person.pem'))).toContain('OK');
    expect(bench.fails('openssl', ...link('-partial_chain', '-trusted', 'root.pem', 'person.pem'))).toBe(
      true,
    );
  });

  it('openssl, which has no identity for lists, verifies the signature of ours as a raw one', () => {
    // `openssl verify -crl_check` ends with "CRL signature failure": 3.0 passes no distid there.
    bench.write('tbs', list.tbs);
    bench.write('list.sig', list.signature);
    openssl('x509', '-in', 'sub.pem', '-noout', '-pubkey', '-out', 'sub.pub');
    const common = ['-rawin', '-digest', 'sm3', '-in', 'tbs', '-pkeyopt', ID];
    const verify = ['pkeyutl', '-verify', '-pubin', '-inkey', 'sub.pub', '-sigfile', 'list.sig', ...common];
    expect(openssl(...verify)).toContain('Verified Successfully');
    const files = { roots: text('root.pem'), crls: text('crls.pem'), at: now };
    const verdict = (leaf: string) =>
      verifyCertificateChainFiles({ ...files, chain: text(leaf) + text('sub.pem') });
    expect(verdict('person.pem').code).toBe('OK');
    expect(verdict('gone.pem').code).toBe('CERT.REVOKED');
  });

  it('we verify a chain that openssl issued', () => {
    bench.write(
      'leaf.ext',
      'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n',
    );
    for (const key of ['o-root.key', 'o-leaf.key']) openssl('genpkey', '-algorithm', 'SM2', '-out', key);
    const request = ['req', '-sm3', '-sigopt', ID, '-subj', '/O=Open/CN=Name', '-key'];
    const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    openssl(...request, 'o-root.key', '-x509', '-days', '30', '-out', 'o-root.pem', ...usage);
    openssl(...request, 'o-leaf.key', '-new', '-out', 'o-leaf.csr', '-subj', '/O=Open/CN=Leaf');
    const ca = ['-CA', 'o-root.pem', '-CAkey', 'o-root.key', '-set_serial', '0x1234', '-days', '10'];
    const issue = ['-sm3', '-sigopt', ID, '-vfyopt', ID, '-extfile', 'leaf.ext', '-out', 'o-leaf.pem'];
    openssl('x509', '-req', '-in', 'o-leaf.csr', ...ca, ...issue);
    const files = {
      chain: text('o-leaf.pem'),
      at: addMs(new SystemClock().now(), 1000),
      eku: OID.clientAuth,
    };
    expect(verifyCertificateChainFiles({ ...files, roots: text('o-root.pem') }).code).toBe('OK');
    expect(verifyCertificateChainFiles({ ...files, roots: text('root.pem') }).code).toBe('CERT.UNTRUSTED');
  });

  it('raw signatures verify both ways, under the identity 1234567812345678 only', async () => {
    openssl('pkey', '-in', 'person.key', '-pubout', '-out', 'person.pub');
    bench.write('ours.sig', ecdsaToDer(await signer.sign(content)));
    const common = ['-rawin', '-digest', 'sm3', '-in', 'content'];
    const verify = [
      'pkeyutl',
      '-verify',
      '-pubin',
      '-inkey',
      'person.pub',
      '-sigfile',
      'ours.sig',
      ...common,
    ];
    expect(openssl(...verify, '-pkeyopt', ID)).toContain('Verified Successfully');
    expect(bench.fails('openssl', ...verify, '-pkeyopt', 'distid:another')).toBe(true);
    const sign = ['pkeyutl', '-sign', '-inkey', 'person.key', '-out', 'theirs.sig', ...common];
    openssl(...sign, '-pkeyopt', ID);
    const theirs = () => pairFromDer(bench.read('theirs.sig'), 'sm2') ?? new Uint8Array();
    expect(verifySignature(signer.certificate, content, theirs())).toBe(true);
    openssl(...sign, '-pkeyopt', 'distid:another');
    expect(verifySignature(signer.certificate, content, theirs())).toBe(false);
  });

  it('a PKCS#12 file of an SM2 key goes both ways', async () => {
    const keyFile = { ...person, pkcs8: person.pkcs8 ?? new Uint8Array() };
    bench.write('ours.p12', await writePkcs12(keyFile, 'secret', 'person'));
    const out = openssl('pkcs12', '-in', 'ours.p12', '-passin', 'pass:secret', '-nodes', '-clcerts');
    expect(unwrap(parsePem(out))[0]?.fingerprint).toBe(person.certificate.fingerprint);
    const make = ['-inkey', 'person.key', '-in', 'person.pem', '-certfile', 'sub.pem', '-out', 'theirs.p12'];
    openssl('pkcs12', '-export', ...make, '-passout', 'pass:secret');
    const theirs = unwrap(await loadSigner(bench.read('theirs.p12'), 'secret'));
    expect(verifySignature(signer.certificate, content, await theirs.sign(content))).toBe(true);
  });

  it('a CMS signature of ours holds for us, names SM3, and is not taken over other content', async () => {
    const cms = await signCms(content, signer);
    const answer = unwrap(verifyCms(cms, content));
    expect(answer.certificate.fingerprint).toBe(person.certificate.fingerprint);
    expect(verifyCms(cms, content.slice(1))).toMatchObject({ error: { code: 'CMS.DIGEST' } });
    bench.write('ours.p7s', cms);
    const shown = openssl('asn1parse', '-inform', 'DER', '-in', 'ours.p7s');
    for (const name of [':sm3', ':SM2-with-SM3']) expect(shown).toContain(name);
  });
});
