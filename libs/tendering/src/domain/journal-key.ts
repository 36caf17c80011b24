import {
  b64u,
  encodePoint,
  hashText,
  journalBody,
  journalKeyPair,
  journalLabel,
  prepareDealing,
  proveDealing,
  suiteField,
  trusteeKeysOf,
} from '#trust';
import type { JournalKey, LotKey, Random } from '#trust';

/**
 * The key that intake entries are encrypted to: its private half derives from a dealing that only the lot's trustees
 * can open together, after CLOSE (PROTOCOL section 6). The secret, the seed and the private half exist in this
 * function alone and are dropped when it returns.
 */
export function makeJournalKey(lotKey: LotKey, random: Random): JournalKey {
  const named = {
    type: 'journal' as const,
    ...suiteField(lotKey.suite),
    lotKeyHash: hashText('lotkey', lotKey),
    nonce: b64u.encode(random(32)),
  };
  const seedKey = random(32);
  const prepared = prepareDealing({
    type: 'journal',
    label: journalLabel(named),
    stage: 0,
    audience: 'committee',
    seedKey,
    trusteeKeys: trusteeKeysOf(lotKey),
    k: lotKey.k,
  });
  const key = encodePoint(journalKeyPair(prepared.K(), lotKey.suite).public);
  const { stage, audience, C, E } = prepared;
  const body = journalBody({ ...named, key, dealing: { stage, audience, C, E } });
  const dealing = proveDealing(prepared, body, random);
  seedKey.fill(0);
  return { ...named, dealing, key };
}
