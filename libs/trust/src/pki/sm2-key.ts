import { equalBytes, readUint, systemRandom, uint } from '../encoding/bytes.ts';
import { isSm2Secret, sm2PublicKey, sm2SecretOf } from '../sm/sm2.ts';
import { context, DerError, members, readDer, readOctets, readOid, readSmallInteger, TAG } from './der.ts';
import { bitString, integer, octetString, oid, sequence, tagged } from './der-writer.ts';
import { OID } from './oids.ts';

const algorithm = (): Uint8Array => sequence(oid(OID.ecPublicKey), oid(OID.sm2p256v1));

/** A fresh SM2 key pair as SubjectPublicKeyInfo and PKCS#8; WebCrypto has none. */
export function generateSm2Key(): { spki: Uint8Array; pkcs8: Uint8Array } {
  const secret = sm2SecretOf(systemRandom(48));
  const point = bitString(sm2PublicKey(secret));
  const key = sequence(integer(1), octetString(uint(secret, 32)), tagged(1, point));
  return {
    spki: sequence(algorithm(), point),
    pkcs8: sequence(integer(0), algorithm(), octetString(key)),
  };
}

/**
 * The secret of a PKCS#8 PrivateKeyInfo (RFC 5208) with an ECPrivateKey (RFC 5915) on sm2p256v1; null where it is a key
 * of another kind or none. Parameters and public key inside ECPrivateKey may be absent, and must be right where not.
 */
export function readSm2Secret(pkcs8: Uint8Array): bigint | null {
  try {
    const info = members(readDer(pkcs8, TAG.SEQUENCE));
    if (readSmallInteger(info.next()) !== 0) return null;
    const kind = info.sequence();
    if (readOid(kind.next()) !== OID.ecPublicKey || readOid(kind.next()) !== OID.sm2p256v1) return null;
    kind.end();
    const key = members(readDer(readOctets(info.next()), TAG.SEQUENCE));
    if (readSmallInteger(key.next()) !== 1) return null;
    const bytes = readOctets(key.next());
    const curve = key.optional(context(0, true));
    const point = key.optional(context(1, true));
    key.end();
    const secret = readUint(bytes);
    if (bytes.length !== 32 || !isSm2Secret(secret)) return null;
    if (curve && readOid(readDer(curve.content)) !== OID.sm2p256v1) return null;
    const expected = bitString(sm2PublicKey(secret));
    return point && !equalBytes(point.content, expected) ? null : secret;
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}
