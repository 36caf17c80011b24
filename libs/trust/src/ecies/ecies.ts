/**
 * Encryption to a key of the suite's group: ECDH with a fresh key, the suite's HKDF, AES-256-GCM or SM4-GCM. Bytes:
 * ephemeral point, compressed (33) ‖ ciphertext ‖ tag (16). Source: ECIES in the manner of DHIES (Abdalla, Bellare, Rogaway, CT-RSA 2001) and
 * SEC 1 section 5.1; both public keys and `info` are under the key, so nothing opens in another's place.
 */
import { b64u, concat, utf8 } from '../encoding/bytes.ts';
import type { Random } from '../encoding/bytes.ts';
import { TrustError } from '../encoding/trust-error.ts';
import { newKeyPair } from '../group/key-pair.ts';
import { multiplySecret, uncompressed } from '../group/curve.ts';
import type { Point, Scalar } from '../group/curve.ts';
import type { SuiteId } from '../records/value.ts';
import { suiteAead, webCryptoAead } from '../seal/aead.ts';
import type { ChunkAead } from '../seal/aead.ts';
import { suiteOf, suiteOfPoint } from '../suite/suite.ts';

const POINT = 33;
const TAG = 16;
/** The key is used once, so the nonce may be constant (RFC 5116 section 3.1 asks for no repeat under one key). */
const NONCE = new Uint8Array(12);

async function cipherOf(shared: Point, ephemeral: Point, recipient: Point, info: string): Promise<ChunkAead> {
  const suite = suiteOfPoint(recipient);
  const context = concat(
    utf8.encode(`glasshall/1/ecies\0${info}\0`),
    uncompressed(ephemeral),
    uncompressed(recipient),
  );
  const prk = suite.extract(new Uint8Array(32), uncompressed(shared));
  const key = suite.expand(prk, context, suite.keyBytes);
  return suiteAead(suite.id, key, webCryptoAead);
}

/** Encrypts to the key's holder; `info` names the purpose and must be given again to open. */
export async function eciesSeal(
  recipient: Point,
  info: string,
  plaintext: Uint8Array,
  random: Random,
): Promise<Uint8Array> {
  const ephemeral = newKeyPair(random, suiteOfPoint(recipient).id);
  const shared = multiplySecret(recipient, ephemeral.secret);
  const cipher = await cipherOf(shared, ephemeral.public, recipient, info);
  return concat(ephemeral.public.toBytes(true), await cipher.seal(NONCE, plaintext));
}

/**
 * @throws TrustError ECIES.FORM | GROUP.POINT when the bytes cannot be a message; ECIES.OPEN when they are not one
 * for this key and `info`
 */
export async function eciesOpen(
  secret: Scalar,
  info: string,
  bytes: Uint8Array,
  suite: SuiteId = 'P256',
): Promise<Uint8Array> {
  const { group } = suiteOf(suite);
  if (bytes.length < POINT + TAG) throw new TrustError('ECIES.FORM', { length: bytes.length });
  const ephemeral = group.decodePoint(b64u.encode(bytes.subarray(0, POINT)));
  const shared = multiplySecret(ephemeral, secret);
  const cipher = await cipherOf(shared, ephemeral, multiplySecret(group.B, secret), info);
  try {
    return await cipher.open(NONCE, bytes.slice(POINT));
  } catch {
    throw new TrustError('ECIES.OPEN');
  }
}
