import { argon2idAsync } from '@noble/hashes/argon2.js';
import { z } from 'zod';
import {
  b64u,
  bytesOf,
  bytesUpTo,
  canonicalBytes,
  concat,
  hash32,
  parseRecord,
  systemRandom,
  utf8,
  uuid,
} from '#trust';
import { ClientFailure } from '../failure.ts';
import { lotSecret } from './keystore.ts';
import type { LotSecret } from './keystore.ts';

/** What Argon2id costs: memory in KiB, passes, lanes. Kept in the keystore, so that a later version may ask for more. */
const cost = z.strictObject({
  m: z.number().int().min(8).max(1_048_576),
  t: z.number().int().min(1).max(16),
  p: z.number().int().min(1).max(4),
});
export type Argon2Cost = z.infer<typeof cost>;
/** 19 MiB and two passes: OWASP's minimum, about a second in JavaScript. */
const COST: Argon2Cost = { m: 19_456, t: 2, p: 1 };
const MAX_BYTES = 64 * 1024;
const MIN_PASSPHRASE = 8;

export const keystoreHeader = z.strictObject({
  type: z.literal('keystore'),
  version: z.literal(1),
  salt: hash32,
  argon2id: cost,
  /** Seals nothing: tells a wrong passphrase at once. */
  check: bytesUpTo(64),
});

export const sealedLotSecret = z.strictObject({
  type: z.literal('sealed-trustee-key'),
  version: z.literal(1),
  lot: uuid,
  nonce: bytesOf(12),
  box: bytesUpTo(8192),
});

/** Named by what makes it: Node and browsers declare WebCrypto's types in different places. */
type AesKey = Awaited<ReturnType<typeof globalThis.crypto.subtle.importKey>>;

const CHECK = 'glasshall/1/keystore';
const contextOf = (lot: string): string => `glasshall/1/keystore/${lot}`;

/**
 * The form of a keystore, wherever it lies: a header, and one entry per lot, each sealed with AES-256-GCM under a key
 * that Argon2id makes from the passphrase. Entries of a folder and of a browser can be told apart by nothing.
 */
export class KeystoreCipher {
  private constructor(
    /** Canonical bytes of the header, to be kept beside the entries. */
    readonly header: Uint8Array,
    private readonly key: AesKey,
  ) {}

  /** For a new keystore. @throws ClientFailure KEYSTORE.PASSPHRASE_SHORT */
  static async create(passphrase: string, argon2id: Argon2Cost = COST): Promise<KeystoreCipher> {
    if (passphrase.length < MIN_PASSPHRASE)
      throw new ClientFailure('KEYSTORE.PASSPHRASE_SHORT', { least: MIN_PASSPHRASE }, true);
    const salt = systemRandom(32);
    const key = await derive(passphrase, salt, argon2id);
    const check = b64u.encode(await seal(key, CHECK, new Uint8Array(0)));
    const header = { type: 'keystore', version: 1, salt: b64u.encode(salt), argon2id, check };
    return new KeystoreCipher(canonicalBytes(header), key);
  }

  /** For one that is there. @throws ClientFailure KEYSTORE.PASSPHRASE */
  static async open(header: Uint8Array, passphrase: string): Promise<KeystoreCipher> {
    const { salt, argon2id, check } = parseRecord(keystoreHeader, header, MAX_BYTES);
    const key = await derive(passphrase, b64u.decode(salt), argon2id);
    if (!(await unseal(key, CHECK, b64u.decode(check))))
      throw new ClientFailure('KEYSTORE.PASSPHRASE', {}, true);
    return new KeystoreCipher(header, key);
  }

  async seal(secret: LotSecret): Promise<Uint8Array> {
    const sealed = await seal(this.key, contextOf(secret.lot), canonicalBytes(secret));
    return canonicalBytes({
      type: 'sealed-trustee-key',
      version: 1,
      lot: secret.lot,
      nonce: b64u.encode(sealed.subarray(0, NONCE)),
      box: b64u.encode(sealed.subarray(NONCE)),
    });
  }

  /** @throws ClientFailure KEYSTORE.DAMAGED: altered, or put under another lot */
  async unseal(lot: string, bytes: Uint8Array): Promise<LotSecret> {
    const entry = parseRecord(sealedLotSecret, bytes, MAX_BYTES);
    const sealed = concat(b64u.decode(entry.nonce), b64u.decode(entry.box));
    const plain = entry.lot === lot ? await unseal(this.key, contextOf(lot), sealed) : null;
    if (!plain) throw new ClientFailure('KEYSTORE.DAMAGED', { lot });
    return parseRecord(lotSecret, plain);
  }

  /** Another secret than a lot's, under a name of its own. */
  sealNamed(name: string, plain: Uint8Array): Promise<Uint8Array> {
    return seal(this.key, contextOf(name), plain);
  }

  /** @throws ClientFailure KEYSTORE.DAMAGED: altered, or put under another name */
  async unsealNamed(name: string, sealed: Uint8Array): Promise<Uint8Array> {
    const plain = await unseal(this.key, contextOf(name), sealed);
    if (!plain) throw new ClientFailure('KEYSTORE.DAMAGED', { name });
    return plain;
  }
}

async function derive(passphrase: string, salt: Uint8Array, { m, t, p }: Argon2Cost): Promise<AesKey> {
  const raw = await argon2idAsync(passphrase.normalize('NFKC'), salt, { m, t, p, dkLen: 32 });
  const usages = ['encrypt', 'decrypt'] as const;
  const key = await globalThis.crypto.subtle.importKey('raw', own(raw), 'AES-GCM', false, [...usages]);
  raw.fill(0);
  return key;
}

const NONCE = 12;
const TAG = 16;
/** What WebCrypto's types ask for; none of these lies in shared memory. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>;
const parameters = (nonce: Uint8Array, context: string) => ({
  name: 'AES-GCM',
  iv: own(nonce),
  additionalData: own(utf8.encode(context)),
});

/** Nonce ‖ ciphertext ‖ tag. */
async function seal(key: AesKey, context: string, plain: Uint8Array): Promise<Uint8Array> {
  const nonce = systemRandom(NONCE);
  const sealed = await globalThis.crypto.subtle.encrypt(parameters(nonce, context), key, own(plain));
  return concat(nonce, new Uint8Array(sealed));
}

async function unseal(key: AesKey, context: string, sealed: Uint8Array): Promise<Uint8Array | null> {
  if (sealed.length < NONCE + TAG) return null;
  const how = parameters(sealed.slice(0, NONCE), context);
  try {
    return new Uint8Array(await globalThis.crypto.subtle.decrypt(how, key, own(sealed.slice(NONCE))));
  } catch {
    return null;
  }
}
