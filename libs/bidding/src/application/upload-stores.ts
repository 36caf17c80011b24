import { Injectable } from '@nestjs/common';
import { ArrivalStore } from './arrival-store.ts';
import { BidStore } from './bid-store.ts';
import { PartStore } from './part-store.ts';

/** What is known of an upload. */
@Injectable()
export class UploadStores {
  constructor(
    readonly arrivals: ArrivalStore,
    readonly bids: BidStore,
    readonly parts: PartStore,
  ) {}
}
