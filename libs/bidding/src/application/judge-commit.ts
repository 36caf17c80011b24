import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { faultPoint, formatInstant, refuse, RefusalError } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { IntakeFacts } from '#tendering';
import type { Commit, EnvelopeName } from '#trust';
import { checkCommit, uniqueValues } from '../domain/commit-rules.ts';
import type { BiddingRefusal } from '../domain/refusals.ts';
import type { Arrival } from './arrival-store.ts';
import { DealingChecker } from './dealing-checker.ts';
import { IntakeGate } from './intake-gate.ts';
import { IntakeStores } from './intake-stores.ts';
import { readCommit } from './read-records.ts';
import { Receipts } from './receipts.ts';
import { accepted, decidedElsewhere, DecidedElsewhereError, refused } from './verdict.ts';
import type { Verdict } from './verdict.ts';

const COMMITMENT = { kind: 'commit', from: null } as const;

/** Object names say nothing: not the lot, not the bid, not the order. */
const objectKeys = (commit: Commit): ReadonlyMap<EnvelopeName, string> =>
  new Map(commit.envelopes.map(({ e }) => [e, `bids/${randomBytes(24).toString('base64url')}`]));

/** Judges a stored COMMIT (PROTOCOL section 6): cheap checks, quota, time, proofs, uniqueness. */
@Injectable()
export class JudgeCommit {
  constructor(
    private readonly gate: IntakeGate,
    private readonly checker: DealingChecker,
    private readonly receipts: Receipts,
    private readonly unitOfWork: UnitOfWork,
    private readonly stores: IntakeStores,
  ) {}

  async run(arrival: Arrival, account: string | null): Promise<Verdict> {
    const facts = await this.gate.lot(arrival);
    const read = readCommit(arrival.raw);
    if (!read.ok) return refused(read.error);
    const commit = read.value;
    const shape = checkCommit(commit, facts, this.gate.limits.maxBidBytes);
    if (!shape.ok) return refused(shape.error);
    const quota = await this.gate.quota(account, 'commit');
    if (!quota.ok) return refused(quota.error);
    if (!arrival.inTime) return this.late(arrival, facts);
    if (!(await this.proofsHold(arrival, facts, account)))
      return refused(refuse('BIDDING.DEALING_INVALID').error, { keepRaw: true });
    return this.accept(arrival, commit, facts);
  }

  /** 20号令27: a late bid is refused, and its bidder gets the proof of when it came. */
  private async late(arrival: Arrival, facts: IntakeFacts): Promise<Verdict> {
    const handedOut = await this.receipts.forArrival(arrival, facts, COMMITMENT);
    return refused(lateRefusal(arrival), { keepRaw: true, handedOut });
  }

  private proofsHold(arrival: Arrival, { lotKey, lotKeyHash }: IntakeFacts, account: string | null) {
    return this.checker.check(account ?? 'recovery', {
      raw: arrival.raw,
      lotKeyHash,
      suite: lotKey.suite,
      trusteeKeys: lotKey.trustees.map(({ y }) => y),
      k: lotKey.k,
    });
  }

  private async accept(arrival: Arrival, commit: Commit, facts: IntakeFacts): Promise<Verdict> {
    const handedOut = await this.receipts.forArrival(arrival, facts, COMMITMENT);
    const bid = {
      arrival,
      commit,
      values: uniqueValues(commit),
      objectKeys: objectKeys(commit),
      ...handedOut,
    };
    try {
      await this.unitOfWork.run(async (tx) => {
        if (!(await this.stores.arrivals.accept(tx, arrival.id))) throw new DecidedElsewhereError();
        const taken = await this.stores.bids.insert(tx, bid);
        if (taken) throw new RefusalError(refuse('BIDDING.DUPLICATE', { field: taken }).error);
        await this.stores.transparency.append(tx, arrival.subject);
        await faultPoint('bidding.accept.commit.before');
      });
    } catch (error) {
      if (error instanceof DecidedElsewhereError) return decidedElsewhere;
      if (error instanceof RefusalError) return refused(error.refusal as BiddingRefusal, { keepRaw: true });
      throw error;
    }
    await faultPoint('bidding.accept.commit.after');
    return accepted;
  }
}

export const lateRefusal = ({ arrivedAt, deadline }: Arrival): BiddingRefusal =>
  refuse('BIDDING.LATE', {
    article: '20号令27',
    deadline: formatInstant(deadline),
    arrivedAt: formatInstant(arrivedAt),
  }).error;
