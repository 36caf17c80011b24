import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IntegrityError } from '#kernel';
import type { LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import { Tendering } from '#tendering';
import { canonicalBytes, hashText } from '#trust';
import type { EnvelopeName } from '#trust';
import { EvidenceSource } from '#transparency';
import type { EvidenceAudience, EvidencePiece } from '#transparency';
import { Bidding } from '../bidding.facade.ts';
import type { Bid } from './bid-store.ts';
import { UploadStores } from './upload-stores.ts';

const isPublic = (e: EnvelopeName): boolean => e === 'I' || e === 'E0';

const receiptFile = (subject: string, { receipt }: Pick<Bid, 'receipt'>): EvidencePiece => ({
  kind: 'file',
  path: `arrivals/${subject}.json`,
  bytes: canonicalBytes(receipt),
});

const tokenFile = ({ token }: Pick<Bid, 'token'>): EvidencePiece => ({
  kind: 'file',
  path: `tokens/${createHash('sha256').update(token).digest('base64url')}.tst`,
  bytes: token,
});

/** commits/, arrivals/, stored/, tokens/ and envelopes/ of the bundle: the bids that CLOSE calls accepted, and the moves. */
@Injectable()
export class BiddingEvidence extends EvidenceSource {
  readonly name = 'bidding';

  constructor(
    private readonly bidding: Bidding,
    private readonly stores: UploadStores,
    private readonly unitOfWork: UnitOfWork,
    private readonly tendering: Tendering,
  ) {
    super();
  }

  async *contribute(lotId: string, audience: EvidenceAudience): AsyncIterable<EvidencePiece> {
    const lot = lotId as LotId;
    // What was sealed for a tender that was cancelled stays unseen, its number too.
    if ((await this.tendering.lot(lot))?.cancellation) return;
    const { bids, moves } = await this.unitOfWork.run(
      async (tx) => ({
        bids: await this.stores.bids.bidsOf(tx, lot),
        moves: await this.stores.bids.movesOf(tx, lot),
      }),
      { readOnly: true },
    );
    for (const bid of bids) yield* this.bidFiles(bid, audience);
    // CLOSE lists what was never whole as incomplete, and not its moves.
    const whole = new Set(bids.filter(({ storedAt }) => storedAt !== null).map(({ c }) => c));
    for (const move of moves.filter(({ move: { record } }) => whole.has(record.from))) {
      yield receiptFile(move.hash, move);
      yield tokenFile(move);
      yield { kind: 'logged', type: 'move', hash: move.hash };
    }
  }

  private async *bidFiles(bid: Bid, audience: EvidenceAudience): AsyncIterable<EvidencePiece> {
    const { c, storedReceipt } = bid;
    if (!storedReceipt) {
      yield { kind: 'logged', type: 'commit', hash: c };
      return;
    }
    const bytes = await this.bidding.commitBytes(c);
    if (!bytes) throw new IntegrityError('an accepted commitment is gone');
    yield { kind: 'file', path: `commits/${c}.json`, bytes, logged: { type: 'commit', hash: c } };
    yield receiptFile(c, bid);
    yield {
      kind: 'file',
      path: `stored/${c}.json`,
      bytes: canonicalBytes(storedReceipt),
      logged: { type: 'receipt-stored', hash: hashText('receipt-stored', storedReceipt.record) },
    };
    // What was replaced or withdrawn stays sealed (条例35), and its ciphertext at home.
    if (bid.state !== 'stored') return;
    yield tokenFile(bid);
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
