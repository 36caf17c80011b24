import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { b64u, canonicalBytes, deriveBidKeys, signBidMove, suiteField } from '#trust';
import type { ArrivalReceipt, EnvelopeName, LogReceipt, OpeningSheet, ReceiptFile, Signed } from '#trust';
import { readPackage, readSecrets, sealedFileOf, sealPackage, seedOf } from '#trust/node';
import type { PackageFolder } from '#trust/node';
import { sheetOf } from '../lot-fixture.ts';
import { until } from './caller.ts';
import type { Caller } from './caller.ts';
import type { KeyedLot } from './tender.ts';

export const PART_BYTES = 8 * 1024 * 1024;

export interface BidPlan {
  readonly price: string;
  /** Path inside E1, and its content. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly supersedes?: string | null;
  /** Fields of the opening sheet beside the price. */
  readonly sheet?: Partial<OpeningSheet>;
}

/** What a bidder holds in his hand: nothing of it may ever be taken back. */
export interface Acknowledged {
  readonly c: string;
  readonly uploadToken: string;
  readonly arrival: Signed<ArrivalReceipt>;
  readonly receipt: ReceiptFile;
  readonly pack: PackageFolder;
}

export async function sealBid(
  bidder: Caller,
  lot: KeyedLot,
  folder: string,
  plan: BidPlan,
): Promise<PackageFolder> {
  if (!bidder.signer) throw new Error('a bidder without a certificate');
  const sheet = { ...sheetOf(bidder.signer, plan.price), ...plan.sheet };
  const { folder: sealed } = await sealPackage({
    lotKey: lot.lotKey,
    documents: lot.documents,
    signer: bidder.signer,
    supersedes: plan.supersedes ?? null,
    outDir: join(folder, `bid-${b64u.encode(globalThis.crypto.getRandomValues(new Uint8Array(9)))}`),
    envelopes: {
      E0: [{ path: 'opening-sheet.json', from: { bytes: canonicalBytes(sheet) } }],
      E1: plan.files.map(({ path, bytes }) => ({ path, from: { bytes } })),
    },
  });
  return readPackage(sealed);
}

interface BidView {
  readonly state: string;
  readonly missing: readonly { readonly e: EnvelopeName; readonly n: number }[];
  readonly receipt: ReceiptFile;
}

/** COMMIT, then every missing part, until the platform has signed that all of it is stored. */
export async function submitBid(bidder: Caller, lot: KeyedLot, pack: PackageFolder): Promise<Acknowledged> {
  const { c } = pack;
  const path = `/lots/${lot.lotId}/bids`;
  const told = await bidder.postBytes<{ arrival: Signed<ArrivalReceipt>; uploadToken: string }>(
    path,
    pack.commitBytes,
  );
  const { arrival, uploadToken } = told;
  const receipt = await uploadParts(bidder, pack, uploadToken);
  return { c, uploadToken, arrival, receipt, pack };
}

export async function uploadParts(
  bidder: Caller,
  pack: PackageFolder,
  uploadToken: string,
): Promise<ReceiptFile> {
  const headers = { 'upload-token': uploadToken };
  for (;;) {
    const view = await bidder.get<BidView>(`/bids/${pack.c}`, headers);
    if (view.receipt.stored) return view.receipt;
    if (view.state !== 'received') throw new Error(`bid is ${view.state}`);
    const waiting = [...view.missing];
    const worker = async () => {
      for (let part = waiting.shift(); part; part = waiting.shift()) {
        const bytes = await partOf(pack, part.e, part.n);
        await bidder.putBytes(`/bids/${pack.c}/envelopes/${part.e}/parts/${part.n}`, bytes, headers);
      }
    };
    await Promise.all([worker(), worker(), worker()]);
  }
}

export async function partOf(pack: PackageFolder, e: EnvelopeName, n: number): Promise<Uint8Array> {
  const length = pack.commit.envelopes.find((envelope) => envelope.e === e)?.length ?? 0;
  const size = Math.min(PART_BYTES, length - n * PART_BYTES);
  const file = await open(sealedFileOf(pack.folder, e), 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(size), 0, size, n * PART_BYTES);
    return buffer;
  } finally {
    await file.close();
  }
}

/** Replaces the bid by `to`, or withdraws it (null). Returns the arrival receipt of the move. */
export async function moveBid(
  bidder: Caller,
  lot: KeyedLot,
  { pack }: Pick<Acknowledged, 'pack'>,
  to: string | null,
): Promise<Signed<ArrivalReceipt>> {
  const { wkSecret } = deriveBidKeys(
    seedOf(await readSecrets(pack.folder)),
    b64u.decode(pack.commit.bidNonce),
    pack.commit.suite,
  );
  const record = {
    type: 'move' as const,
    ...suiteField(pack.commit.suite),
    lotKeyHash: pack.commit.lotKeyHash,
    from: pack.c,
    to,
    sequence: 1,
  };
  const move = signBidMove(wkSecret, record);
  const path = `/lots/${lot.lotId}/moves`;
  return (await bidder.postBytes<{ arrival: Signed<ArrivalReceipt> }>(path, canonicalBytes(move))).arrival;
}

/** What was handed out for a bid so far. */
export async function receiptOf(bidder: Caller, { c, uploadToken }: Acknowledged): Promise<ReceiptFile> {
  return bidder.get<ReceiptFile>(`/bids/${c}/receipt`, { 'upload-token': uploadToken });
}

/** The same once the log has the bid: it takes leaves on its own clock, and lets its witnesses sign before it shows them. */
export async function loggedReceipt(
  bidder: Caller,
  bid: Acknowledged,
): Promise<ReceiptFile & { readonly log: LogReceipt }> {
  return until('the proof that the bid is in the log', async () => {
    const receipt = await receiptOf(bidder, bid);
    return receipt.log ? { ...receipt, log: receipt.log } : null;
  });
}
