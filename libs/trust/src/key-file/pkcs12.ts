import forge from 'node-forge';
import { ok, refuse, type Refusal, type Result } from '#kernel';
import { systemRandom } from '../encoding/index.ts';
import { concat } from '../pki/bytes.ts';
import { parseCertificate, type Certificate } from '../pki/certificate.ts';
import { isSelfIssued } from '../pki/certificate-profile.ts';
import {
  context,
  DerError,
  members,
  readDer,
  readInteger,
  readOctets,
  readOid,
  readSmallInteger,
  TAG,
  type Der,
} from '../pki/der.ts';
import {
  element,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  tagged,
  taggedPrimitive,
} from '../pki/der-writer.ts';
import { sameName } from '../pki/distinguished-name.ts';
import { OID } from '../pki/oids.ts';
import { importSigningKey, softwareSigner } from '../pki/software-signer.ts';
import {
  decryptPbes2,
  DecryptionError,
  encryptPbes2,
  isPbes2,
  readImplicitOctets,
  readIterations,
} from './pbes2.ts';
import { checkMac, writeMac } from './pkcs12-mac.ts';

export type Pkcs12Code = 'P12.MALFORMED' | 'P12.WRONG_PASSWORD' | 'P12.NO_KEY' | 'P12.NO_CERTIFICATE';

/** A private key with its certificate and issuers (nearest first), as a `.p12` file carries them. */
export interface KeyFile {
  /** PKCS#8 PrivateKeyInfo in DER, not encrypted: keep it out of logs and files. */
  readonly pkcs8: Uint8Array;
  readonly certificate: Certificate;
  readonly chain: readonly Certificate[];
}

const KEY_TYPES = ['ecdsa-p256', 'rsa', 'sm2'] as const;
const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
/** 3DES with three keys, RC2 of 40 bits; with SHA-1. */
const OLD_SCHEMES = new Set(['1.2.840.113549.1.12.1.3', '1.2.840.113549.1.12.1.6']);
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a PKCS#12 file (RFC 7292) protected by a password: one key, EC, SM2 or RSA, and its certificates. PBES2 is
 * opened by WebCrypto; files of the old kind (3DES, RC2) through node-forge. What comes out is parsed
 * strictly, and the certificate is the one whose public key belongs to the private key.
 */
export async function readPkcs12(
  file: Uint8Array,
  password: string,
): Promise<Result<KeyFile, Refusal<Pkcs12Code>>> {
  try {
    if (file.length > MAX_BYTES) throw new DerError('too long');
    return await assemble(await openBags(file, password));
  } catch (error) {
    if (error instanceof DecryptionError) return refuse('P12.WRONG_PASSWORD');
    if (error instanceof DerError) return refuse('P12.MALFORMED', { reason: error.message });
    throw error;
  }
}

interface Bags {
  readonly keys: Uint8Array[];
  readonly certificates: Uint8Array[];
}

/** PKCS#12 is BER; browsers and old tools use that. node-forge reads it, and writes it again with definite lengths. */
function normalised(ber: Uint8Array): Uint8Array {
  try {
    return unbinary(forge.asn1.toDer(forge.asn1.fromDer(binary(ber))).getBytes());
  } catch {
    throw new DerError('not BER');
  }
}

/** node-forge's bytes: a string with a character for each. */
const binary = (bytes: Uint8Array): string => forge.util.binary.raw.encode(bytes);
const unbinary = (text: string): Uint8Array => forge.util.binary.raw.decode(text);

function readString(element: Der): Uint8Array {
  if (element.tag !== (TAG.OCTET_STRING | 0x20)) return readOctets(element);
  return concat(...members(element).rest().map(readOctets));
}

async function openBags(file: Uint8Array, password: string): Promise<Bags> {
  const pfx = members(readDer(normalised(file), TAG.SEQUENCE));
  if (readInteger(pfx.next()) !== 3n) throw new DerError('version');
  const authSafe = pfx.sequence();
  if (readOid(authSafe.next()) !== OID.data) throw new DerError('only password integrity is supported');
  const safe = readString(readDer(authSafe.next(context(0, true)).content));
  authSafe.end();
  // Without a MAC anyone could have put another key into the file.
  checkMac(pfx.next(TAG.SEQUENCE), safe, password);
  pfx.end();
  const bags: Bags = { keys: [], certificates: [] };
  for (const info of members(readDer(normalised(safe), TAG.SEQUENCE)).rest()) {
    await readBags(await openContents(info, password), password, bags);
  }
  return bags;
}

async function openContents(info: Der, password: string): Promise<Uint8Array> {
  const reader = members(info);
  const type = readOid(reader.next());
  const content = readDer(reader.next(context(0, true)).content);
  reader.end();
  if (type === OID.data) return readString(content);
  if (type !== OID.encryptedData) throw new DerError('content type is not supported');
  const data = members(content);
  if (readSmallInteger(data.next()) !== 0) throw new DerError('encrypted data version');
  const encrypted = data.sequence();
  data.end();
  if (readOid(encrypted.next()) !== OID.data) throw new DerError('content type is not supported');
  const algorithm = encrypted.next(TAG.SEQUENCE);
  const cipherText = readImplicitOctets(encrypted.next());
  encrypted.end();
  return decrypt(algorithm, cipherText, password);
}

async function decrypt(algorithm: Der, cipherText: Uint8Array, password: string): Promise<Uint8Array> {
  if (isPbes2(algorithm)) return decryptPbes2(algorithm, cipherText, password);
  checkOldScheme(algorithm);
  const wrapped = sequence(algorithm.bytes, octetString(cipherText));
  try {
    // Its decryption of any SEQUENCE; it never interprets the key.
    const opened = forge.pki.decryptPrivateKeyInfo(forge.asn1.fromDer(binary(wrapped)), password);
    return unbinary(forge.asn1.toDer(opened).getBytes());
  } catch {
    // Its errors may carry what it decrypted.
    throw new DerError('encryption is not supported');
  }
}

/** What node-forge would derive for, before it does: both old schemes have salt and rounds (RFC 7292 appendix C). */
function checkOldScheme(algorithm: Der): void {
  const reader = members(algorithm);
  if (!OLD_SCHEMES.has(readOid(reader.next()))) throw new DerError('encryption is not supported');
  const parameters = reader.sequence();
  reader.end();
  readOctets(parameters.next());
  readIterations(parameters.next());
  parameters.end();
}

async function readBags(contents: Uint8Array, password: string, bags: Bags): Promise<void> {
  for (const bag of members(readDer(normalised(contents), TAG.SEQUENCE)).rest()) {
    const reader = members(bag);
    const type = readOid(reader.next());
    const value = readDer(reader.next(context(0, true)).content);
    if (type === KEY_BAG) bags.keys.push(value.bytes);
    if (type === OID.pkcs8ShroudedKeyBag) bags.keys.push(await readShrouded(value, password));
    if (type === OID.certBag) bags.certificates.push(...readCertificateBag(value));
  }
}

function readShrouded(value: Der, password: string): Promise<Uint8Array> {
  const reader = members(value);
  const algorithm = reader.next(TAG.SEQUENCE);
  const cipherText = readString(reader.next());
  reader.end();
  return decrypt(algorithm, cipherText, password);
}

function readCertificateBag(value: Der): Uint8Array[] {
  const reader = members(value);
  const type = readOid(reader.next());
  const content = readDer(reader.next(context(0, true)).content);
  reader.end();
  return type === OID.x509Certificate ? [readString(content)] : [];
}

async function assemble({ keys, certificates }: Bags): Promise<Result<KeyFile, Refusal<Pkcs12Code>>> {
  const [pkcs8] = keys;
  if (!pkcs8 || keys.length !== 1) return refuse('P12.NO_KEY', { keys: keys.length });
  await checkKey(pkcs8);
  const parsed = certificates.map(parseCertificate);
  const readable = parsed.flatMap((each) => (each.ok ? [each.value] : []));
  const certificate = await ownOf(pkcs8, readable);
  if (!certificate) {
    const refused = parsed.find((each) => !each.ok);
    return refuse('P12.NO_CERTIFICATE', { reason: refused && !refused.ok ? refused.error.code : null });
  }
  return ok({ pkcs8, certificate, chain: issuersOf(certificate, readable) });
}

async function checkKey(pkcs8: Uint8Array): Promise<void> {
  for (const type of KEY_TYPES) if (await importSigningKey(pkcs8, type)) return;
  throw new DerError('private key');
}

/** The certificate under which this key's signature verifies. */
async function ownOf(pkcs8: Uint8Array, all: readonly Certificate[]): Promise<Certificate | null> {
  for (const each of all) if ((await softwareSigner(pkcs8, each)).ok) return each;
  return null;
}

function issuersOf(certificate: Certificate, all: readonly Certificate[]): Certificate[] {
  const chain: Certificate[] = [];
  for (let last = certificate; !isSelfIssued(last);) {
    const current = last;
    const next = all.find(
      (each) => sameName(each.subject, current.issuer) && !chain.includes(each) && each !== current,
    );
    if (!next) break;
    chain.push(next);
    last = next;
  }
  return chain;
}

/**
 * Writes a PKCS#12 file: PBES2 with AES-256 for key and certificates, SHA-256 MAC, readable by openssl 3, Java 17
 * and Windows. `name` is shown in key stores.
 */
export async function writePkcs12(keyFile: KeyFile, password: string, name: string): Promise<Uint8Array> {
  const keyId = systemRandom(20);
  const key = await encryptPbes2(keyFile.pkcs8, password);
  const keyBag = sequence(
    oid(OID.pkcs8ShroudedKeyBag),
    tagged(0, sequence(key.algorithm, octetString(key.encrypted))),
    bagAttributes(keyId, name),
  );
  const leafBag = certificateBag(keyFile.certificate, bagAttributes(keyId, name));
  const certificates = sequence(leafBag, ...keyFile.chain.map((each) => certificateBag(each)));
  const sealed = await encryptPbes2(certificates, password);
  const safe = sequence(
    sequence(
      oid(OID.encryptedData),
      tagged(
        0,
        sequence(integer(0), sequence(oid(OID.data), sealed.algorithm, taggedPrimitive(0, sealed.encrypted))),
      ),
    ),
    sequence(oid(OID.data), tagged(0, octetString(sequence(keyBag)))),
  );
  const authSafe = sequence(oid(OID.data), tagged(0, octetString(safe)));
  return sequence(integer(3), authSafe, writeMac(safe, password, systemRandom(16)));
}

const certificateBag = ({ der }: Certificate, ...attributes: Uint8Array[]): Uint8Array =>
  sequence(
    oid(OID.certBag),
    tagged(0, sequence(oid(OID.x509Certificate), tagged(0, octetString(der)))),
    ...attributes,
  );

function bagAttributes(keyId: Uint8Array, name: string): Uint8Array {
  const units = Array.from({ length: name.length }, (_, i) => name.charCodeAt(i));
  const bmp = Uint8Array.from(units.flatMap((unit) => [unit >> 8, unit & 0xff]));
  return setOf(
    sequence(oid(OID.friendlyName), setOf(element(TAG.BMP_STRING, bmp))),
    sequence(oid(OID.localKeyId), setOf(octetString(keyId))),
  );
}
