import { systemRandom, utf8 } from '../encoding/index.ts';
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
  ['1.2.840.113549.2.7', 'SHA-1'],
  ['1.2.840.113549.2.9', 'SHA-256'],
  ['1.2.840.113549.2.10', 'SHA-384'],
  ['1.2.840.113549.2.11', 'SHA-512'],
]);
const HMAC_SHA256 = '1.2.840.113549.2.9';
/** AES in CBC mode, by the length of its key in bytes. Browsers on Chromium have none of 24. */
const CIPHERS = new Map([
  ['2.16.840.1.101.3.4.1.2', 16],
  ['2.16.840.1.101.3.4.1.22', 24],
  ['2.16.840.1.101.3.4.1.42', 32],
]);
const AES_256_CBC = '2.16.840.1.101.3.4.1.42';

const { subtle } = globalThis.crypto;
type CipherKey = Awaited<ReturnType<typeof subtle.importKey>>;

/** A file may ask for any number of rounds; above this it asks for a stalled process, or a frozen page. */
const MAX_ITERATIONS = 1_000_000;
/** What our own files use, ten times openssl's default: some 0.1 s for key, certificates and MAC together. */
export const ITERATIONS = 20_000;

/** Rounds of a derivation that whoever made the file chose: none is begun before this was asked. */
export function readIterations(count: Der): number {
  const iterations = readSmallInteger(count);
  if (iterations < 1 || iterations > MAX_ITERATIONS) throw new DerError('iteration count');
  return iterations;
}

/** The password did not open it (or the bytes were changed: CBC cannot tell). */
export class DecryptionError extends Error {}

export const isPbes2 = (algorithm: Der): boolean => readOid(members(algorithm).next()) === PBES2;

/** Decrypts under PBES2 with PBKDF2 and AES-CBC (RFC 8018 section 6.2), openssl 3's default for PKCS#12. */
export async function decryptPbes2(
  algorithm: Der,
  encrypted: Uint8Array,
  password: string,
): Promise<Uint8Array> {
  const outer = members(algorithm);
  outer.next(TAG.OID);
  const parameters = outer.sequence();
  outer.end();
  const kdf = parameters.sequence();
  const scheme = parameters.sequence();
  parameters.end();
  const keyBytes = CIPHERS.get(readOid(scheme.next()));
  const iv = readOctets(scheme.next());
  scheme.end();
  if (!keyBytes || iv.length !== 16) throw new DerError('encryption scheme is not supported');
  const key = await cipherKey(await readDerivation(kdf, password, keyBytes), 'decrypt');
  try {
    return new Uint8Array(await subtle.decrypt({ name: 'AES-CBC', iv: iv.slice() }, key, encrypted.slice()));
  } catch {
    throw new DecryptionError('wrong password');
  }
}

async function cipherKey(key: Uint8Array, use: 'encrypt' | 'decrypt'): Promise<CipherKey> {
  try {
    return await subtle.importKey('raw', key.slice(), 'AES-CBC', false, [use]);
  } catch {
    throw new DerError('this program has no such cipher');
  }
}

async function readDerivation(kdf: DerReader, password: string, keyBytes: number): Promise<Uint8Array> {
  if (readOid(kdf.next()) !== PBKDF2) throw new DerError('key derivation is not supported');
  const parameters = kdf.sequence();
  kdf.end();
  const salt = readOctets(parameters.next());
  const iterations = readIterations(parameters.next());
  const length = parameters.optional(TAG.INTEGER);
  const prf = parameters.optional(TAG.SEQUENCE);
  parameters.end();
  if (length && readSmallInteger(length) !== keyBytes) throw new DerError('key length');
  const digest = prf ? PRFS.get(readOid(members(prf).next())) : 'SHA-1';
  if (!digest) throw new DerError('pseudo-random function is not supported');
  return pbkdf2(password, { salt, iterations, digest }, keyBytes);
}

/** RFC 8018 section 5.2. */
async function pbkdf2(
  password: string,
  { salt, iterations, digest }: { salt: Uint8Array; iterations: number; digest: string },
  keyBytes: number,
): Promise<Uint8Array> {
  const secret = await subtle.importKey('raw', utf8.encode(password).slice(), 'PBKDF2', false, [
    'deriveBits',
  ]);
  const parameters = { name: 'PBKDF2', salt: salt.slice(), iterations, hash: digest };
  return new Uint8Array(await subtle.deriveBits(parameters, secret, keyBytes * 8));
}

/** Encrypts with fresh salt and IV; returns the AlgorithmIdentifier and the ciphertext. */
export async function encryptPbes2(
  plain: Uint8Array,
  password: string,
): Promise<{ algorithm: Uint8Array; encrypted: Uint8Array }> {
  const [salt, iv] = [systemRandom(16), systemRandom(16)];
  const derived = await pbkdf2(password, { salt, iterations: ITERATIONS, digest: 'SHA-256' }, 32);
  const key = await cipherKey(derived, 'encrypt');
  const encrypted = await subtle.encrypt({ name: 'AES-CBC', iv: iv.slice() }, key, plain.slice());
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
  return { algorithm, encrypted: new Uint8Array(encrypted) };
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
