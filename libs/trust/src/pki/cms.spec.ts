import fc from 'fast-check';
import { DAY, instant } from '#kernel';
import { signatureAlgorithmOf, signEncoded, sha256Algorithm } from './algorithm-writer.ts';
import { fromHex } from './bytes.ts';
import { signedAttributes } from './cms-attributes.ts';
import { signCms, verifyCms } from './cms.ts';
import { createDevelopmentCa } from './development-ca.ts';
import { element, integer, octetString, oid, sequence, setOf, tagged } from './der-writer.ts';
import { OID } from './oids.ts';
import type { Signer } from './signer.ts';
import { validateChain } from './validate-chain.ts';
import { sha256 } from '@noble/hashes/sha2.js';

const NOW = instant(Date.UTC(2026, 0, 15));
const validity = { notBefore: instant(NOW - DAY), notAfter: instant(NOW + 30 * DAY) };
const content = new TextEncoder().encode('{"manifest":"…"}');
const ca = await createDevelopmentCa({ name: 'Root', ...validity });
const sub = await ca.issueAuthority({ name: 'Sub', ...validity });
const signer = await sub.issueSigner({ subject: { organisation: '甲公司', person: '张三' }, ...validity });
const rsaSigner = await sub.issueSigner({ subject: { person: '李四' }, ...validity, keyType: 'rsa' });
const cms = await signCms(content, signer);

const codeOf = (message: Uint8Array, over = content) => {
  const answer = verifyCms(message, over);
  return answer.ok ? 'OK' : answer.error.code;
};

/** Accepted only as a reader would accept it: the signature, and the signer's chain to the root. */
function accepts(message: Uint8Array): boolean {
  const answer = verifyCms(message, content);
  if (!answer.ok) return false;
  const { certificate: leaf, chain } = answer.value;
  return validateChain({ leaf, intermediates: chain, roots: [ca.certificate], at: NOW }).ok;
}

interface Parts {
  readonly attributes?: readonly Uint8Array[];
  readonly signers?: number;
  readonly unsigned?: boolean;
  readonly certificates?: readonly Uint8Array[];
  readonly version?: number;
}

/** A message put together by hand, right but for one part. */
async function assembled(parts: Parts, by: Signer = signer): Promise<Uint8Array> {
  const { certificate } = by;
  const attributes = parts.attributes ?? signedAttributes(OID.data, sha256(content), certificate);
  const set = setOf(...attributes);
  const info = sequence(
    integer(1),
    sequence(certificate.issuer.der, element(0x02, fromHex(certificate.serial))),
    sha256Algorithm(),
    element(0xa0, ...attributes.toSorted((a, b) => Buffer.compare(a, b))),
    signatureAlgorithmOf(certificate.publicKey),
    octetString(await signEncoded(by, set)),
    ...(parts.unsigned ? [element(0xa1, sequence(oid('1.2.3'), setOf(integer(1))))] : []),
  );
  const certificates = parts.certificates ?? [certificate.der, sub.certificate.der];
  const data = sequence(
    integer(parts.version ?? 1),
    setOf(sha256Algorithm()),
    sequence(oid(OID.data)),
    element(0xa0, ...certificates.toSorted((a, b) => Buffer.compare(a, b))),
    element(0x31, ...Array.from({ length: parts.signers ?? 1 }, () => info)),
  );
  return sequence(oid(OID.signedData), tagged(0, data));
}

describe('a detached CMS signature', () => {
  it('names its signer and the issuers that came along', () => {
    const answer = verifyCms(cms, content);
    expect(answer.ok && answer.value.certificate.fingerprint).toBe(signer.certificate.fingerprint);
    expect(answer.ok && answer.value.chain.map(({ fingerprint }) => fingerprint)).toEqual([
      sub.certificate.fingerprint,
    ]);
    expect(accepts(cms)).toBe(true);
  });

  it('works with RSA', async () => {
    expect(codeOf(await signCms(content, rsaSigner))).toBe('OK');
  });

  it('is refused over other content', () => {
    expect(codeOf(cms, new Uint8Array(3))).toBe('CMS.DIGEST');
  });

  it('is refused with any byte changed', () => {
    fc.assert(
      fc.property(fc.nat(cms.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = cms.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        return !accepts(changed);
      }),
      { numRuns: 500 },
    );
  });

  it('has one form: the case of a letter that names the signer counts too', () => {
    for (let at = 0; at < cms.length; at++) {
      const changed = cms.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x20;
      expect([at, accepts(changed)]).toEqual([at, false]);
    }
  });

  it('is refused when cut off or followed by anything', () => {
    fc.assert(fc.property(fc.nat(cms.length - 1), (end) => codeOf(cms.subarray(0, end)) === 'CMS.MALFORMED'));
    expect(codeOf(Uint8Array.from([...cms, 0]))).toBe('CMS.MALFORMED');
  });

  it('accepts what is put together right, so that the refusals below mean something', async () => {
    expect(codeOf(await assembled({}))).toBe('OK');
  });

  it('wants exactly one signer', async () => {
    expect(codeOf(await assembled({ signers: 2 }))).toBe('CMS.UNSUPPORTED');
    expect(codeOf(await assembled({ signers: 0 }))).toBe('CMS.UNSUPPORTED');
  });

  it('takes no unsigned attribute', async () => {
    expect(codeOf(await assembled({ unsigned: true }))).toBe('CMS.MALFORMED');
  });

  it('wants all three signed attributes, each once and right', async () => {
    const [type, digest, named] = signedAttributes(OID.data, sha256(content), signer.certificate) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const [otherType] = signedAttributes(OID.tstInfo, sha256(content), signer.certificate) as [Uint8Array];
    const [, , otherNamed] = signedAttributes(OID.data, sha256(content), rsaSigner.certificate) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    expect(codeOf(await assembled({ attributes: [type, digest] }))).toBe('CMS.ATTRIBUTES');
    expect(codeOf(await assembled({ attributes: [type, named] }))).toBe('CMS.ATTRIBUTES');
    expect(codeOf(await assembled({ attributes: [digest, named] }))).toBe('CMS.ATTRIBUTES');
    expect(codeOf(await assembled({ attributes: [otherType, digest, named] }))).toBe('CMS.ATTRIBUTES');
    expect(codeOf(await assembled({ attributes: [type, digest, otherNamed] }))).toBe('CMS.ATTRIBUTES');
    expect(codeOf(await assembled({ attributes: [type, type, digest, named] }))).toBe('CMS.MALFORMED');
  });

  it('wants the certificates to be one chain', async () => {
    const stranger = await createDevelopmentCa({ name: 'Stranger', ...validity });
    const der = (...all: { der: Uint8Array }[]) => all.map((each) => each.der);
    const [leaf, above] = [signer.certificate, sub.certificate];
    expect(codeOf(await assembled({ certificates: der(above) }))).toBe('CMS.SIGNER_UNKNOWN');
    expect(codeOf(await assembled({ certificates: der(leaf, above, stranger.certificate) }))).toBe(
      'CMS.SIGNER_UNKNOWN',
    );
    expect(codeOf(await assembled({ certificates: der(leaf, leaf, above) }))).toBe('CMS.MALFORMED');
    expect(codeOf(await assembled({ certificates: der(leaf, above, ca.certificate) }))).toBe('OK');
    expect(codeOf(await assembled({ certificates: [leaf.der, above.der.subarray(0, 9)] }))).toBe(
      'CMS.MALFORMED',
    );
  });

  it('wants the version that fits, and a signature by the named key', async () => {
    expect(codeOf(await assembled({ version: 3 }))).toBe('CMS.UNSUPPORTED');
    const impostor: Signer = { ...signer, sign: (bytes) => sub.signer.sign(bytes) };
    expect(codeOf(await assembled({}, impostor))).toBe('CMS.BAD_SIGNATURE');
  });

  it('is refused when it is something else', () => {
    expect(codeOf(sequence(oid(OID.data), tagged(0, sequence())))).toBe('CMS.UNSUPPORTED');
    expect(codeOf(new Uint8Array(2_000_000))).toBe('CMS.MALFORMED');
  });
});
