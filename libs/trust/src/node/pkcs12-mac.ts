import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { concat } from '../pki/bytes.ts';
import { DerError, members, readOctets, readOid, readSmallInteger, TAG, type Der } from '../pki/der.ts';
import { integer, nullValue, octetString, oid, sequence } from '../pki/der-writer.ts';
import { DecryptionError, ITERATIONS, MAX_ITERATIONS } from './pbes2.ts';

const DIGESTS = new Map([
  ['1.3.14.3.2.26', { name: 'sha1', block: 64 }],
  ['2.16.840.1.101.3.4.2.1', { name: 'sha256', block: 64 }],
  ['2.16.840.1.101.3.4.2.2', { name: 'sha384', block: 128 }],
  ['2.16.840.1.101.3.4.2.3', { name: 'sha512', block: 128 }],
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
  digest: { name: string; block: number },
): Uint8Array {
  const { name, block } = digest;
  let hash: Uint8Array = concat(
    new Uint8Array(block).fill(3),
    repeated(salt, block),
    repeated(bmpPassword(password), block),
  );
  for (let round = 0; round < iterations; round++) hash = createHash(name).update(hash).digest();
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
  const iterations = count ? readSmallInteger(count) : 1;
  if (!digest) throw new DerError('MAC algorithm is not supported');
  if (iterations < 1 || iterations > MAX_ITERATIONS || salt.length === 0)
    throw new DerError('MAC parameters');
  const found = createHmac(digest.name, macKey(password, salt, iterations, digest))
    .update(safe)
    .digest();
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) {
    throw new DecryptionError('wrong password');
  }
}

export function writeMac(safe: Uint8Array, password: string, salt: Uint8Array): Uint8Array {
  const key = macKey(password, salt, ITERATIONS, { name: 'sha256', block: 64 });
  const mac = createHmac('sha256', key).update(safe).digest();
  return sequence(
    sequence(sequence(oid(SHA256), nullValue()), octetString(mac)),
    octetString(salt),
    integer(ITERATIONS),
  );
}
