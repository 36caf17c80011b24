/**
 * `#bidding`: the intake of sealed bids (PROTOCOL section 6). Opening asks {@link Bidding} for what was accepted; the
 * evidence of the intake (commits/, arrivals/, stored/, tokens/, envelopes/) registers itself with transparency.
 */
export * from './bidding.facade.ts';
export { bidMachine } from './domain/bid-states.ts';
export type { BidState } from './domain/bid-states.ts';
export type { RefusalReason } from './domain/refusals.ts';
export { retainBidUntil } from './domain/retention.ts';
export { JOURNAL_INFO } from './domain/journal.ts';
export { biddingSchema } from './infrastructure/bidding.schema.ts';
export { SettledStorage } from './application/settled-storage.ts';
export { BiddingModule } from './bidding.module.ts';
