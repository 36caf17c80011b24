import { Injectable } from '@nestjs/common';
import { addMs, faultPoint, formatInstant, parseInstant, unwrap } from '#kernel';
import type { LotId } from '#kernel';
import { Bidding } from '#bidding';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { Transparency } from '#transparency';
import {
  CLOCK_TOLERANCE_MS,
  b64u,
  canonicalBytes,
  hashText,
  parsePem,
  sha256,
  verifyTimestampToken,
  suiteField,
  suiteIdOf,
} from '#trust';
import type { AcceptedBid, CloseAdd, Commit, ReceiptFile, Signed } from '#trust';
import { decide } from '../domain/opening-states.ts';
import { AdvanceLot } from './advance-lot.ts';
import { OpeningStores } from './close-lot.ts';
import { openingError } from './refusal.ts';
import type { Session } from './session-store.ts';
import { ShownReceipts } from './shown-receipts.ts';

/**
 * The find-yourself window: whoever holds the platform's own receipts for a bid that CLOSE left out adds it, by one
 * CLOSE-ADD. After the window, or after the first share, nothing is added any more (PROTOCOL section 7).
 */
@Injectable()
export class FindYourself {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: OpeningStores,
    private readonly advance: AdvanceLot,
    private readonly transparency: Transparency,
    private readonly bidding: Bidding,
    private readonly receipts: ShownReceipts,
  ) {}

  /** The addition; the one from before where the bid was added already. */
  async run(lotId: LotId, receipt: ReceiptFile, commit: Commit): Promise<Signed<CloseAdd>> {
    const session = await this.advance.run(lotId);
    const c = hashText('commit', commit);
    const bid = await this.acceptedBid(session, receipt, c);
    await faultPoint('opening.add.before');
    const signed = await this.unitOfWork.run((tx) => this.add(tx, lotId, bid, commit));
    await faultPoint('opening.add.after');
    return signed;
  }

  private async add(tx: Tx, lotId: LotId, bid: AcceptedBid, commit: Commit): Promise<Signed<CloseAdd>> {
    const { sessions, bids } = this.stores;
    const session = await sessions.lock(tx, lotId);
    if (!session) throw openingError('OPENING.LOT_UNKNOWN');
    const additions = await sessions.additions(tx, lotId);
    const before = additions.find((addition) => addition.signed.record.bid.c === bid.c);
    if (before) return before.signed;
    const now = await tx.now();
    unwrap(decide(session.state, 'add', await sessions.facts(tx, session), now));
    const close = await sessions.close(tx, lotId);
    if (!close) throw openingError('OPENING.NOT_CLOSED');
    const { accepted, moves } = close.signed.record;
    if (accepted.some(({ c }) => c === bid.c)) throw openingError('OPENING.BID_LISTED', { c: bid.c });
    if (moves.some(({ move }) => move.record.from === bid.c)) throw openingError('OPENING.BID_MOVED');
    const record: CloseAdd = {
      type: 'close-add',
      ...suiteField(suiteIdOf(close.signed.record)),
      lotKeyHash: session.lotKeyHash,
      close: close.hash,
      sequence: additions.length + 1,
      bid,
      addedAt: formatInstant(now),
    };
    const hash = hashText('close-add', record);
    const signed = await this.transparency.signAs('platform', 'close-add', record);
    await faultPoint('opening.add.signed');
    // Signing took time: the database's clock judges once more, in the statement that stores.
    if (!(await sessions.addAddition(tx, lotId, { hash, signed, commit })))
      throw openingError('OPENING.WINDOW_OVER', { releaseAt: close.signed.record.releaseAt });
    await faultPoint('opening.add.stored');
    await bids.add(tx, lotId, bid);
    await this.transparency.append(tx, hash, { published: true });
    await this.transparency.publish(tx, [bid.c]);
    await sessions.say(tx, lotId, 'added', bid.c, { arrivedAt: bid.arrivedAt });
    return signed;
  }

  /** What the receipts prove, and where the log has the bid. */
  private async acceptedBid(session: Session, receipt: ReceiptFile, c: string): Promise<AcceptedBid> {
    const whole = this.receipts.check(session, receipt, c);
    const leaf = (await this.transparency.leaves([c])).get(c);
    if (!leaf) throw openingError('OPENING.RECEIPT_INVALID', { reason: 'not in the log' });
    return {
      c,
      ...whole,
      ...leaf,
      token: b64u.encode(sha256(await this.tokenOf(session, receipt, c))),
    };
  }

  /**
   * The receipt's time-stamp token, which CLOSE-ADD names and the evidence must hold: ours where the intake kept it, so
   * that a junk one in the file that is shown spoils nothing; else the one shown, if it is good.
   */
  private async tokenOf(session: Session, { arrival, token }: ReceiptFile, c: string): Promise<Uint8Array> {
    const kept = await this.bidding.receipt(c);
    if (kept) return b64u.decode(kept.token);
    const { tsa } = await this.transparency.trustFile();
    const shown = b64u.decode(token);
    const roots = tsa.flatMap((pem) => unwrap(parsePem(pem)));
    const stamp = verifyTimestampToken(shown, sha256(canonicalBytes(arrival)), { roots });
    const at = stamp.ok ? stamp.value.time : null;
    const arrivedAt = parseInstant(arrival.record.arrivedAt);
    const inOrder =
      at !== null &&
      arrivedAt !== null &&
      session.releaseAt !== null &&
      at >= addMs(arrivedAt, -CLOCK_TOLERANCE_MS) &&
      at <= addMs(session.releaseAt, CLOCK_TOLERANCE_MS);
    if (!inOrder) throw openingError('OPENING.RECEIPT_INVALID', { reason: 'token' });
    return shown;
  }
}
