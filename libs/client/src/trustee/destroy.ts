import { formatInstant } from '#kernel';
import {
  TrustError,
  canonicalBytes,
  hashText,
  keyDestroyed,
  openingRecord,
  parseRecord,
  signRecord,
  signed,
  verifySigned,
  suiteField,
  suiteIdOf,
} from '#trust';
import type { KeyDestroyed, Signed } from '#trust';
import { readLog } from './material.ts';
import { checkLot, fetchLot } from '../lot.ts';
import type { LotSecret } from './keystore.ts';
import type { Trustee } from './seat.ts';

/**
 * Destroys the lot's key once the lot is over, keeps a signed record of it and files it at the platform. Over means: an
 * opening record of this very CLOSE, signed under pinned roots and in the pinned log. A platform's word alone would let
 * it starve an opening. False: not over yet.
 */
export async function destroyWhenOver(
  trustee: Trustee,
  secret: LotSecret,
  record: unknown,
): Promise<boolean> {
  const hash = await recordedOpening(trustee, secret, record);
  if (hash === null) return false;
  const { keystore, signer, clock } = trustee;
  const destroyed: KeyDestroyed = {
    type: 'key-destroyed',
    ...suiteField(suiteIdOf(record)),
    lot: secret.lot,
    lotKeyHash: secret.lotKeyHash ?? '',
    i: secret.i,
    record: hash,
    destroyedAt: formatInstant(clock.now()),
  };
  const statement = await signRecord('key-destroyed', destroyed, [signer]);
  // Durable before the key goes: nobody could sign for this seat's key once it is not known any more what it was for.
  await keystore.keepStatement(secret.lot, canonicalBytes(statement));
  await keystore.destroy(secret.lot);
  trustee.progress(`lot ${secret.lot}: opening recorded, key destroyed`);
  await fileDestruction(trustee, secret.lot);
  return true;
}

/** Files the statement of a key that is gone; safe to repeat. False where this keystore has none for the lot. */
export async function fileDestruction(
  { keystore, platform }: Pick<Trustee, 'keystore' | 'platform'>,
  lot: string,
): Promise<boolean> {
  const bytes = await keystore.statement(lot);
  if (bytes === null || (await keystore.load(lot)) !== null) return false;
  const statement: Signed<KeyDestroyed> = parseRecord(signed(keyDestroyed), bytes);
  await platform.fileDestruction(lot, statement);
  await keystore.statementFiled(lot);
  return true;
}

/** H of the opening record that ends this lot; null where there is none, or the log does not hold it yet. */
async function recordedOpening(trustee: Trustee, secret: LotSecret, record: unknown): Promise<string | null> {
  const parsed = signed(openingRecord).safeParse(record);
  if (!parsed.success || secret.close === null) return null;
  const { platform, trust, clock } = trustee;
  const file = await fetchLot(platform, secret.lot);
  const lot = checkLot(file, { id: secret.lot, key: secret.lotKeyHash }, trust, clock.now());
  const signers = parsed.data.signatures.map((each) => each.signer);
  await lot.certificates.learn(signers, (fingerprint) => platform.certificate(fingerprint));
  const holders = verifySigned('opening-record', parsed.data, lot.certificates.lookup);
  const { lotKeyHash, close } = parsed.data.record;
  const byAgency = holders.some(({ holder }) => holder.creditCode === lot.first.agency.creditCode);
  if (lotKeyHash !== secret.lotKeyHash || close !== secret.close || !byAgency) {
    throw new TrustError('EVIDENCE.RECORD', { reason: 'not the record of this opening' }, 'platform');
  }
  const hash = hashText('opening-record', parsed.data.record);
  const receipt = await platform.logReceipt(hash);
  if (!receipt) return null;
  const { index } = receipt;
  const log = await readLog(platform, trust, lot.lotKey, { indexes: [index], checkpoints: [], upTo: index });
  return log?.holds(hash, receipt.blind, index) ? hash : null;
}
