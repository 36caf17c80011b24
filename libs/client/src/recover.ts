import {
  TrustError,
  b64u,
  checkReceipt,
  commit as commitSchema,
  deriveBidKeys,
  hashText,
  parseRecord,
  seedFromWords,
  wkOf,
} from '#trust';
import type { Commit, ReceiptFile } from '#trust';
import { ClientFailure } from './failure.ts';
import type { Submission } from './submission.ts';

/** All of a submitted bid that replacing or withdrawing it takes, and proving it; its sealed files are not among it. */
export interface RecoveredBid {
  readonly c: string;
  readonly commit: Commit;
  readonly commitBytes: Uint8Array;
  readonly seed: Uint8Array;
  /** Of the move that made it a replacement; 0 for one that replaces none. */
  readonly sequence: number;
  /** As the platform shows them now: at least what was shown to it. */
  readonly receipt: ReceiptFile;
}

/**
 * A submitted bid on a machine that has never seen it: from the 24 words and the receipt that its bidder kept. The platform
 * gives COMMIT back for the receipt; it is the receipt's by its hash, and the words' by its `wk`.
 * @throws TrustError SEAL.RECOVERY_CODE, SEAL.RECEIPT and what a receipt is refused for; ClientFailure CLIENT.OTHER_LOT,
 *   CLIENT.OTHER_WORDS, CLIENT.BID_ENDED, CLIENT.NOT_STORED; PlatformRefusal BIDDING.BID_UNKNOWN
 */
export async function recoverBid(
  lot: string,
  words: string,
  shown: ReceiptFile,
  { platform, trust, certificates }: Pick<Submission, 'platform' | 'trust' | 'certificates'>,
): Promise<RecoveredBid> {
  const seed = seedFromWords(words);
  const { record } = shown.arrival;
  if (record.lot !== lot) throw new ClientFailure('CLIENT.OTHER_LOT', { lot: record.lot });
  const c = checkReceipt(shown, trust, certificates.lookup).subject;
  const commitBytes = await platform.commitOf(lot, shown.arrival);
  const commit = parseRecord(commitSchema, commitBytes);
  if (hashText('commit', commit) !== c) throw otherBid();
  const { wkSecret } = deriveBidKeys(seed, b64u.decode(commit.bidNonce), commit.suite);
  if (wkOf(wkSecret) !== commit.wk) throw new ClientFailure('CLIENT.OTHER_WORDS', { c });
  // The same COMMIT again has the same answer, and with it the right to ask how the bid stands.
  const { uploadToken } = await platform.submitCommit(lot, commitBytes);
  const { state, sequence, receipt } = await platform.bid(c, uploadToken);
  if (state === 'replaced' || state === 'withdrawn') throw new ClientFailure('CLIENT.BID_ENDED', { state });
  if (!receipt.stored) throw new ClientFailure('CLIENT.NOT_STORED', { state });
  checkReceipt(receipt, trust, certificates.lookup);
  if (hashText('receipt-arrival', receipt.arrival.record) !== hashText('receipt-arrival', record))
    throw otherBid();
  return { c, commit, commitBytes, seed, sequence, receipt };
}

const otherBid = (): TrustError => new TrustError('SEAL.RECEIPT', { reason: 'for another bid' }, 'platform');
