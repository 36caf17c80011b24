import { z } from 'zod';
import { canonicalBytes, parseRecord } from '#trust';
import { ClientFailure } from '../failure.ts';
import { KeystoreCipher, keystoreHeader, sealedLotSecret } from './keystore-cipher.ts';
import type { LotSecret } from './keystore.ts';

const MAX_COPY_BYTES = 16 * 1024 * 1024;

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
    return parseRecord(keystoreCopy, bytes, MAX_COPY_BYTES);
  } catch {
    throw new ClientFailure('KEYSTORE.COPY', {}, true);
  }
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
