import { nullValue, oid, sequence } from './der-writer.ts';
import { OID } from './oids.ts';
import type { PublicKey } from './public-key.ts';
import type { Signer } from './signer.ts';
import { ecdsaToDer } from './signature.ts';

/** AlgorithmIdentifier of what {@link Signer} makes: ECDSA or RSA PKCS#1 v1.5, with SHA-256. */
export const signatureAlgorithmOf = (key: PublicKey): Uint8Array =>
  key.type === 'ecdsa-p256'
    ? sequence(oid(OID.ecdsaWithSha256))
    : sequence(oid(OID.sha256WithRsa), nullValue());

/** SHA-256 without parameters (RFC 5754 section 2). */
export const sha256Algorithm = (): Uint8Array => sequence(oid(OID.sha256));

/** A signature in the form of X.509 and CMS: ECDSA becomes a DER sequence. */
export async function signEncoded(signer: Signer, bytes: Uint8Array): Promise<Uint8Array> {
  const raw = await signer.sign(bytes);
  return signer.certificate.publicKey.type === 'ecdsa-p256' ? ecdsaToDer(raw) : raw;
}
