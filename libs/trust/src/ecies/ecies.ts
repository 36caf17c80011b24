/**
 * Encryption to a P-256 key: ECDH with a fresh key, HKDF-SHA256, AES-256-GCM. Bytes: ephemeral point, compressed
 * (33) ‖ ciphertext ‖ tag (16). Source: ECIES in the manner of DHIES (Abdalla, Bellare, Rogaway, CT-RSA 2001) and
 * SEC 1 section 5.1; both public keys and `info` are under the key, so nothing opens in another's place.
 */
import { b64u, concat, utf8 } from '../encoding/bytes.ts';
import type { Random } from '../encoding/bytes.ts';
import { hkdfExpand, hkdfExtract } from '../encoding/hash.ts';
import { TrustError } from '../encoding/trust-error.ts';
import { newKeyPair } from '../group/key-pair.ts';
import { B, decodePoint, multiplySecret, uncompressed } from '../group/p256.ts';
import type { Point, Scalar } from '../group/p256.ts';

const POINT = 33;
const TAG = 16;
/** The key is used once, so the nonce may be constant (RFC 5116 section 3.1 asks for no repeat under one key). */
const NONCE = new Uint8Array(12);

async function contentKey(shared: Point, ephemeral: Point, recipient: Point, info: string) {
  const context = concat(
    utf8.encode(`glasshall/1/ecies\0${info}\0`),
    uncompressed(ephemeral),
    uncompressed(recipient),
  );
  const key = hkdfExpand(hkdfExtract(new Uint8Array(32), uncompressed(shared)), context, 32);
  return globalThis.crypto.subtle.importKey('raw', key as Uint8Array<ArrayBuffer>, 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ]);
}

/** Encrypts to the key's holder; `info` names the purpose and must be given again to open. */
export async function eciesSeal(
  recipient: Point,
  info: string,
  plaintext: Uint8Array,
  random: Random,
): Promise<Uint8Array> {
  const ephemeral = newKeyPair(random);
  const key = await contentKey(
    multiplySecret(recipient, ephemeral.secret),
    ephemeral.public,
    recipient,
    info,
  );
  const sealed = await globalThis.crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: NONCE },
    key,
    plaintext as Uint8Array<ArrayBuffer>,
  );
  return concat(ephemeral.public.toBytes(true), new Uint8Array(sealed));
}

/**
 * @throws TrustError ECIES.FORM | GROUP.POINT when the bytes cannot be a message; ECIES.OPEN when they are not one
 * for this key and `info`
 */
export async function eciesOpen(secret: Scalar, info: string, bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length < POINT + TAG) throw new TrustError('ECIES.FORM', { length: bytes.length });
  const ephemeral = decodePoint(b64u.encode(bytes.subarray(0, POINT)));
  const key = await contentKey(multiplySecret(ephemeral, secret), ephemeral, multiplySecret(B, secret), info);
  try {
    const sealed = bytes.slice(POINT);
    return new Uint8Array(
      await globalThis.crypto.subtle.decrypt({ name: 'AES-GCM', iv: NONCE }, key, sealed),
    );
  } catch {
    throw new TrustError('ECIES.OPEN');
  }
}
