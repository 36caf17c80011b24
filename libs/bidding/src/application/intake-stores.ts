import { Injectable } from '@nestjs/common';
import { Transparency } from '#transparency';
import { ArrivalStore } from './arrival-store.ts';
import { BidStore } from './bid-store.ts';

/** What accepting writes to, in one transaction. */
@Injectable()
export class IntakeStores {
  constructor(
    readonly arrivals: ArrivalStore,
    readonly bids: BidStore,
    readonly transparency: Transparency,
  ) {}
}
