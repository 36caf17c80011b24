import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';
import { concat } from '../pki/bytes.ts';
import {
  context,
  DerError,
  DerReader,
  members,
  readDer,
  readOctets,
  readOid,
  readSmallInteger,
  TAG,
  type Der,
} from '../pki/der.ts';
import { integer, nullValue, octetString, oid, sequence } from '../pki/der-writer.ts';

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const PRFS = new Map([
  ['1.2.840.113549.2.7', 'sha1'],
  ['1.2.840.113549.2.9', 'sha256'],
  ['1.2.840.113549.2.10', 'sha384'],
  ['1.2.840.113549.2.11', 'sha512'],
]);
const HMAC_SHA256 = '1.2.840.113549.2.9';
const CIPHERS = new Map([
  ['2.16.840.1.101.3.4.1.2', { name: 'aes-128-cbc', keyBytes: 16 }],
  ['2.16.840.1.101.3.4.1.22', { name: 'aes-192-cbc', keyBytes: 24 }],
  ['2.16.840.1.101.3.4.1.42', { name: 'aes-256-cbc', keyBytes: 32 }],
]);
const AES_256_CBC = '2.16.840.1.101.3.4.1.42';

/** A file may ask for any number of rounds; above this it asks for a stalled process. */
export const MAX_ITERATIONS = 10_000_000;
/** What our own files use, ten times openssl's default: some 0.1 s for key, certificates and MAC together. */
export const ITERATIONS = 20_000;

/** The password did not open it (or the bytes were changed: CBC cannot tell). */
export class DecryptionError extends Error {}

export const isPbes2 = (algorithm: Der): boolean => readOid(members(algorithm).next()) === PBES2;

/** Decrypts under PBES2 with PBKDF2 and AES-CBC (RFC 8018 section 6.2), openssl 3's default for PKCS#12. */
export function decryptPbes2(algorithm: Der, encrypted: Uint8Array, password: string): Uint8Array {
  const outer = members(algorithm);
  outer.next(TAG.OID);
  const parameters = outer.sequence();
  outer.end();
  const kdf = parameters.sequence();
  const scheme = parameters.sequence();
  parameters.end();
  const cipher = CIPHERS.get(readOid(scheme.next()));
  const iv = readOctets(scheme.next());
  scheme.end();
  if (!cipher || iv.length !== 16) throw new DerError('encryption scheme is not supported');
  const key = deriveKey(kdf, password, cipher.keyBytes);
  const decipher = createDecipheriv(cipher.name, key, iv);
  try {
    return concat(decipher.update(encrypted), decipher.final());
  } catch {
    throw new DecryptionError('wrong password');
  }
}

function deriveKey(kdf: DerReader, password: string, keyBytes: number): Uint8Array {
  if (readOid(kdf.next()) !== PBKDF2) throw new DerError('key derivation is not supported');
  const parameters = kdf.sequence();
  kdf.end();
  const salt = readOctets(parameters.next());
  const iterations = readSmallInteger(parameters.next());
  const length = parameters.optional(TAG.INTEGER);
  const prf = parameters.optional(TAG.SEQUENCE);
  parameters.end();
  if (iterations < 1 || iterations > MAX_ITERATIONS) throw new DerError('iteration count');
  if (length && readSmallInteger(length) !== keyBytes) throw new DerError('key length');
  const digest = prf ? PRFS.get(readOid(members(prf).next())) : 'sha1';
  if (!digest) throw new DerError('pseudo-random function is not supported');
  return pbkdf2Sync(password, salt, iterations, keyBytes, digest);
}

/** Encrypts with fresh salt and IV; returns the AlgorithmIdentifier and the ciphertext. */
export function encryptPbes2(
  plain: Uint8Array,
  password: string,
): { algorithm: Uint8Array; encrypted: Uint8Array } {
  const [salt, iv] = [randomBytes(16), randomBytes(16)];
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256'), iv);
  const algorithm = sequence(
    oid(PBES2),
    sequence(
      sequence(
        oid(PBKDF2),
        sequence(octetString(salt), integer(ITERATIONS), sequence(oid(HMAC_SHA256), nullValue())),
      ),
      sequence(oid(AES_256_CBC), octetString(iv)),
    ),
  );
  return { algorithm, encrypted: concat(cipher.update(plain), cipher.final()) };
}

/** EncryptedContentInfo's `[0]` may be one piece, or the pieces of a constructed string. */
export function readImplicitOctets(element: Der): Uint8Array {
  if (element.tag === context(0, false)) return element.content;
  return concat(
    ...members(element)
      .rest()
      .map((part) => readOctets(readDer(part.bytes))),
  );
}
