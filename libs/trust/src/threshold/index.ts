export * from './labels.ts';
export { keyOfSecretPoint, prepareDealing, proveDealing } from './deal.ts';
export type { DealingTerms, PreparedDealing } from './deal.ts';
export { checkDealing, checkDealings } from './check.ts';
export type { DealingClaim } from './check.ts';
export type { ShareContext } from './challenge.ts';
export { openShare, verifyShare, verifyShares } from './share.ts';
export type { OpenShare, ShareClaim } from './share.ts';
export { combineShares, openWithSecret } from './open.ts';
export { provePossession, verifyPossession } from './possession.ts';
export type { ProvePossession } from './possession.ts';
export {
  checkLotKey,
  checkSeatsOfNotice,
  checkUnsignedLotKey,
  lotKeyTermsOf,
  trusteeKeysOf,
} from './lot-key.ts';
export { QUORUMS, seatFault } from './seats.ts';
export type { SeatFault, SeatParties } from './seats.ts';
