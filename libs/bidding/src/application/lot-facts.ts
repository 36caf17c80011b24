import { Injectable } from '@nestjs/common';
import { refuse, ok } from '#kernel';
import type { LotId, Result } from '#kernel';
import { UnitOfWork } from '#persistence';
import { Tendering } from '#tendering';
import type { IntakeFacts } from '#tendering';
import type { BiddingRefusal } from '../domain/refusals.ts';

const REMEMBERED = 500;

/**
 * What never changes about a lot once bids are taken: LOTKEY and the journal's key. Remembered, so that a flood of
 * arrivals asks tendering once. The deadline is not taken from here: the database compares it, in the statement.
 */
@Injectable()
export class LotFacts {
  private readonly known = new Map<string, IntakeFacts>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tendering: Tendering,
  ) {}

  async of(lotId: LotId): Promise<Result<IntakeFacts, BiddingRefusal>> {
    const remembered = this.known.get(lotId);
    if (remembered) return ok(remembered);
    const facts = await this.unitOfWork.run((tx) => this.tendering.intakeFacts(tx, lotId), {
      readOnly: true,
    });
    if (!facts) {
      const lot = await this.tendering.lot(lotId);
      return lot ? refuse('BIDDING.NOT_OPEN', { state: lot.state }) : refuse('BIDDING.LOT_UNKNOWN');
    }
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.set(lotId, facts);
    return ok(facts);
  }
}
