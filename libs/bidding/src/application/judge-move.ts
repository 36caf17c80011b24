import { Injectable } from '@nestjs/common';
import { faultPoint, refuse, RefusalError, unwrap } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Tx } from '#persistence';
import { b64u, verifyBidMove, suiteIdOf } from '#trust';
import type { SignedMove } from '#trust';
import { decide } from '../domain/bid-rules.ts';
import type { BidCommand } from '../domain/bid-rules.ts';
import type { BiddingRefusal } from '../domain/refusals.ts';
import type { Arrival, HandedOut } from './arrival-store.ts';
import type { BidToMove } from './bid-store.ts';
import { IntakeGate } from './intake-gate.ts';
import { IntakeStores } from './intake-stores.ts';
import { lateRefusal } from './judge-commit.ts';
import { readMove } from './read-records.ts';
import { Receipts } from './receipts.ts';
import { accepted, decidedElsewhere, DecidedElsewhereError, refused } from './verdict.ts';
import type { Verdict } from './verdict.ts';

const commandOf = (move: SignedMove, from: BidToMove, to: BidToMove | null): BidCommand => {
  const { record } = move;
  const facts = { sequence: record.sequence, signed: verifyBidMove(move, b64u.encode(from.wk)) };
  return record.to === null
    ? { event: 'withdraw', move: facts }
    : { event: 'replace', move: facts, replacement: to };
};

/** Judges a stored replacement or withdrawal (条例35): signed by the bid's own key, before the deadline, in sequence. */
@Injectable()
export class JudgeMove {
  constructor(
    private readonly gate: IntakeGate,
    private readonly receipts: Receipts,
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: IntakeStores,
  ) {}

  async run(arrival: Arrival, account: string | null): Promise<Verdict> {
    const facts = await this.gate.lot(arrival);
    const read = readMove(arrival.raw);
    if (!read.ok) return refused(read.error);
    const move = read.value;
    if (move.record.lotKeyHash !== facts.lotKeyHash)
      return refused(refuse('BIDDING.WRONG_LOT', { expected: facts.lotKeyHash }).error);
    if (suiteIdOf(move.record) !== facts.lotKey.suite)
      return refused(refuse('BIDDING.WRONG_SUITE', { expected: facts.lotKey.suite }).error);
    const quota = await this.gate.quota(account, 'move');
    if (!quota.ok) return refused(quota.error);
    const kind = move.record.to === null ? 'withdraw' : 'replace';
    const { from } = move.record;
    const handedOut = await this.receipts.forArrival(arrival, facts, { kind, from });
    if (!arrival.inTime) return refused(lateRefusal(arrival), { keepRaw: true, handedOut });
    return this.apply(arrival, move, handedOut);
  }

  private async apply(arrival: Arrival, move: SignedMove, handedOut: HandedOut): Promise<Verdict> {
    try {
      await this.unitOfWork.run(async (tx) => {
        if (!(await this.stores.arrivals.accept(tx, arrival.id))) throw new DecidedElsewhereError();
        await this.write(tx, arrival, move, handedOut);
        await this.stores.transparency.append(tx, arrival.subject);
        await faultPoint('bidding.move.commit.before');
      });
    } catch (error) {
      if (error instanceof DecidedElsewhereError) return decidedElsewhere;
      if (error instanceof RefusalError) return refused(error.refusal as BiddingRefusal, { keepRaw: true });
      throw error;
    }
    await faultPoint('bidding.move.commit.after');
    return accepted;
  }

  private async write(tx: Tx, arrival: Arrival, move: SignedMove, handedOut: HandedOut): Promise<void> {
    const { from: fromC, to: toC } = move.record;
    const [from, to] = await this.stores.bids.lockForMove(tx, toC === null ? [fromC] : [fromC, toC]);
    if (!from || from.lotId !== arrival.lotId) throw new RefusalError(refuse('BIDDING.BID_UNKNOWN').error);
    const moment = { at: arrival.arrivedAt, deadline: arrival.deadline };
    const becomes = unwrap(decide(from, commandOf(move, from, to ?? null), moment));
    const moved = await this.stores.bids.insertMove(tx, {
      arrival,
      move,
      was: from.state,
      becomes,
      ...handedOut,
    });
    // The row is locked, so its state cannot have changed since.
    if (!moved) throw new RefusalError(refuse('BIDDING.BID_ENDED', { state: from.state }).error);
  }
}
