import { Injectable } from '@nestjs/common';
import { faultPoint, IntegrityError, ok, refuse } from '#kernel';
import type { LotId, Result } from '#kernel';
import { b64u } from '#trust';
import type { ArrivalReceipt, Signed } from '#trust';
import { Transparency } from '#transparency';
import type { PartPlan } from '../domain/part-plan.ts';
import { partPlan } from '../domain/part-plan.ts';
import type { BiddingRefusal } from '../domain/refusals.ts';
import { Accounts } from './accounts.ts';
import { ArrivalStore } from './arrival-store.ts';
import type { ArrivalKind } from './arrival-store.ts';
import { BidStore } from './bid-store.ts';
import { JudgeArrival } from './judge-arrival.ts';
import type { Judged } from './judge-arrival.ts';
import { Journal } from './journal.ts';
import type { Sender } from './journal.ts';
import { LotFacts } from './lot-facts.ts';
import { subjectOfCommit, subjectOfMove } from './read-records.ts';

export interface MoveAnswer {
  readonly arrival: Signed<ArrivalReceipt>;
  /** RFC 3161, DER, base64url. */
  readonly token: string;
}

export interface CommitAnswer extends MoveAnswer {
  readonly uploadToken: string;
  readonly parts: readonly PartPlan[];
}

export interface Submitted<Answer> {
  /** False: the very same bytes had been accepted before. */
  readonly fresh: boolean;
  readonly answer: Answer;
}

/**
 * The order that matters (PROTOCOL section 6): the bytes are stored, and the database's clock of that statement is the
 * arrival; only then does anything cost time. What the sender waits for afterwards no longer moves his arrival.
 */
@Injectable()
export class TakeIn {
  constructor(
    private readonly lots: LotFacts,
    private readonly journal: Journal,
    private readonly arrivals: ArrivalStore,
    private readonly accounts: Accounts,
    private readonly judge: JudgeArrival,
  ) {}

  async run(lotId: LotId, kind: ArrivalKind, sender: Sender, raw: Uint8Array): Promise<Judged> {
    const facts = await this.lots.of(lotId);
    if (!facts.ok) return facts;
    const subject = kind === 'commit' ? subjectOfCommit(raw) : subjectOfMove(raw);
    const box = await this.journal.seal(facts.value.journal, sender, subject);
    await faultPoint('bidding.arrival.store.before');
    const time = await this.arrivals.take({ lotId, kind, subject, raw, box });
    await faultPoint('bidding.arrival.store.after');
    if (!time) return refuse('BIDDING.NOT_OPEN');
    return this.judge.run(time.id, this.accounts.keyOf(sender.account));
  }
}

@Injectable()
export class SubmitCommit {
  constructor(
    private readonly takeIn: TakeIn,
    private readonly bids: BidStore,
    private readonly transparency: Transparency,
  ) {}

  async run(
    lotId: LotId,
    sender: Sender,
    raw: Uint8Array,
  ): Promise<Result<Submitted<CommitAnswer>, BiddingRefusal>> {
    const judged = await this.takeIn.run(lotId, 'commit', sender, raw);
    if (!judged.ok) return judged;
    const { subject: c, fresh } = judged.value;
    const [bid, envelopes] = await Promise.all([this.bids.find(c), this.bids.envelopes(c)]);
    if (!bid) throw new IntegrityError('an accepted commitment is gone');
    const answer: CommitAnswer = {
      arrival: bid.receipt,
      token: b64u.encode(bid.token),
      uploadToken: this.transparency.uploadToken(c),
      parts: partPlan(envelopes),
    };
    return ok({ fresh, answer });
  }
}

@Injectable()
export class SubmitMove {
  constructor(
    private readonly takeIn: TakeIn,
    private readonly bids: BidStore,
  ) {}

  async run(
    lotId: LotId,
    sender: Sender,
    raw: Uint8Array,
  ): Promise<Result<Submitted<MoveAnswer>, BiddingRefusal>> {
    const judged = await this.takeIn.run(lotId, 'move', sender, raw);
    if (!judged.ok) return judged;
    const move = await this.bids.move(judged.value.subject);
    if (!move) throw new IntegrityError('an accepted move is gone');
    const answer: MoveAnswer = { arrival: move.receipt, token: b64u.encode(move.token) };
    return ok({ fresh: judged.value.fresh, answer });
  }
}
