import {
  TrustError,
  canonicalBytes,
  checkArrival,
  checkReceipt,
  hashText,
  receiptFile,
  signBidMove,
  suiteField,
} from '#trust';
import type {
  BidMove,
  Commit,
  EnvelopeName,
  LotKey,
  PinnedTrust,
  ReceiptFile,
  TrustedCertificates,
} from '#trust';
import { ClientFailure } from './failure.ts';
import { jitter, pause } from './pause.ts';
import { PlatformRefusal } from './platform/http.ts';
import type { Platform } from './platform/platform.ts';

type Arrival = ReceiptFile['arrival']['record'];

export const PART_BYTES = 8 * 1024 * 1024;
const PARALLEL = 4;
const ROUNDS = 20;
const LOG_POLLS = 30;

/** A sealed bid's public half. */
export interface SealedBid {
  readonly c: string;
  readonly commit: Commit;
  /** COMMIT's exact bytes, as they are submitted. */
  readonly commitBytes: Uint8Array;
  readonly lotKey: LotKey;
}

/** Where one sealed bid lies, and where its receipts are kept: a folder (apps/cli) or a browser's own file system. */
export interface BidPackage {
  readonly bid: SealedBid;
  /**
   * Exactly `length` bytes of the sealed envelope from `from` on; a copy that no later call changes.
   * @throws TrustError SEAL.TRUNCATED where they are not there
   */
  read(e: EnvelopeName, from: number, length: number): Promise<Uint8Array>;
  /** What was kept last; null where nothing was, or what is there is no receipt. @throws where it cannot be read now */
  receipt(): Promise<ReceiptFile | null>;
  /** Everything that is kept MUST be durable when the call returns: it is what the bidder proves its bid with. */
  keepReceipt(receipt: ReceiptFile): Promise<void>;
  /** The problem document of a refused COMMIT: a late bid's carries a signed receipt too. */
  keepRefusal(document: unknown): Promise<void>;
  keepMoveReceipt(receipt: ReceiptFile): Promise<void>;
  /** How many moves led to this package; 0 for the first of a chain of replacements. */
  sequence(): Promise<number>;
  keepSequence(sequence: number): Promise<void>;
}

/** How far a submission is, for whoever watches it. */
export type SubmissionStep =
  | { readonly step: 'arrived'; readonly arrivedAt: string }
  | {
      readonly step: 'part';
      readonly e: EnvelopeName;
      readonly n: number;
      readonly bytes: number;
      /** Parts of this round. */
      readonly done: number;
      readonly of: number;
    }
  | { readonly step: 'stored' };

export interface Submission {
  /** Signed in as the bidder. */
  readonly platform: Platform;
  readonly trust: PinnedTrust;
  readonly certificates: Pick<TrustedCertificates, 'lookup'>;
  progress(step: SubmissionStep): void;
  /** Stops between two requests, and the request that is on its way; asking again later goes on from there. */
  readonly signal?: AbortSignal;
}

/**
 * Sends COMMIT, then every part that the platform says is missing, as often as it takes: asking for what is missing
 * is also how an interrupted submission goes on. Returns the receipts, checked and kept in the package.
 * Every receipt must be this bid's, with the arrival that was given first: a platform could answer with another's, genuine
 * in every part, for a bid that it drops, or with a later hour.
 * @throws ClientFailure CLIENT.LATE, CLIENT.NOT_STORED; TrustError where a receipt does not hold
 */
export async function submitBid(found: BidPackage, with_: Submission): Promise<ReceiptFile> {
  const { platform, progress, signal } = with_;
  const { c } = found.bid;
  const { arrival, uploadToken } = await commitTo(found, with_);
  progress({ step: 'arrived', arrivedAt: arrival.arrivedAt });
  for (let round = 0; ; round += 1) {
    const view = await platform.bid(c, uploadToken);
    if (view.receipt.stored) break;
    if (view.state !== 'received' || round >= ROUNDS) {
      throw new ClientFailure('CLIENT.NOT_STORED', { state: view.state, missing: view.missing.length });
    }
    await sendParts(found, uploadToken, view.missing, with_);
    if (view.missing.length === 0) await pause(200 + jitter(300), signal);
  }
  progress({ step: 'stored' });
  return awaitLog(found, uploadToken, arrival, with_);
}

/**
 * Asks for the receipts of a bid again and sends nothing of it: after the deadline, where the last answer may have been
 * lost on the way. Null: it was not whole in time.
 * @throws ClientFailure CLIENT.LATE; TrustError where a receipt does not hold
 */
export async function askReceipts(found: BidPackage, with_: Submission): Promise<ReceiptFile | null> {
  const { arrival, uploadToken } = await commitTo(found, with_);
  const { receipt } = await with_.platform.bid(found.bid.c, uploadToken);
  return receipt.stored ? awaitLog(found, uploadToken, arrival, with_) : null;
}

/** The same COMMIT again has the same answer, also after the deadline. */
async function commitTo(
  found: BidPackage,
  with_: Submission,
): Promise<{ arrival: Arrival; uploadToken: string }> {
  const { arrival, token, uploadToken } = await sendCommit(found, with_);
  await keepReceipt(found, { arrival, token, log: null, stored: null }, with_);
  const { arrivedAt, inTime } = arrival.record;
  if (!inTime) throw new ClientFailure('CLIENT.LATE', { arrivedAt });
  return { arrival: arrival.record, uploadToken };
}

async function sendCommit(found: BidPackage, { platform }: Submission) {
  const { lotKey, commitBytes } = found.bid;
  try {
    return await platform.submitCommit(lotKey.lot, commitBytes);
  } catch (error) {
    if (error instanceof PlatformRefusal) await found.keepRefusal(error.document);
    throw error;
  }
}

/** One that was kept before is never exchanged for one that proves less. */
async function keepReceipt(
  found: BidPackage,
  receipt: ReceiptFile,
  { trust, certificates }: Submission,
): Promise<void> {
  const { subject } = checkReceipt(receipt, trust, certificates.lookup, found.bid.lotKey);
  if (subject !== found.bid.c)
    throw new TrustError('SEAL.RECEIPT', { reason: 'for another bid' }, 'platform');
  const kept = await found.receipt();
  if (kept) checkSameArrival(receipt.arrival.record, kept.arrival.record);
  if ((kept?.log && !receipt.log) || (kept?.stored && !receipt.stored)) return;
  await found.keepReceipt(receipt);
}

function checkSameArrival(told: Arrival, first: Arrival): void {
  if (hashText('receipt-arrival', told) !== hashText('receipt-arrival', first))
    throw new TrustError('SEAL.RECEIPT', { reason: 'another arrival than at first' }, 'platform');
}

async function sendParts(
  found: BidPackage,
  uploadToken: string,
  missing: readonly { e: EnvelopeName; n: number }[],
  { platform, progress, signal }: Submission,
): Promise<void> {
  const queue = [...missing];
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      signal?.throwIfAborted();
      const body = await readPart(found, next);
      await platform.putPart(found.bid.c, uploadToken, next, body, signal);
      done += 1;
      progress({ step: 'part', ...next, bytes: body.length, done, of: missing.length });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

function readPart(found: BidPackage, { e, n }: { e: EnvelopeName; n: number }): Promise<Uint8Array> {
  const length = found.bid.commit.envelopes.find((envelope) => envelope.e === e)?.length ?? 0;
  const size = Math.min(PART_BYTES, length - n * PART_BYTES);
  if (size <= 0) throw new ClientFailure('CLIENT.PART_UNKNOWN', { e, n });
  return found.read(e, n * PART_BYTES, size);
}

/** Receipt 2 comes with the log's next tick; without it the bid is submitted all the same. */
async function awaitLog(
  found: BidPackage,
  uploadToken: string,
  arrival: Arrival,
  with_: Submission,
): Promise<ReceiptFile> {
  for (let poll = 1; ; poll += 1) {
    const { receipt } = await with_.platform.bid(found.bid.c, uploadToken);
    checkSameArrival(receipt.arrival.record, arrival);
    if (!receipt.stored) throw new TrustError('SEAL.RECEIPT', { reason: 'stored no longer' }, 'platform');
    await keepReceipt(found, receipt, with_);
    if (receipt.log || poll >= LOG_POLLS) return receipt;
    await pause(500, with_.signal);
  }
}

/**
 * Replaces (`to` is the new package, already stored) or withdraws `from`, signed by the old package's own `wk`. The
 * same move sent again gives the same receipt. Returns H("move", …).
 * @throws ClientFailure CLIENT.LATE
 */
export async function moveBid(
  from: BidPackage,
  wkSecret: Uint8Array,
  to: BidPackage | null,
  { platform, trust, certificates }: Submission,
): Promise<string> {
  const { bid } = from;
  const record: BidMove = {
    type: 'move',
    ...suiteField(bid.lotKey.suite),
    lotKeyHash: bid.commit.lotKeyHash,
    from: bid.c,
    to: to?.bid.c ?? null,
    sequence: (await from.sequence()) + 1,
  };
  const signedMove = signBidMove(wkSecret, record);
  const { arrival, token } = await platform.submitMove(bid.lotKey.lot, canonicalBytes(signedMove));
  checkArrival(arrival, token, trust, certificates.lookup);
  const hash = hashText('move', record);
  if (arrival.record.subject !== hash) {
    throw new TrustError('SEAL.RECEIPT', { reason: 'for another move' }, 'platform');
  }
  await from.keepMoveReceipt(receiptFile.parse({ arrival, token, log: null, stored: null }));
  if (to) await to.keepSequence(record.sequence);
  if (!arrival.record.inTime) throw new ClientFailure('CLIENT.LATE', { arrivedAt: arrival.record.arrivedAt });
  return hash;
}
