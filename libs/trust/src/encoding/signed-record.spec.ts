import { instant } from '#kernel';
import { createDevelopmentCa } from '../pki/development-ca.ts';
import type { Signer } from '../pki/signer.ts';
import { b64u } from './bytes.ts';
import { signRecord, verifySigned } from './signed-record.ts';
import type { CertificateLookup } from './signed-record.ts';

const refusal = (code: string) => expect.objectContaining({ code });
const validity = { notBefore: instant(Date.UTC(2026, 0)), notAfter: instant(Date.UTC(2027, 0)) };
let signers: Signer[];
let known: CertificateLookup;

beforeAll(async () => {
  const ca = await createDevelopmentCa({ name: 'test', ...validity });
  signers = [
    await ca.issueSigner({ subject: { person: 'one' }, ...validity }),
    await ca.issueSigner({ subject: { person: 'two' }, ...validity, keyType: 'rsa' }),
  ];
  known = (fingerprint) =>
    signers.map(({ certificate }) => certificate).find((each) => each.fingerprint === fingerprint);
});

test('a record signed by ECDSA and RSA keys names both signers', async () => {
  const signed = await signRecord('award', { a: 1 }, signers);
  expect(verifySigned('award', signed, known)).toEqual(signers.map(({ certificate }) => certificate));
});

test('another record, another type, another signature or a stranger is refused', async () => {
  const signed = await signRecord('award', { a: 1 }, signers);
  const [first, second] = signed.signatures as [(typeof signed.signatures)[0], (typeof signed.signatures)[0]];
  const verify =
    (changes: Partial<typeof signed>, type = 'award', lookup = known) =>
    () =>
      verifySigned(type, { ...signed, ...changes }, lookup);
  expect(verify({ record: { a: 2 } })).toThrow(refusal('SIGNATURE.INVALID'));
  expect(verify({}, 'notice')).toThrow(refusal('SIGNATURE.INVALID'));
  expect(verify({ signatures: [{ ...first, sig: second.sig }] })).toThrow(refusal('SIGNATURE.INVALID'));
  expect(
    verify({ signatures: [first, { ...second, sig: b64u.encode(b64u.decode(second.sig).fill(0)) }] }),
  ).toThrow(refusal('SIGNATURE.INVALID'));
  expect(verify({ signatures: [] })).toThrow(refusal('SIGNATURE.NONE'));
  expect(verify({ signatures: [first, first] })).toThrow(refusal('SIGNATURE.DUPLICATE_SIGNER'));
  expect(verify({}, 'award', () => undefined)).toThrow(refusal('SIGNATURE.UNKNOWN_SIGNER'));
});

test('a signer that fails does not leave a half-signed record', async () => {
  const [one] = signers as [Signer];
  const broken: Signer = { ...one, sign: () => Promise.reject(new Error('token removed')) };
  await expect(signRecord('award', {}, [one, broken])).rejects.toThrow('token removed');
});
