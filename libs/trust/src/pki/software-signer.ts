import { ok, refuse, type Refusal, type Result } from '#kernel';
import type { Certificate } from './certificate.ts';
import type { KeyType } from './key-pair.ts';
import type { Signer } from './signer.ts';
import { verifySignature } from './signature.ts';
import { sm2Sign } from '../sm/sm2.ts';
import { readSm2Secret } from './sm2-key.ts';

export type SignerCode = 'SIGNER.KEY_MALFORMED' | 'SIGNER.KEY_MISMATCH';

const PROBE = new TextEncoder().encode('glasshall/1/key-check');

/**
 * A signer from a PKCS#8 private key (not encrypted). The key is imported as not extractable (an SM2 key, which
 * WebCrypto does not know, stays in the closure), and one trial
 * signature must verify under the certificate, so that a key of another certificate is found here and not later.
 */
export async function softwareSigner(
  pkcs8: Uint8Array,
  certificate: Certificate,
  chain: readonly Certificate[] = [],
): Promise<Result<Signer, Refusal<SignerCode>>> {
  const sign = await importSigningKey(pkcs8, certificate.publicKey.type);
  if (!sign) return refuse('SIGNER.KEY_MALFORMED', { keyType: certificate.publicKey.type });
  if (!verifySignature(certificate, PROBE, await sign(PROBE))) {
    return refuse('SIGNER.KEY_MISMATCH', { certificate: certificate.fingerprint });
  }
  return ok({ certificate, chain, sign });
}

type Sign = (bytes: Uint8Array) => Promise<Uint8Array>;
const { subtle } = globalThis.crypto;

/** Imports PKCS#8 for signing only; null when it is not a key of this type. */
export async function importSigningKey(pkcs8: Uint8Array, type: KeyType): Promise<Sign | null> {
  if (type === 'sm2') {
    const secret = readSm2Secret(pkcs8);
    return secret === null ? null : (bytes) => Promise.resolve(sm2Sign(secret, bytes));
  }
  const ec = type === 'ecdsa-p256';
  try {
    const key = ec
      ? await subtle.importKey('pkcs8', pkcs8.slice(), { name: 'ECDSA', namedCurve: 'P-256' }, false, [
          'sign',
        ])
      : await subtle.importKey(
          'pkcs8',
          pkcs8.slice(),
          { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
          false,
          ['sign'],
        );
    const algorithm = ec ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'RSASSA-PKCS1-v1_5' };
    return async (bytes) => new Uint8Array(await subtle.sign(algorithm, key, bytes.slice()));
  } catch {
    // WebCrypto's errors may quote their input; a private key must not travel in a message.
    return null;
  }
}
