/** Certificates that no honest authority writes, re-signed so that only their form can give them away. */
import fc from 'fast-check';
import { addMs, DAY, SystemClock } from '#kernel';
import {
  createDevelopmentCa,
  OID,
  parseCertificate,
  toPem,
  validateChain,
  writePem,
  type Certificate,
  type DevelopmentCa,
} from '#trust';
import { signatureAlgorithmOf, signEncoded } from '../../libs/trust/src/pki/algorithm-writer.ts';
import { bitString, sequence } from '../../libs/trust/src/pki/der-writer.ts';
import {
  bytesOf,
  mutate,
  MUTATIONS,
  sizeOf,
  treeOf,
  type Mutation,
} from '../../libs/trust/src/pki/mutate-der.fixture.ts';
import { describeWith, Workbench } from '../support/programs.ts';

const now = new SystemClock().now();
const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, 30 * DAY) };
const RUNS = 400;
/** One seed: what CI sees today it sees tomorrow. */
const SEED = 20261122;

describeWith('openssl', 'certificates of a hostile authority', () => {
  const bench = new Workbench();
  let root: DevelopmentCa;
  let sub: DevelopmentCa;
  let leaf: Certificate;
  beforeAll(async () => {
    root = await createDevelopmentCa({ name: 'Root', ...validity });
    sub = await root.issueAuthority({ name: 'Sub', ...validity });
    const subject = { organisation: '甲公司', creditCode: '91441900MA4UQ1234X', person: '张三' };
    leaf = (await sub.issue({ subject, ...validity, eku: [OID.clientAuth] })).certificate;
    bench.write('root.pem', toPem([root.certificate]));
  });
  afterAll(() => {
    bench.remove();
  });

  const ours = (leafDer: Uint8Array, subDer: Uint8Array): boolean => {
    const [end, between] = [parseCertificate(leafDer), parseCertificate(subDer)];
    return (
      end.ok &&
      between.ok &&
      validateChain({
        leaf: end.value,
        intermediates: [between.value],
        roots: [root.certificate],
        at: now,
        eku: OID.clientAuth,
      }).ok
    );
  };
  const theirs = (leafDer: Uint8Array, subDer: Uint8Array): boolean => {
    bench.write('leaf.pem', writePem('CERTIFICATE', leafDer));
    bench.write('sub.pem', writePem('CERTIFICATE', subDer));
    return !bench.fails(
      ...(['openssl', 'verify', '-x509_strict', '-CAfile', 'root.pem', '-untrusted', 'sub.pem'] as const),
      ...(['-purpose', 'any', '-attime', String(Math.floor(now / 1000)), 'leaf.pem'] as const),
    );
  };
  const resigned = async (tbs: Uint8Array, by: DevelopmentCa): Promise<Uint8Array> =>
    sequence(
      tbs,
      signatureAlgorithmOf(by.certificate.publicKey),
      bitString(await signEncoded(by.signer, tbs)),
    );
  const place = fc.tuple(fc.nat(), fc.constantFrom<Mutation>(...MUTATIONS), fc.nat(1000));

  it('are taken by both when nothing is changed', () => {
    expect([ours(leaf.der, sub.certificate.der), theirs(leaf.der, sub.certificate.der)]).toEqual([
      true,
      true,
    ]);
  });

  it.each(['leaf', 'authority'])(
    'an accepted change of the %s is one that openssl accepts too',
    async (which) => {
      const [target, issuer] = which === 'leaf' ? [leaf, sub] : [sub.certificate, root];
      const tree = treeOf(target.tbs);
      let [refused, accepted] = [0, 0];
      await fc.assert(
        fc.asyncProperty(place, async ([at, how, by]) => {
          const tbs = bytesOf(mutate(tree, at % sizeOf(tree), how, by));
          const der = await resigned(tbs, issuer);
          const pair = which === 'leaf' ? ([der, sub.certificate.der] as const) : ([leaf.der, der] as const);
          if (!ours(...pair)) {
            refused += 1;
            return true;
          }
          accepted += 1;
          return theirs(...pair);
        }),
        { numRuns: RUNS, seed: SEED },
      );
      // Most changes break something; some (a letter of a name, a serial number) rightly break nothing.
      expect(refused).toBeGreaterThan(RUNS / 2);
      expect(accepted).toBeGreaterThan(0);
    },
  );

  it('that nobody signed anew are refused, whatever was changed', () => {
    for (const target of [leaf, sub.certificate]) {
      const tree = treeOf(target.der);
      fc.assert(
        fc.property(place, ([at, how, by]) => {
          const der = bytesOf(mutate(tree, at % sizeOf(tree), how, by));
          if (Buffer.compare(der, target.der) === 0) return true;
          return target === leaf ? !ours(der, sub.certificate.der) : !ours(leaf.der, der);
        }),
        { numRuns: RUNS, seed: SEED },
      );
    }
  });
});
