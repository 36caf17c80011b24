import type { PublicKey } from './public-key.ts';
import { generateSm2Key } from './sm2-key.ts';

export type KeyType = PublicKey['type'];

/** A fresh key pair: SubjectPublicKeyInfo and PKCS#8 PrivateKeyInfo, both DER. */
export interface EncodedKeyPair {
  readonly spki: Uint8Array;
  readonly pkcs8: Uint8Array;
}

/** EC P-256 or RSA-2048 with exponent 65537, from WebCrypto's generator; SM2 from our own. */
export async function generateKeyPair(type: KeyType): Promise<EncodedKeyPair> {
  if (type === 'sm2') return generateSm2Key();
  const { subtle } = globalThis.crypto;
  const pair =
    type === 'ecdsa-p256'
      ? await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
      : await subtle.generateKey(
          {
            name: 'RSASSA-PKCS1-v1_5',
            modulusLength: 2048,
            publicExponent: new Uint8Array([1, 0, 1]),
            hash: 'SHA-256',
          },
          true,
          ['sign', 'verify'],
        );
  return {
    spki: new Uint8Array(await subtle.exportKey('spki', pair.publicKey)),
    pkcs8: new Uint8Array(await subtle.exportKey('pkcs8', pair.privateKey)),
  };
}
