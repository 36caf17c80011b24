import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { z } from 'zod';
import {
  bytesOf,
  bytesUpTo,
  canonicalBytes,
  creditCode,
  hash32,
  parseRecord,
  scalar,
  uuid,
  b64u,
} from '#trust';
import { CommandFailure } from '../failure.ts';
import { replaceFile } from '../files.ts';

/** What Argon2id costs: memory in KiB, passes, lanes. Kept in the keystore, so that a later version may ask for more. */
const cost = z.strictObject({
  m: z.number().int().min(8).max(1_048_576),
  t: z.number().int().min(1).max(16),
  p: z.number().int().min(1).max(4),
});
export type Argon2Cost = z.infer<typeof cost>;
/** 19 MiB and two passes: OWASP's minimum, under a second in JavaScript. */
const COST: Argon2Cost = { m: 19_456, t: 2, p: 1 };
const MAX_BYTES = 64 * 1024;

const header = z.strictObject({
  type: z.literal('keystore'),
  version: z.literal(1),
  salt: hash32,
  argon2id: cost,
  /** Seals nothing: tells a wrong passphrase at once. */
  check: bytesUpTo(64),
});

/**
 * What a trustee must remember of a lot. `close` is the first CLOSE for which this client released, `adds` the hash of
 * the additions that it had then: no other CLOSE counts, and no later addition.
 */
const lotSecret = z.strictObject({
  type: z.literal('trustee-key'),
  lot: uuid,
  i: z.number().int().min(1).max(15),
  org: creditCode,
  cert: hash32,
  x: scalar,
  /** H("lotkey-terms", …) that the proof of possession covers. */
  terms: hash32,
  lotKeyHash: hash32.nullable(),
  close: hash32.nullable(),
  adds: hash32.nullable(),
  /** The newest change of the deadline that this client ever saw: a CLOSE that does not rest on it does not count. */
  deadline: z.strictObject({ sequence: z.number().int().min(1).max(1000), hash: hash32 }).optional(),
});
export type LotSecret = z.infer<typeof lotSecret>;

const sealedEntry = z.strictObject({
  type: z.literal('sealed-trustee-key'),
  version: z.literal(1),
  lot: uuid,
  nonce: bytesOf(12),
  box: bytesUpTo(8192),
});

/**
 * A folder of lot keys, each sealed with AES-256-GCM under a key that Argon2id makes from the passphrase. One fresh
 * key pair per lot, written durably before it is offered, and destroyed when the lot is over.
 */
export class Keystore {
  private constructor(
    readonly folder: string,
    private readonly key: Uint8Array,
  ) {}

  /** Opens the keystore, or makes a new one in an empty place. Throws KEYSTORE.PASSPHRASE. */
  static async open(folder: string, passphrase: string, newCost = COST): Promise<Keystore> {
    if (passphrase.length < 8) throw new CommandFailure('KEYSTORE.PASSPHRASE_SHORT', { least: 8 }, 2);
    await mkdir(join(folder, 'lots'), { recursive: true, mode: 0o700 });
    const path = join(folder, 'keystore.json');
    if (!(await stat(path).catch(() => null))) {
      const salt = randomBytes(32);
      const key = await derive(passphrase, salt, newCost);
      const check = seal(key, CHECK, new Uint8Array(0));
      const record = {
        type: 'keystore',
        version: 1,
        salt: b64u.encode(salt),
        argon2id: newCost,
        check: b64u.encode(check),
      };
      await replaceFile(path, canonicalBytes(record));
      return new Keystore(folder, key);
    }
    const found = parseRecord(header, new Uint8Array(await readFile(path)), MAX_BYTES);
    const key = await derive(passphrase, b64u.decode(found.salt), found.argon2id);
    if (!unseal(key, CHECK, b64u.decode(found.check))) throw new CommandFailure('KEYSTORE.PASSPHRASE', {}, 2);
    return new Keystore(folder, key);
  }

  async lots(): Promise<string[]> {
    const names = await readdir(join(this.folder, 'lots'));
    return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  }

  async load(lot: string): Promise<LotSecret | null> {
    const bytes = await readFile(this.pathOf(lot)).catch((error: NodeJS.ErrnoException) => {
      // Only what was never there may be made anew: a key that cannot be read at the moment must not be replaced.
      if (error.code === 'ENOENT') return null;
      throw new CommandFailure('KEYSTORE.DAMAGED', { lot, cause: error.code ?? '' });
    });
    if (!bytes) return null;
    const entry = parseRecord(sealedEntry, new Uint8Array(bytes), MAX_BYTES);
    const sealed = Buffer.concat([b64u.decode(entry.nonce), b64u.decode(entry.box)]);
    const plain = entry.lot === lot ? unseal(this.key, contextOf(lot), sealed) : null;
    if (!plain) throw new CommandFailure('KEYSTORE.DAMAGED', { lot });
    return parseRecord(lotSecret, plain);
  }

  /** Durable when it returns. */
  async save(secret: LotSecret): Promise<void> {
    const sealed = seal(this.key, contextOf(secret.lot), canonicalBytes(secret));
    const entry = {
      type: 'sealed-trustee-key',
      version: 1,
      lot: secret.lot,
      nonce: b64u.encode(sealed.subarray(0, 12)),
      box: b64u.encode(sealed.subarray(12)),
    };
    await replaceFile(this.pathOf(secret.lot), canonicalBytes(entry));
  }

  /** Writes over the file and removes it. What a disk keeps of old blocks is out of a program's reach. */
  async destroy(lot: string): Promise<void> {
    const path = this.pathOf(lot);
    const { size } = await stat(path);
    const file = await open(path, 'r+');
    try {
      await file.write(randomBytes(size), 0, size, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await unlink(path);
  }

  /** Where the signed record of a destruction is kept. */
  recordPathOf(lot: string): string {
    return join(this.folder, `destroyed-${lot}.json`);
  }

  private pathOf(lot: string): string {
    if (!uuid.safeParse(lot).success) throw new CommandFailure('KEYSTORE.LOT', { lot: lot.slice(0, 60) });
    return join(this.folder, 'lots', `${lot}.json`);
  }
}

const CHECK = 'glasshall/1/keystore';
const contextOf = (lot: string): string => `glasshall/1/keystore/${lot}`;

const derive = (passphrase: string, salt: Uint8Array, { m, t, p }: Argon2Cost): Promise<Uint8Array> =>
  argon2idAsync(passphrase.normalize('NFKC'), salt, { m, t, p, dkLen: 32 });

function seal(key: Uint8Array, context: string, plain: Uint8Array): Uint8Array {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  return new Uint8Array(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
}

function unseal(key: Uint8Array, context: string, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < 28) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(-16));
  try {
    return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]));
  } catch {
    return null;
  }
}
