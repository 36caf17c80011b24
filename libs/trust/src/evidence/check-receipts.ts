/**
 * V05 for whoever holds a receipt. A bundle can only be checked against itself: that a bid was left out of CLOSE and of
 * the file alike is known to its bidder, and proved by what the platform signed for it.
 */
import type { ArrivalReceipt, LogReceipt, Signed, StoredReceipt } from '../records/index.ts';
import { at } from './context.ts';
import type { Verification } from './context.ts';

/** What of a receipt file is asked here; its time-stamp is `glasshall receipt verify`'s. */
export interface ShownReceipt {
  readonly arrival: Signed<ArrivalReceipt>;
  readonly stored: Signed<StoredReceipt> | null;
  readonly log: Pick<LogReceipt, 'blind' | 'index'> | null;
}

export function checkShownReceipts(v: Verification, receipts: readonly ShownReceipt[]): void {
  for (const receipt of receipts) checkShown(v, receipt);
}

function checkShown(v: Verification, { arrival, stored, log }: ShownReceipt): void {
  const { subject, lot, kind, arrivedAt } = arrival.record;
  const place = `receipt of ${subject}`;
  const by = (when: string) => ({ when: at(when), needed: ['platform'], blame: 'bundle' }) as const;
  const belongs = lot === v.evidence.header.lot && (!stored || stored.record.c === subject);
  if (!v.findings.expect(belongs, 'V05', 'EVIDENCE.OTHER_LOT', place, 'bundle')) return;
  if (!v.checkSigners('V05', place, 'receipt-arrival', arrival, by(arrivedAt))) return;
  if (stored && !v.checkSigners('V05', place, 'receipt-stored', stored, by(stored.record.storedAt))) return;
  const expect = (holds: boolean, code: string) => v.findings.expect(holds, 'V05', code, place, 'platform');
  const leaf = v.evidence.proofs.leaves.find(({ hash }) => hash === subject);
  if (log && leaf) expect(leaf.index === log.index && leaf.blind === log.blind, 'EVIDENCE.OTHER_LEAF');
  // A move of a bid that never was whole has no place in CLOSE, and its receipt does not say which bid it moved.
  if (kind !== 'commit' || !v.close) return;
  const accepted = v.accepted.find(({ c }) => c === subject);
  const moved = v.close.moves.some(({ move }) => move.record.from === subject);
  const refused = v.close.refused.some(({ c }) => c === subject);
  const whole = stored !== null && at(stored.record.storedAt) < at(v.close.deadline);
  expect(accepted !== undefined || moved || (refused && !whole), 'EVIDENCE.RECEIPT_DROPPED');
  if (accepted) expect(accepted.arrivedAt === arrivedAt, 'EVIDENCE.OTHER_TIME');
}
