/**
 * V05 for whoever holds a receipt. A bundle can only be checked against itself: that a bid was left out of CLOSE and of
 * the file alike is known to its bidder, and proved by what the platform signed for it.
 */
import { hashText, TrustError } from '../encoding/index.ts';
import type { ArrivalReceipt, Close, LogReceipt, Signed, StoredReceipt } from '../records/index.ts';
import { checkClaimedLeaf } from './check-dummies.ts';
import { at } from './context.ts';
import type { Verification } from './context.ts';
import { checkLogReceipt } from './receipt.ts';
import type { FindingCode } from './report.ts';

/** What of a receipt file is asked here; its time-stamp is `glasshall receipt verify`'s. */
export interface ShownReceipt {
  readonly arrival: Signed<ArrivalReceipt>;
  readonly stored: Signed<StoredReceipt> | null;
  readonly log: LogReceipt | null;
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
  const expect = (holds: boolean, code: FindingCode) =>
    v.findings.expect(holds, 'V05', code, place, 'platform');
  const leaf = v.evidence.proofs.leaves.find(({ hash }) => hash === subject);
  if (log && !provesPlace(v, subject, log, place)) return;
  if (log) checkClaimedLeaf(v, { hash: subject, blind: log.blind, index: log.index }, place);
  if (log && leaf) expect(leaf.index === log.index && leaf.blind === log.blind, 'EVIDENCE.OTHER_LEAF');
  if (!v.close) return;
  const code =
    kind === 'commit'
      ? bidProblem(v, v.close, arrival.record, stored)
      : moveProblem(v, v.close, arrival.record);
  if (code !== null) v.findings.fail('V05', code, place, 'platform');
}

/** Nobody is blamed for a place that the log's own key did not sign for. */
function provesPlace(v: Verification, subject: string, log: LogReceipt, place: string): boolean {
  try {
    checkLogReceipt(v.trust, subject, log);
    return true;
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    v.findings.fail('V05', error.code, place, 'bundle', error.facts);
    return false;
  }
}

/** A bid that was whole in time is accepted or was moved by its own key; one that was not may stand among the refused. */
function bidProblem(
  v: Verification,
  close: Close,
  { subject, arrivedAt }: ArrivalReceipt,
  stored: Signed<StoredReceipt> | null,
): FindingCode | null {
  const accepted = v.accepted.find(({ c }) => c === subject);
  if (accepted) return accepted.arrivedAt === arrivedAt ? null : 'EVIDENCE.OTHER_TIME';
  const moved = close.moves.some(({ move }) => move.record.from === subject);
  const refused = close.refused.some(({ c }) => c === subject);
  const whole = stored !== null && at(stored.record.storedAt) < at(close.deadline);
  return moved || (refused && !whole) ? null : 'EVIDENCE.RECEIPT_DROPPED';
}

/** A replacement or withdrawal in time is in CLOSE, unless the bid that it moves never was whole. */
function moveProblem(v: Verification, close: Close, receipt: ArrivalReceipt): FindingCode | null {
  const { subject, arrivedAt, from, inTime } = receipt;
  const listed = close.moves.find(({ move }) => hashText('move', move.record) === subject);
  if (listed) {
    if (listed.move.record.from !== from) return 'EVIDENCE.OTHER_MOVE';
    return listed.arrivedAt === arrivedAt ? null : 'EVIDENCE.OTHER_TIME';
  }
  const late = !inTime && at(arrivedAt) >= at(close.deadline);
  const whole =
    v.accepted.some(({ c }) => c === from) || (from !== null && v.evidence.records.stored.has(from));
  return late || !whole ? null : 'EVIDENCE.RECEIPT_DROPPED';
}
