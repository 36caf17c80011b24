import { Injectable } from '@nestjs/common';
import { faultPoint, IntegrityError, ok } from '#kernel';
import type { Result } from '#kernel';
import { UnitOfWork } from '#persistence';
import { b64u } from '#trust';
import type { BiddingRefusal } from '../domain/refusals.ts';
import { ArrivalStore } from './arrival-store.ts';
import type { Arrival, Refused } from './arrival-store.ts';
import { JudgeCommit } from './judge-commit.ts';
import { JudgeMove } from './judge-move.ts';
import type { Verdict } from './verdict.ts';

/** `fresh`: decided by this very call. */
export type Judged = Result<{ readonly fresh: boolean; readonly subject: string }, BiddingRefusal>;

/** What a refused sender is told: a late one also gets the signed time of arrival (20号令27). */
function told({ code, facts, handedOut }: Refused): { ok: false; error: BiddingRefusal } {
  const proof = handedOut
    ? { receipt: JSON.stringify(handedOut.receipt), token: b64u.encode(handedOut.token) }
    : {};
  return { ok: false, error: { code, facts: { ...facts, ...proof } } };
}

/**
 * Decides what arrived, once: by the request that brought it, by the same bytes sent again, or after a crash by a
 * worker. Whoever comes second is told the first one's decision.
 */
@Injectable()
export class JudgeArrival {
  private readonly running = new Map<string, Promise<Judged>>();

  constructor(
    private readonly arrivals: ArrivalStore,
    private readonly unitOfWork: UnitOfWork,
    private readonly judgeCommit: JudgeCommit,
    private readonly judgeMove: JudgeMove,
  ) {}

  /** `account`: keyed hash of who sent it; null where nobody did (after a crash), and then no quota is counted. */
  async run(arrivalId: string, account: string | null): Promise<Judged> {
    const running = this.running.get(arrivalId);
    if (running) {
      const judged = await running;
      return judged.ok ? ok({ ...judged.value, fresh: false }) : judged;
    }
    const mine = this.decide(arrivalId, account).finally(() => this.running.delete(arrivalId));
    this.running.set(arrivalId, mine);
    return mine;
  }

  private async decide(arrivalId: string, account: string | null): Promise<Judged> {
    const arrival = await this.arrivals.find(arrivalId);
    if (!arrival) throw new IntegrityError('an arrival is gone');
    if (arrival.state !== 'pending') return this.decided(arrival);
    const verdict: Verdict =
      arrival.kind === 'commit'
        ? await this.judgeCommit.run(arrival, account)
        : await this.judgeMove.run(arrival, account);
    if (verdict.outcome === 'accepted') return ok({ fresh: true, subject: arrival.subject });
    if (verdict.outcome === 'refused') await this.refuse(arrival, verdict);
    return this.decided(arrival);
  }

  private async refuse(arrival: Arrival, verdict: Extract<Verdict, { outcome: 'refused' }>): Promise<void> {
    await this.unitOfWork.run(async (tx) => {
      await this.arrivals.refuse(tx, arrival, verdict.refusal, verdict);
      await faultPoint('bidding.refusal.commit.before');
    });
    await faultPoint('bidding.refusal.commit.after');
  }

  /** The decision as it stands in the database, whoever took it. */
  private async decided(arrival: Arrival): Promise<Judged> {
    const refused = await this.arrivals.refusal(arrival.id);
    return refused ? told(refused) : ok({ fresh: false, subject: arrival.subject });
  }
}
