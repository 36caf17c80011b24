import { addMs, DAY, formatInstant, SystemClock, unwrap } from '#kernel';
import {
  createDevelopmentCa,
  parseOcspResponse,
  toPem,
  verifyCertificateChainFiles,
  writeOcspRequest,
  writePem,
  type Certificate,
  type DevelopmentCa,
  type Issued,
  type KeyType,
} from '#trust';
import { craftOcsp, revokedAt } from '../../libs/trust/src/pki/crafted-ocsp.fixture.ts';
import { describeWith, Workbench } from '../support/programs.ts';

const now = new SystemClock().now();
const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 30 * DAY) };

describeWith('openssl', 'OCSP against openssl', () => {
  describe.each<KeyType>(['ecdsa-p256', 'rsa'])('with %s keys', (keyType) => {
    const bench = new Workbench();
    let ca: DevelopmentCa;
    let [good, revoked] = [] as unknown as [Issued, Issued];
    const openssl = (...args: readonly string[]) => bench.run('openssl', ...args);

    beforeAll(async () => {
      ca = await createDevelopmentCa({ name: 'Root', ...validity, keyType });
      const issue = (person: string) => ca.issue({ subject: { person }, ...validity, keyType });
      [good, revoked] = await Promise.all([issue('good'), issue('revoked')]);
      bench.write('ca.pem', toPem([ca.certificate]));
      bench.write('ca.key', writePem('PRIVATE KEY', ca.pkcs8));
      bench.write('good.pem', toPem([good.certificate]));
      bench.write('revoked.pem', toPem([revoked.certificate]));
      const day = (at: number) => formatInstant(addMs(now, at)).slice(2, 19).replaceAll(/[-T:]/g, '') + 'Z';
      const line = (state: string, { serial }: Certificate) =>
        `${state}\t${day(DAY)}\t${state === 'R' ? day(-DAY) : ''}\t${serial.toUpperCase()}\tunknown\t/CN=x\n`;
      bench.write('index', line('V', good.certificate) + line('R', revoked.certificate));
      const kind = keyType === 'rsa' ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
      bench.write(
        'delegate.ext',
        'keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n',
      );
      openssl(
        'req',
        '-newkey',
        ...kind,
        '-nodes',
        '-keyout',
        'd.key',
        '-out',
        'd.csr',
        '-subj',
        '/O=D/CN=OCSP',
      );
      openssl(
        ...['x509', '-req', '-in', 'd.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', '0x77'],
        ...['-days', '10', '-sha256', '-extfile', 'delegate.ext', '-out', 'd.pem'],
      );
    });
    afterAll(() => {
      bench.remove();
    });

    const nonce = new Uint8Array(16).fill(9);
    const ask = (about: Certificate, hash: 'sha1' | 'sha256', signer: 'ca' | 'd') => {
      bench.write('ours.ors', writeOcspRequest(about, ca.certificate, { nonce, hash }));
      openssl(
        ...[
          'ocsp',
          '-index',
          'index',
          '-CA',
          'ca.pem',
          '-rsigner',
          `${signer}.pem`,
          '-rkey',
          `${signer}.key`,
        ],
        ...['-rmd', 'sha256', '-ndays', '1', '-reqin', 'ours.ors', '-respout', 'theirs.ors'],
      );
      const der = bench.read('theirs.ors');
      expect(parseOcspResponse(der, nonce).ok).toBe(true);
      expect(parseOcspResponse(der, new Uint8Array(16)).ok).toBe(false);
      return verifyCertificateChainFiles({
        chain: toPem([about]),
        roots: toPem([ca.certificate]),
        ocsp: [der],
        at: addMs(new SystemClock().now(), 1000),
      }).code;
    };

    it.each<['sha1' | 'sha256', 'ca' | 'd']>([
      ['sha1', 'd'],
      ['sha256', 'd'],
      ['sha1', 'ca'],
    ])('we ask with %s and read the answer that openssl signs as %s', async (hash, signer) => {
      expect(ask(good.certificate, hash, signer)).toBe('OK');
      expect(ask(revoked.certificate, hash, signer)).toBe('CERT.REVOKED');
      const stranger = await ca.issue({ subject: { person: 'x' }, ...validity, keyType });
      expect(ask(stranger.certificate, hash, signer)).toBe('CERT.OCSP_UNKNOWN');
    });

    it('openssl reads the answers that our parser is tested with', async () => {
      const answer = {
        issuer: ca.certificate,
        responder: ca.signer,
        thisUpdate: addMs(now, -2000),
        nextUpdate: addMs(now, DAY),
      };
      bench.write('good.ors', await craftOcsp({ ...answer, certificate: good.certificate }));
      const status = revokedAt(addMs(now, -3000), 1);
      bench.write('bad.ors', await craftOcsp({ ...answer, certificate: revoked.certificate, status }));
      const read = (response: string, about: string) =>
        openssl(
          'ocsp',
          '-respin',
          response,
          '-issuer',
          'ca.pem',
          '-cert',
          about,
          '-CAfile',
          'ca.pem',
          '-no_nonce',
        );
      expect(read('good.ors', 'good.pem')).toContain('good.pem: good');
      expect(read('bad.ors', 'revoked.pem')).toContain('Reason: keyCompromise');
      expect(unwrap(parseOcspResponse(bench.read('bad.ors'))).statuses).toMatchObject([
        { status: 'revoked' },
      ]);
    });
  });
});
