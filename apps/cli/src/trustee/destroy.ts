import { SystemClock, formatInstant } from '#kernel';
import {
  TrustError,
  canonicalBytes,
  hashText,
  openingRecord,
  signRecord,
  signed,
  verifySigned,
} from '#trust';
import { replaceFile } from '../files.ts';
import { readLog } from './material.ts';
import { checkLot, fetchLot } from '../lot.ts';
import type { LotSecret } from './keystore.ts';
import type { Trustee } from './seat.ts';

/**
 * Destroys the lot's key once the lot is over, and keeps a signed record of it. Over means: an opening record of this
 * very CLOSE, signed under pinned roots and in the pinned log. A platform's word alone would let it starve an opening.
 */
export async function destroyWhenOver(
  trustee: Trustee,
  secret: LotSecret,
  record: unknown,
): Promise<boolean> {
  const parsed = signed(openingRecord).safeParse(record);
  if (!parsed.success || secret.close === null) return false;
  const { platform, trust, keystore, signer } = trustee;
  const file = await fetchLot(platform, secret.lot);
  const lot = checkLot(file, trust, new SystemClock().now(), secret.lotKeyHash);
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
  const log = await readLog(platform, trust);
  if (!receipt || !log.holds(hash, receipt.blind, receipt.index)) return false;
  const destroyed = {
    type: 'key-destroyed',
    lot: secret.lot,
    lotKeyHash: secret.lotKeyHash,
    i: secret.i,
    record: hash,
    destroyedAt: formatInstant(new SystemClock().now()),
  };
  await keystore.destroy(secret.lot);
  const statement = await signRecord('key-destroyed', destroyed, [signer]);
  await replaceFile(keystore.recordPathOf(secret.lot), canonicalBytes(statement));
  trustee.progress(`lot ${secret.lot}: opening recorded, key destroyed`);
  return true;
}
