import { createHash } from 'node:crypto';
import { addMs, DAY, SystemClock, unwrap } from '#kernel';
import {
  createDevelopmentCa,
  createTimestampToken,
  OID,
  parseCertificate,
  parseCrlPem,
  parsePem,
  parseTimestampRequest,
  readTimestampResponse,
  signCms,
  softwareSigner,
  toPem,
  validateChain,
  verifyCertificateChainFiles,
  verifyCms,
  verifyTimestampToken,
  writePem,
  writeTimestampRequest,
  writeTimestampResponse,
  type DevelopmentCa,
  type Issued,
  type KeyType,
} from '#trust';
import { loadSigner, writePkcs12 } from '#trust/key-file';
import { describeWith, Workbench } from '../support/programs.ts';

const now = new SystemClock().now();
const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 30 * DAY) };
const content = new TextEncoder().encode('{"manifest":"投标文件"}');

describeWith('openssl', 'certificates, signatures and timestamps against openssl', () => {
  describe.each<KeyType>(['ecdsa-p256', 'rsa'])('with %s keys', (keyType) => {
    const bench = new Workbench();
    let root: DevelopmentCa;
    let sub: DevelopmentCa;
    let person: Issued;
    const openssl = (...args: readonly string[]) => bench.run('openssl', ...args);
    const signer = async () =>
      unwrap(await softwareSigner(person.pkcs8 ?? new Uint8Array(), person.certificate, person.chain));

    beforeAll(async () => {
      root = await createDevelopmentCa({ name: 'Root', ...validity, keyType });
      sub = await root.issueAuthority({ name: 'Sub', ...validity, keyType });
      const subject = { organisation: '东莞甲公司', creditCode: '91441900MA4UQ1234X', person: '张三' };
      person = await sub.issue({ subject, ...validity, keyType, eku: [OID.clientAuth, OID.emailProtection] });
      const period = { number: 1, thisUpdate: addMs(now, -1000), nextUpdate: addMs(now, DAY) };
      const revoked = await sub.issue({ subject, ...validity, keyType });
      const lists = [
        await root.issueCrl({ ...period, revoked: [] }),
        await sub.issueCrl({
          ...period,
          revoked: [{ certificate: revoked.certificate, revokedAt: addMs(now, -2000) }],
        }),
      ];
      bench.write('root.pem', toPem([root.certificate]));
      bench.write('sub.pem', toPem([sub.certificate]));
      bench.write('sub.key', writePem('PRIVATE KEY', sub.pkcs8));
      bench.write('person.pem', toPem([person.certificate]));
      bench.write('revoked.pem', toPem([revoked.certificate]));
      bench.write('person.key', writePem('PRIVATE KEY', person.pkcs8 ?? new Uint8Array()));
      bench.write('crls.pem', lists.map(({ der }) => writePem('X509 CRL', der)).join(''));
      bench.write('content', content);
    });
    afterAll(() => {
      bench.remove();
    });

    const verifyArgs = [
      'verify',
      '-x509_strict',
      '-crl_check_all',
      '-CAfile',
      'root.pem',
      '-CRLfile',
      'crls.pem',
      '-untrusted',
      'sub.pem',
    ];

    it('openssl verifies our chain strictly, CRLs included, and sees our revocation', () => {
      expect(openssl(...verifyArgs, 'person.pem')).toContain('OK');
      expect(bench.fails('openssl', ...verifyArgs, 'revoked.pem')).toBe(true);
    });

    it('we verify a chain and a CRL that openssl issued', () => {
      const kind = keyType === 'rsa' ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
      bench.write(
        'leaf.ext',
        'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n',
      );
      bench.write(
        'ca.cnf',
        '[ca]\ndefault_ca=d\n[d]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\ncrl_extensions=x\n[x]\nauthorityKeyIdentifier=keyid\n',
      );
      bench.write('index', '');
      bench.write('number', '01\n');
      openssl(
        'req',
        '-x509',
        '-newkey',
        ...kind,
        '-nodes',
        '-keyout',
        'o-root.key',
        '-out',
        'o-root.pem',
        '-days',
        '30',
        '-sha256',
        '-subj',
        '/O=Open Root/CN=Root',
        '-addext',
        'keyUsage=critical,keyCertSign,cRLSign',
      );
      openssl(
        'req',
        '-newkey',
        ...kind,
        '-nodes',
        '-keyout',
        'o-leaf.key',
        '-out',
        'o-leaf.csr',
        '-subj',
        '/O=Open/CN=Leaf',
      );
      openssl(
        'x509',
        '-req',
        '-in',
        'o-leaf.csr',
        '-CA',
        'o-root.pem',
        '-CAkey',
        'o-root.key',
        '-set_serial',
        '0x1234',
        '-days',
        '10',
        '-sha256',
        '-extfile',
        'leaf.ext',
        '-out',
        'o-leaf.pem',
      );
      openssl(
        'ca',
        '-gencrl',
        '-config',
        'ca.cnf',
        '-cert',
        'o-root.pem',
        '-keyfile',
        'o-root.key',
        '-crldays',
        '5',
        '-out',
        'o-crl.pem',
      );
      const text = (name: string) => new TextDecoder().decode(bench.read(name));
      const files = {
        chain: text('o-leaf.pem'),
        roots: text('o-root.pem'),
        crls: text('o-crl.pem'),
        at: addMs(new SystemClock().now(), 1000),
      };
      expect(verifyCertificateChainFiles({ ...files, eku: OID.clientAuth })).toMatchObject({
        code: 'OK',
        valid: true,
      });
      expect(unwrap(parseCrlPem(files.crls))).toHaveLength(1);
      expect(verifyCertificateChainFiles({ ...files, roots: toPem([root.certificate]) }).code).toBe(
        'CERT.UNTRUSTED',
      );
    });

    it('openssl accepts our CMS signature, and refuses it over other content', async () => {
      bench.write('ours.p7s', await signCms(content, await signer()));
      const args = [
        'cms',
        '-verify',
        '-cades',
        '-binary',
        '-inform',
        'DER',
        '-in',
        'ours.p7s',
        '-CAfile',
        'root.pem',
      ];
      expect(openssl(...args, '-content', 'content')).toBe(new TextDecoder().decode(content));
      expect(bench.fails('openssl', ...args, '-content', 'root.pem')).toBe(true);
    });

    const opensslCms = (...more: readonly string[]) => {
      openssl(
        'cms',
        '-sign',
        '-binary',
        '-outform',
        'DER',
        '-in',
        'content',
        '-signer',
        'person.pem',
        '-inkey',
        'person.key',
        '-certfile',
        'sub.pem',
        '-md',
        'sha256',
        '-out',
        'theirs.p7s',
        ...more,
      );
      return verifyCms(bench.read('theirs.p7s'), content);
    };

    it("we accept openssl's CMS signature with signingCertificateV2, and refuse it without", () => {
      const answer = unwrap(opensslCms('-cades'));
      expect(answer.certificate.fingerprint).toBe(person.certificate.fingerprint);
      expect(
        validateChain({
          leaf: answer.certificate,
          intermediates: answer.chain,
          roots: [root.certificate],
          at: now,
        }).ok,
      ).toBe(true);
      expect(opensslCms()).toMatchObject({ error: { code: 'CMS.ATTRIBUTES' } });
      if (keyType !== 'rsa') return;
      expect(
        opensslCms('-cades', '-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:32').ok,
      ).toBe(true);
      expect(
        opensslCms('-cades', '-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:20').ok,
      ).toBe(false);
    });

    it('openssl accepts our timestamp for its query', async () => {
      const tsa = await sub.issueSigner({
        subject: { organisation: 'TSA' },
        ...validity,
        keyType,
        eku: [OID.timeStamping],
      });
      openssl('ts', '-query', '-data', 'content', '-sha256', '-cert', '-out', 'query.tsq');
      const query = unwrap(parseTimestampRequest(bench.read('query.tsq')));
      const token = await createTimestampToken(
        { hash: query.hash, time: now, policy: '1.2.3.4', nonce: query.nonce },
        tsa,
      );
      bench.write('reply.tsr', writeTimestampResponse(token));
      expect(
        openssl(
          'ts',
          '-verify',
          '-queryfile',
          'query.tsq',
          '-in',
          'reply.tsr',
          '-CAfile',
          'root.pem',
          '-untrusted',
          'sub.pem',
        ),
      ).toContain('OK');
      bench.write('other', 'other');
      expect(
        bench.fails(
          'openssl',
          'ts',
          '-verify',
          '-data',
          'other',
          '-in',
          'reply.tsr',
          '-CAfile',
          'root.pem',
          '-untrusted',
          'sub.pem',
        ),
      ).toBe(true);
    });

    it("we accept openssl's timestamp for our query", async () => {
      const tsa = await sub.issue({
        subject: { organisation: 'TSA' },
        ...validity,
        keyType,
        eku: [OID.timeStamping],
      });
      bench.write('tsa.pem', toPem([tsa.certificate]));
      bench.write('tsa.key', writePem('PRIVATE KEY', tsa.pkcs8 ?? new Uint8Array()));
      bench.write('serial', '01\n');
      bench.write(
        'tsa.cnf',
        '[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\nordering=no\ntsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=sha256\nclock_precision_digits=3\naccuracy=secs:1\n',
      );
      const hash = new Uint8Array(createHash('sha256').update(content).digest());
      const nonce = new Uint8Array([0x7a, 1, 2]);
      bench.write('ours.tsq', writeTimestampRequest({ hash, policy: null, nonce, certificates: true }));
      openssl(
        'ts',
        '-reply',
        '-config',
        'tsa.cnf',
        '-queryfile',
        'ours.tsq',
        '-signer',
        'tsa.pem',
        '-inkey',
        'tsa.key',
        '-chain',
        'sub.pem',
        '-out',
        'theirs.tsr',
      );
      const token = unwrap(readTimestampResponse(bench.read('theirs.tsr')));
      const answer = verifyTimestampToken(token, hash, { roots: [root.certificate], nonce });
      expect(answer).toMatchObject({ ok: true, value: { serial: '02', policy: '1.2.3.4' } });
    });

    it('openssl opens our key file', async () => {
      const keyFile = {
        pkcs8: person.pkcs8 ?? new Uint8Array(),
        certificate: person.certificate,
        chain: person.chain,
      };
      bench.write('ours.p12', await writePkcs12(keyFile, '密码 é', '张三'));
      const opened = openssl('pkcs12', '-in', 'ours.p12', '-passin', 'pass:密码 é', '-nodes');
      expect(opened).toContain('BEGIN PRIVATE KEY');
      const fingerprints = unwrap(parsePem(opened)).map(({ fingerprint }) => fingerprint);
      expect(fingerprints).toEqual(
        [person.certificate, ...person.chain].map(({ fingerprint }) => fingerprint),
      );
      expect(bench.fails('openssl', 'pkcs12', '-in', 'ours.p12', '-passin', 'pass:wrong', '-nodes')).toBe(
        true,
      );
    });

    it.each<[string, string[]]>([
      ['as openssl 3 writes it', []],
      ['with 3DES', ['-legacy', '-descert']],
      ['with RC2 certificates', ['-legacy']],
      ['with a SHA-512 MAC and open certificates', ['-macalg', 'sha512', '-certpbe', 'NONE']],
      ['with AES-128', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-192-CBC']],
    ])("we open openssl's key file %s", async (_, more) => {
      openssl(
        'pkcs12',
        '-export',
        '-in',
        'person.pem',
        '-inkey',
        'person.key',
        '-certfile',
        'sub.pem',
        '-passout',
        'pass:密码 é',
        '-out',
        'theirs.p12',
        ...more,
      );
      const loaded = unwrap(await loadSigner(bench.read('theirs.p12'), '密码 é'));
      expect(loaded.certificate.fingerprint).toBe(person.certificate.fingerprint);
      expect(loaded.chain.map(({ fingerprint }) => fingerprint)).toEqual([sub.certificate.fingerprint]);
    });
  });

  it('refuses a certificate with a curve outside the profile', () => {
    const bench = new Workbench();
    bench.run(
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-384',
      '-nodes',
      '-keyout',
      'k',
      '-out',
      'c.der',
      '-outform',
      'DER',
      '-subj',
      '/CN=x',
      '-sha256',
    );
    expect(parseCertificate(bench.read('c.der'))).toMatchObject({ error: { code: 'CERT.UNSUPPORTED_KEY' } });
    bench.remove();
  });
});
