/** Records with signatures over them; the certificates travel beside (PROTOCOL section 3). */
import type { Certificate } from '../pki/certificate.ts';
import { signsIn } from '../pki/suite-keys.ts';
import { verifySignature } from '../pki/signature.ts';
import type { Signer } from '../pki/signer.ts';
import type { Signed } from '../records/index.ts';
import { b64u } from './bytes.ts';
import { suiteIdOf } from '../suite/suite.ts';
import { signatureInput } from './hash.ts';
import { TrustError } from './trust-error.ts';

/** Certificates by fingerprint (SHA-256 of the DER, base64url); whether they are trusted is the caller's question. */
export type CertificateLookup = (fingerprint: string) => Certificate | undefined;

/** The record with each signer's signature over "glasshall/1/sig\0" ‖ type ‖ "\0" ‖ JCS(record). */
export async function signRecord<T>(type: string, record: T, signers: readonly Signer[]): Promise<Signed<T>> {
  const input = signatureInput(type, record);
  const signatures = await Promise.all(
    signers.map(async (signer) => ({
      signer: signer.certificate.fingerprint,
      sig: b64u.encode(await signer.sign(input)),
    })),
  );
  return { record, signatures };
}

/**
 * The signers' certificates, in the order of the signatures. Every signature must hold, and no signer counts twice;
 * that the signers are the ones who had to sign is for the caller to check.
 * @throws TrustError SIGNATURE.NONE | SIGNATURE.DUPLICATE_SIGNER | SIGNATURE.UNKNOWN_SIGNER |
 * SIGNATURE.OTHER_SUITE | SIGNATURE.INVALID
 */
export function verifySigned<T>(
  type: string,
  signed: Signed<T>,
  certificates: CertificateLookup,
): Certificate[] {
  const { record, signatures } = signed;
  if (signatures.length === 0) throw new TrustError('SIGNATURE.NONE', { type });
  const input = signatureInput(type, record);
  const seen = new Set<string>();
  return signatures.map(({ signer, sig }) => {
    if (seen.has(signer)) throw new TrustError('SIGNATURE.DUPLICATE_SIGNER', { type, signer });
    seen.add(signer);
    const certificate = certificates(signer);
    if (!certificate) throw new TrustError('SIGNATURE.UNKNOWN_SIGNER', { type, signer });
    if (!signsIn(suiteIdOf(record), certificate.publicKey.type)) {
      throw new TrustError('SIGNATURE.OTHER_SUITE', { type, signer, suite: suiteIdOf(record) });
    }
    if (!verifySignature(certificate, input, b64u.decode(sig))) {
      throw new TrustError('SIGNATURE.INVALID', { type, signer });
    }
    return certificate;
  });
}
