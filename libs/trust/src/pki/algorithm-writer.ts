import { sha256 } from '@noble/hashes/sha2.js';
import { sm3 } from '../sm/sm3.ts';
import { nullValue, oid, sequence } from './der-writer.ts';
import { OID } from './oids.ts';
import type { PublicKey } from './public-key.ts';
import type { Signer } from './signer.ts';
import { ecdsaToDer } from './signature.ts';

/** AlgorithmIdentifier of what {@link Signer} makes: ECDSA or RSA PKCS#1 v1.5 with SHA-256, SM2 with SM3. */
export function signatureAlgorithmOf(key: PublicKey): Uint8Array {
  if (key.type === 'rsa') return sequence(oid(OID.sha256WithRsa), nullValue());
  return sequence(oid(key.type === 'sm2' ? OID.sm2WithSm3 : OID.ecdsaWithSha256));
}

/** SHA-256 without parameters (RFC 5754 section 2). */
export const sha256Algorithm = (): Uint8Array => sequence(oid(OID.sha256));

/** The hash that a key's CMS signatures use. */
export const digestAlgorithmOf = (key: PublicKey): Uint8Array =>
  key.type === 'sm2' ? sequence(oid(OID.sm3)) : sha256Algorithm();

/** That hash of the content. */
export const digestOf = (key: PublicKey, content: Uint8Array): Uint8Array =>
  key.type === 'sm2' ? sm3(content) : sha256(content);

export const encodedForm = (key: PublicKey, raw: Uint8Array): Uint8Array =>
  key.type === 'rsa' ? raw : ecdsaToDer(raw);

/** A signature in the form of X.509 and CMS: ECDSA and SM2 become a DER sequence. */
export async function signEncoded(signer: Signer, bytes: Uint8Array): Promise<Uint8Array> {
  const raw = await signer.sign(bytes);
  return encodedForm(signer.certificate.publicKey, raw);
}
