import { Injectable } from '@nestjs/common';
import { formatInstant, refuse, RefusalError } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { UnitOfWork } from '#persistence';
import { ArrivalStore } from './arrival-store.ts';
import { BidStore } from './bid-store.ts';
import { IssueStoredReceipt } from './issue-stored-receipt.ts';
import { JudgeArrival } from './judge-arrival.ts';

const AT_ONCE = 64;

/** Makes the lists of a lot final after its deadline (PROTOCOL section 7); safe to run any number of times. */
@Injectable()
export class SettleLot {
  constructor(
    private readonly arrivals: ArrivalStore,
    private readonly bids: BidStore,
    private readonly judge: JudgeArrival,
    private readonly issueStoredReceipt: IssueStoredReceipt,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** @returns the deadline that the database's clock has passed; throws RefusalError before it */
  async run(lotId: LotId): Promise<Instant> {
    const deadline = await this.closed(lotId);
    await this.unitOfWork.run((tx) => this.arrivals.awaitInFlight(tx, lotId));
    await this.drain(
      () => this.arrivals.pending({ lotId }, AT_ONCE),
      (id) => this.judge.run(id, null),
    );
    await this.drain(
      () => this.bids.owedReceipts(lotId, AT_ONCE),
      (c) => this.issueStoredReceipt.run(c),
    );
    return deadline;
  }

  async closed(lotId: LotId): Promise<Instant> {
    const { at, deadline } = await this.arrivals.moment(lotId);
    if (deadline === null) throw new RefusalError(refuse('BIDDING.NOT_OPEN').error);
    if (at < deadline)
      throw new RefusalError(refuse('BIDDING.STILL_OPEN', { deadline: formatInstant(deadline) }).error);
    return deadline;
  }

  /** Each round's work takes its entries off the list; an error ends it, and the next call goes on. */
  private async drain(
    list: () => Promise<string[]>,
    work: (entry: string) => Promise<unknown>,
  ): Promise<void> {
    for (let entries = await list(); entries.length > 0; entries = await list())
      await Promise.all(entries.map(work));
  }
}
