import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#persistence';
import { BidStore } from './bid-store.ts';

/**
 * How much room sealed bids take, for whoever buys disks. Bids of a lot are counted from its deadline on, when CLOSE
 * says their lengths anyway: a total that grew with every upload would count the bids (法22, 20号令21).
 */
@Injectable()
export class SettledStorage {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly bids: BidStore,
  ) {}

  bytes(): Promise<bigint> {
    return this.unitOfWork.run((tx) => this.bids.settledBytes(tx), { readOnly: true });
  }
}
