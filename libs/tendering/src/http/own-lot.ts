import { formatInstant } from '#kernel';
import type { Lot } from '../domain/lot.ts';

/** A lot as its agency sees it, before publication too. */
export const ownLot = (lot: Lot) => ({
  id: lot.id,
  name: lot.name,
  state: lot.state,
  estimate: lot.estimate,
  method: lot.method,
  ruleset: lot.ruleset,
  acceleration: lot.acceleration,
  documentsFrom: formatInstant(lot.documentsFrom),
  documentsUntil: formatInstant(lot.documentsUntil),
  deadline: formatInstant(lot.deadline),
  seats: lot.seats,
  k: lot.k,
  noticeVersion: lot.noticeVersion,
  lotKeyHash: lot.lotKeyHash,
  deadlineChanges: lot.deadlineChanges,
});
