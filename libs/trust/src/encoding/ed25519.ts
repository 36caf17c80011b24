/** Ed25519 (RFC 8032): the log's notes and a package's `wk`. */
import { ed25519 } from '@noble/curves/ed25519.js';

/** The 32-byte public key of a 32-byte secret. */
export const edPublicKey = (secret: Uint8Array): Uint8Array => ed25519.getPublicKey(secret);

/** The 64-byte signature; deterministic (RFC 8032 section 5.1.6). */
export const edSign = (secret: Uint8Array, message: Uint8Array): Uint8Array => ed25519.sign(message, secret);

/**
 * True iff the signature holds under RFC 8032's strict reading: canonical encodings, s < L, no small-order key
 * (ZIP 215's looser rules are off). Never throws: malformed input is a signature that does not hold.
 */
export function edVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
