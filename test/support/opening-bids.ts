/** What the intake left to the opening: bids in files, their moves, journal and receipts; held in memory. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { addMs, formatInstant, SECOND } from '#kernel';
import type { Instant } from '#kernel';
import { Bidding } from '#bidding';
import type { AcceptedCommit, AcceptedMove, CloseLists, StoredEnvelope } from '#bidding';
import type { Tx } from '#persistence';
import type { BlobStore } from '#storage';
import { b64u, canonicalBytes, hashText, signRecord } from '#trust';
import type { Commit, EnvelopeName, ReceiptFile, SignedMove } from '#trust';
import type { OpeningApp } from './opening-app.ts';

/** One bid as the intake would have stored it. */
export interface StoredBid {
  readonly c: string;
  readonly commit: Commit;
  readonly arrivedAt: Instant;
  readonly storedAt: Instant;
  readonly token: Uint8Array;
  /** Path of each ciphertext; tests damage these files. */
  readonly files: ReadonlyMap<EnvelopeName, string>;
  /** False: CLOSE does not list it, as if the intake had lost it. */
  listed: boolean;
  state: AcceptedCommit['state'];
}

export class BidsInTest extends Bidding {
  readonly bids = new Map<string, StoredBid>();
  readonly moves: AcceptedMove[] = [];
  boxes: Uint8Array[] = [];
  deadline: Instant = 0 as Instant;

  settle(): Promise<void> {
    return Promise.resolve();
  }
  closeLists(): Promise<CloseLists> {
    const listed = [...this.bids.values()].filter((bid) => bid.listed);
    const accepted = listed.map(({ c, arrivedAt, storedAt, token, state }) => {
      return { c, arrivedAt, storedAt, state, token: createHash('sha256').update(token).digest('base64url') };
    });
    return Promise.resolve({ deadline: this.deadline, accepted, moves: this.moves, refused: [] });
  }
  lotOf(): Promise<null> {
    return Promise.resolve(null);
  }
  commitBytes(c: string): Promise<Uint8Array | null> {
    const bid = this.bids.get(c);
    return Promise.resolve(bid ? canonicalBytes(bid.commit) : null);
  }
  commit(c: string): Promise<Commit | null> {
    return Promise.resolve(this.bids.get(c)?.commit ?? null);
  }
  envelopes(): Promise<readonly StoredEnvelope[]> {
    return Promise.resolve([]);
  }
  async envelopeStream(
    c: string,
    e: EnvelopeName,
    range: { start: number; end?: number } = { start: 0 },
  ): Promise<{ stream: Readable; length: number } | null> {
    const bid = this.bids.get(c);
    const file = bid?.files.get(e);
    const length = bid?.commit.envelopes.find((one) => one.e === e)?.length ?? 0;
    const object = this.replaced.get(`${c}/${e}`);
    if (object && this.objects) return { stream: await this.objects.get(object, range), length };
    if (!file) return null;
    const end = (range.end ?? Infinity) - 1;
    return { stream: createReadStream(file, { start: range.start, end }), length };
  }
  objects: BlobStore | null = null;
  private readonly replaced = new Map<string, string>();
  replaceObject(_tx: Tx, c: string, e: EnvelopeName, objectKey: string): Promise<void> {
    this.replaced.set(`${c}/${e}`, objectKey);
    return Promise.resolve();
  }
  journalBoxes(): Promise<readonly Uint8Array[]> {
    return Promise.resolve(this.boxes);
  }
  /** What the intake kept of its own receipts; null where it lost them. */
  readonly receipts = new Map<string, ReceiptFile>();
  receipt(c: string): Promise<ReceiptFile | null> {
    return Promise.resolve(this.receipts.get(c) ?? null);
  }
  lateReceipts(): Promise<[]> {
    return Promise.resolve([]);
  }
}

/** Puts a sealed package into the intake, `secondsBefore` the deadline, and its commitment into the log. */
export async function takeIn(
  { bidding, log, deadline }: OpeningApp,
  sealed: { readonly c: string; readonly commit: Commit; readonly folder: string },
  secondsBefore: number,
): Promise<StoredBid> {
  const arrivedAt = addMs(deadline, -secondsBefore * SECOND);
  const bid: StoredBid = {
    c: sealed.c,
    commit: sealed.commit,
    arrivedAt,
    storedAt: addMs(arrivedAt, 500),
    token: new TextEncoder().encode(`token of ${sealed.c}`),
    files: new Map(sealed.commit.envelopes.map(({ e }) => [e, join(sealed.folder, `${e}.sealed`)])),
    listed: true,
    state: 'stored',
  };
  bidding.bids.set(sealed.c, bid);
  log.add(sealed.c);
  return bid;
}

/** What the bidder holds after a submission: the platform's own receipts. */
export async function receiptOf(app: OpeningApp, bid: StoredBid): Promise<ReceiptFile> {
  const { lotKeyHash } = app.lot;
  const envelopes = [...bid.commit.envelopes];
  return {
    arrival: await signRecord(
      'receipt-arrival',
      {
        type: 'receipt-arrival',
        lot: app.lotId,
        lotKeyHash,
        subject: bid.c,
        kind: 'commit',
        from: null,
        arrivedAt: formatInstant(bid.arrivedAt),
        inTime: bid.arrivedAt < app.deadline,
      },
      [app.platform],
    ),
    token: b64u.encode(bid.token),
    log: null,
    stored: await signRecord(
      'receipt-stored',
      {
        type: 'receipt-stored',
        lotKeyHash,
        c: bid.c,
        storedAt: formatInstant(bid.storedAt),
        inTime: bid.storedAt < app.deadline,
        envelopes,
      },
      [app.platform],
    ),
  } as unknown as ReceiptFile;
}

export const moveOut = (app: OpeningApp, move: SignedMove, secondsBefore: number): void => {
  const hash = hashText('move', move.record);
  app.log.add(hash);
  const token = createHash('sha256').update(hash).digest('base64url');
  app.bidding.moves.push({ hash, move, arrivedAt: addMs(app.deadline, -secondsBefore * SECOND), token });
};

export const readBytes = async (file: string): Promise<Uint8Array> => new Uint8Array(await readFile(file));
