import type { Certificate } from './certificate.ts';

/**
 * Whoever can sign under a certificate: a software key, a smart card, an HSM. `sign` MUST return, over SHA-256 of
 * the bytes: ECDSA P-256 as 64 bytes r ‖ s, or RSA PKCS#1 v1.5 (which CMS and every token offer); or SM2 over SM3 as
 * 64 bytes r ‖ s: what verifySignature accepts. `chain` holds the issuers, nearest first, with or without the root.
 */
export interface Signer {
  readonly certificate: Certificate;
  readonly chain: readonly Certificate[];
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}
