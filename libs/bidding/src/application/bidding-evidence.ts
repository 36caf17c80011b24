import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IntegrityError } from '#kernel';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import { canonicalBytes, hashText } from '#trust';
import type { EnvelopeName } from '#trust';
import { EvidenceSource } from '#transparency';
import type { EvidenceAudience, EvidencePiece } from '#transparency';
import { Bidding } from '../bidding.facade.ts';
import type { Bid, Move } from './bid-store.ts';
import { UploadStores } from './upload-stores.ts';

const isPublic = (e: EnvelopeName): boolean => e === 'I' || e === 'E0';

/** What was handed out for an arrival: the receipt and its token. */
function* arrivalFiles(
  subject: string,
  { receipt, token }: Pick<Bid, 'receipt' | 'token'>,
): Iterable<EvidencePiece> {
  yield { kind: 'file', path: `arrivals/${subject}.json`, bytes: canonicalBytes(receipt) };
  const name = createHash('sha256').update(token).digest('base64url');
  yield { kind: 'file', path: `tokens/${name}.tst`, bytes: token };
}

function* moveFiles(move: Move): Iterable<EvidencePiece> {
  yield* arrivalFiles(move.hash, move);
  yield { kind: 'logged', type: 'move', hash: move.hash };
}

/** commits/, arrivals/, stored/, tokens/ and envelopes/ of the bundle: the bids that CLOSE calls accepted, and the moves. */
@Injectable()
export class BiddingEvidence extends EvidenceSource {
  readonly name = 'bidding';

  constructor(
    private readonly bidding: Bidding,
    private readonly stores: UploadStores,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  async *contribute(lotId: string, audience: EvidenceAudience): AsyncIterable<EvidencePiece> {
    const lot = lotId as LotId;
    const { bids, moves } = await this.unitOfWork.run(
      async (tx) => ({
        bids: await this.stores.bids.bidsOf(tx, lot),
        moves: await this.stores.bids.movesOf(tx, lot),
      }),
      { readOnly: true },
    );
    for (const bid of bids) if (bid.storedReceipt) yield* this.bidFiles(bid, audience);
    for (const move of moves) yield* moveFiles(move);
  }

  private async *bidFiles(bid: Bid, audience: EvidenceAudience): AsyncIterable<EvidencePiece> {
    const { c, storedReceipt } = bid;
    const bytes = await this.bidding.commitBytes(c);
    if (!bytes || !storedReceipt) throw new IntegrityError('an accepted commitment is gone');
    yield { kind: 'file', path: `commits/${c}.json`, bytes, logged: { type: 'commit', hash: c } };
    yield* arrivalFiles(c, bid);
    const hash = hashText('receipt-stored', storedReceipt.record);
    yield {
      kind: 'file',
      path: `stored/${c}.json`,
      bytes: canonicalBytes(storedReceipt),
      logged: { type: 'receipt-stored', hash },
    };
    // What was replaced or withdrawn stays sealed (条例35), and its ciphertext at home.
    if (bid.state !== 'stored') return;
    for (const { e, length } of await this.bidding.envelopes(c))
      if (isPublic(e) || audience === 'auditor')
        yield {
          kind: 'stream',
          path: `envelopes/${c}/${e}.sealed`,
          size: length,
          open: () => this.open(c, e),
        };
  }

  private async open(c: string, e: EnvelopeName) {
    const opened = await this.bidding.envelopeStream(c, e);
    if (!opened) throw new IntegrityError('a stored envelope is gone', { e });
    return opened.stream;
  }
}
