import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { concat, sameBytes } from '../pki/bytes.ts';
import { DerError, members, readOctets, readOid, TAG, type Der } from '../pki/der.ts';
import { integer, nullValue, octetString, oid, sequence } from '../pki/der-writer.ts';
import { DecryptionError, ITERATIONS, readIterations } from './pbes2.ts';

const DIGESTS = new Map([
  ['1.3.14.3.2.26', sha1],
  ['2.16.840.1.101.3.4.2.1', sha256],
  ['2.16.840.1.101.3.4.2.2', sha384],
  ['2.16.840.1.101.3.4.2.3', sha512],
]);
const SHA256 = '2.16.840.1.101.3.4.2.1';

function repeated(bytes: Uint8Array, block: number): Uint8Array {
  const length = block * Math.ceil(bytes.length / block);
  return Uint8Array.from({ length }, (_, i) => bytes[i % bytes.length] ?? 0);
}

/** The password as the key derivation of PKCS#12 wants it: UTF-16BE with a final zero (RFC 7292 appendix B.1). */
function bmpPassword(password: string): Uint8Array {
  const units = [...Array.from({ length: password.length }, (_, i) => password.charCodeAt(i)), 0];
  return Uint8Array.from(units.flatMap((unit) => [unit >> 8, unit & 0xff]));
}

/** Key derivation of RFC 7292 appendix B.2 for a MAC key (id 3), which is one hash long: one round of it. */
function macKey(
  password: string,
  salt: Uint8Array,
  iterations: number,
  digest: typeof sha1 | typeof sha256 | typeof sha512,
): Uint8Array {
  const block = digest.blockLen;
  let hash: Uint8Array = concat(
    new Uint8Array(block).fill(3),
    repeated(salt, block),
    repeated(bmpPassword(password), block),
  );
  for (let round = 0; round < iterations; round++) hash = digest(hash);
  return hash;
}

/** Checks MacData over the authenticated safe; throws DecryptionError when the password (or a byte) is wrong. */
export function checkMac(macData: Der, safe: Uint8Array, password: string): void {
  const reader = members(macData);
  const info = reader.sequence();
  const digest = DIGESTS.get(readOid(members(info.next(TAG.SEQUENCE)).next()));
  const expected = readOctets(info.next());
  info.end();
  const salt = readOctets(reader.next());
  const count = reader.optional(TAG.INTEGER);
  reader.end();
  const iterations = count ? readIterations(count) : 1;
  if (!digest) throw new DerError('MAC algorithm is not supported');
  if (salt.length === 0) throw new DerError('MAC parameters');
  const found = hmac(digest, macKey(password, salt, iterations, digest), safe);
  if (!sameBytes(found, expected)) throw new DecryptionError('wrong password');
}

export function writeMac(safe: Uint8Array, password: string, salt: Uint8Array): Uint8Array {
  const mac = hmac(sha256, macKey(password, salt, ITERATIONS, sha256), safe);
  return sequence(
    sequence(sequence(oid(SHA256), nullValue()), octetString(mac)),
    octetString(salt),
    integer(ITERATIONS),
  );
}
