import { Injectable } from '@nestjs/common';
import { ArrivalStore } from './arrival-store.ts';
import { AssembleEnvelope } from './assemble-envelope.ts';
import { BidStore } from './bid-store.ts';
import { IssueStoredReceipt } from './issue-stored-receipt.ts';
import { JudgeArrival } from './judge-arrival.ts';
import { PartStore } from './part-store.ts';

const AT_ONCE = 32;
/** Younger ones are left to the request that brought them. */
const LEFT_BEHIND_MS = 15_000;

@Injectable()
export class Finishers {
  constructor(
    readonly assemble: AssembleEnvelope,
    readonly issueStoredReceipt: IssueStoredReceipt,
  ) {}
}

/** Finishes what a process that died left undone. Nothing here decides a time: every time was fixed when bytes came. */
@Injectable()
export class TidyIntake {
  constructor(
    private readonly arrivals: ArrivalStore,
    private readonly bids: BidStore,
    private readonly parts: PartStore,
    private readonly judge: JudgeArrival,
    private readonly finishers: Finishers,
  ) {}

  async finishLeftBehind(): Promise<void> {
    for (const id of await this.arrivals.pending({ olderThanMs: LEFT_BEHIND_MS }, AT_ONCE))
      await this.judge.run(id, null);
    for (const { c, e } of await this.parts.unfinished(AT_ONCE)) await this.finishers.assemble.run(c, e);
    for (const c of await this.bids.owedReceipts(null, AT_ONCE))
      await this.finishers.issueStoredReceipt.run(c);
    await this.arrivals.forgetQuotas();
  }
}
