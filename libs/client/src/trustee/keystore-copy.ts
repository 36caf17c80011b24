import { z } from 'zod';
import { canonicalBytes, parseRecord } from '#trust';
import { ClientFailure } from '../failure.ts';
import { KeystoreCipher, keystoreHeader, sealedLotSecret } from './keystore-cipher.ts';
import type { Keystore, LotSecret } from './keystore.ts';

const MAX_COPY_BYTES = 16 * 1024 * 1024;
/** Memory in KiB, and passes: three times what ours ask for. A file from elsewhere must not stall or empty a machine. */
const MAX_COST = { m: 65_536, t: 4 };

/** A whole keystore in one file, every key as sealed as where it lies: from a browser to a folder, or the other way. */
const keystoreCopy = z.strictObject({
  type: z.literal('keystore-copy'),
  version: z.literal(1),
  keystore: keystoreHeader,
  lots: z.array(sealedLotSecret).max(1000),
});

/** @param entries what {@link KeystoreCipher.seal} gave, one for each lot */
export const writeCopy = (header: Uint8Array, entries: readonly Uint8Array[]): Uint8Array =>
  canonicalBytes({
    type: 'keystore-copy',
    version: 1,
    keystore: parseRecord(keystoreHeader, header),
    lots: entries.map((entry) => parseRecord(sealedLotSecret, entry)),
  });

/** @throws ClientFailure KEYSTORE.COPY, KEYSTORE.PASSPHRASE, KEYSTORE.DAMAGED */
export async function openCopy(bytes: Uint8Array, passphrase: string): Promise<LotSecret[]> {
  const copy = readCopy(bytes);
  const cipher = await KeystoreCipher.open(canonicalBytes(copy.keystore), passphrase);
  return Promise.all(copy.lots.map((entry) => cipher.unseal(entry.lot, canonicalBytes(entry))));
}

function readCopy(bytes: Uint8Array): z.infer<typeof keystoreCopy> {
  try {
    const copy = parseRecord(keystoreCopy, bytes, MAX_COPY_BYTES);
    const { m, t } = copy.keystore.argon2id;
    if (m <= MAX_COST.m && t <= MAX_COST.t) return copy;
  } catch {
    // No such record.
  }
  throw new ClientFailure('KEYSTORE.COPY', {}, true);
}

export interface Taken {
  /** Taken, or made one with what was here. */
  readonly lots: readonly string[];
  /** Destroyed here before: such a key does not come back. */
  readonly destroyed: readonly string[];
  /** Unknown here and bound to no key record yet: whoever made the file may know it, and would hold the seat. */
  readonly unbound: readonly string[];
}

/**
 * Puts the keys of a copy into a keystore. All are looked at before one is kept: a copy that contradicts what is here,
 * or carries another organisation's keys, changes nothing.
 * @param organisation the keystore's owner, by credit code
 * @throws ClientFailure KEYSTORE.OTHER_ORGANISATION, KEYSTORE.OTHER_KEY, KEYSTORE.OTHER_MEMORY
 */
export async function takeCopied(
  keystore: Keystore,
  copied: readonly LotSecret[],
  organisation: string,
): Promise<Taken> {
  const kept: LotSecret[] = [];
  const destroyed: string[] = [];
  const unbound: string[] = [];
  for (const secret of copied) {
    const { lot, org } = secret;
    if (org !== organisation) throw new ClientFailure('KEYSTORE.OTHER_ORGANISATION', { lot, org });
    const known = await keystore.load(lot);
    if (known) kept.push(mergeSecrets(known, secret));
    else if (await keystore.statement(lot)) destroyed.push(lot);
    else if (secret.lotKeyHash === null) unbound.push(lot);
    else kept.push(secret);
  }
  for (const secret of kept) await keystore.save(secret);
  return { lots: kept.map(({ lot }) => lot), destroyed, unbound };
}

/**
 * One memory from two copies of the same key. What either is bound to, both are: a copy that was left behind must not
 * release for another CLOSE than the one that went first.
 * @throws ClientFailure KEYSTORE.OTHER_KEY, KEYSTORE.OTHER_MEMORY: they cannot both be right; neither is changed
 */
export function mergeSecrets(known: LotSecret, copied: LotSecret): LotSecret {
  const { lot } = known;
  const sameKey =
    copied.lot === lot &&
    copied.x === known.x &&
    copied.terms === known.terms &&
    copied.org === known.org &&
    copied.cert === known.cert &&
    copied.i === known.i;
  if (!sameKey) throw new ClientFailure('KEYSTORE.OTHER_KEY', { lot });
  const deadline = laterDeadline(known, copied);
  return {
    ...known,
    lotKeyHash: either(lot, known.lotKeyHash, copied.lotKeyHash),
    close: either(lot, known.close, copied.close),
    adds: either(lot, known.adds, copied.adds),
    ...(deadline ? { deadline } : {}),
  };
}

function either(lot: string, known: string | null, copied: string | null): string | null {
  if (known !== null && copied !== null && known !== copied)
    throw new ClientFailure('KEYSTORE.OTHER_MEMORY', { lot });
  return known ?? copied;
}

function laterDeadline(known: LotSecret, copied: LotSecret): LotSecret['deadline'] {
  const [a, b] = [known.deadline, copied.deadline];
  if (a && b && a.sequence === b.sequence && a.hash !== b.hash)
    throw new ClientFailure('KEYSTORE.OTHER_MEMORY', { lot: known.lot });
  if (!a || !b) return a ?? b;
  return b.sequence > a.sequence ? b : a;
}
