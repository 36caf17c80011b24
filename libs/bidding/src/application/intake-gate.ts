import { Injectable } from '@nestjs/common';
import { IntegrityError, ok, refuse } from '#kernel';
import type { Result } from '#kernel';
import type { IntakeFacts } from '#tendering';
import type { BiddingRefusal } from '../domain/refusals.ts';
import { ArrivalStore } from './arrival-store.ts';
import type { Arrival, ArrivalKind } from './arrival-store.ts';
import { IntakeLimits } from './intake-limits.ts';
import { LotFacts } from './lot-facts.ts';

/** What every arrival passes before anything expensive: its lot's facts and its account's quota. */
@Injectable()
export class IntakeGate {
  constructor(
    private readonly lots: LotFacts,
    private readonly arrivals: ArrivalStore,
    readonly limits: IntakeLimits,
  ) {}

  /** The lot took bids when the arrival was stored, so it has a key record for ever. */
  async lot({ lotId }: Arrival): Promise<IntakeFacts> {
    const facts = await this.lots.of(lotId);
    if (!facts.ok) throw new IntegrityError('a lot that took bids has no key record', { lotId });
    return facts.value;
  }

  async quota(account: string | null, kind: ArrivalKind): Promise<Result<void, BiddingRefusal>> {
    if (account === null) return ok(undefined);
    const used = await this.arrivals.useQuota(Buffer.from(account, 'base64url'), kind);
    const limit = kind === 'commit' ? this.limits.commitsPerHour : this.limits.movesPerHour;
    return used <= limit ? ok(undefined) : refuse('BIDDING.QUOTA', { limit, period: 'hour' });
  }
}
