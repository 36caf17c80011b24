/** V07 and V08: which bids are in, and when they came. */
import { MINUTE, SECOND } from '#kernel';
import { b64u, edVerify, hashText, signatureInput } from '../encoding/index.ts';
import type { LotKey, StoredReceipt } from '../records/index.ts';
import { verifyTimestampToken } from '../timestamp/index.ts';
import { numbered, only } from './bundle.ts';
import { checkOutsideTimes } from './check-outside-time.ts';
import { CLOCK_TOLERANCE_MS } from './clock-tolerance.ts';
import { at } from './context.ts';
import type { Verification } from './context.ts';
import type { FindingCode } from './report.ts';
import { tokenSubject } from './check-log.ts';
import { followsItsChain } from './standing.ts';

/** PROTOCOL section 7, before the tender's acceleration. */
const CLOSE_MARGIN_MS = 60 * SECOND;
const FIND_YOURSELF_MS = 5 * MINUTE;

export async function checkIntake(v: Verification): Promise<void> {
  const signed = only(v.evidence, 'close');
  if (!signed || !v.lotKey) return v.findings.fail('V07', 'EVIDENCE.MISSING', 'close.json', 'bundle');
  const rule = { when: at(signed.record.closedAt), needed: ['platform'], blame: 'platform' } as const;
  v.checkSigners('V07', 'close.json', 'close', signed, rule);
  checkTimes(v, v.lotKey);
  checkAdds(v);
  checkAccepted(v);
  checkRefused(v);
  checkMoves(v);
  for (const bid of v.accepted) await checkToken(v, bid.c, bid.arrivedAt, bid.token);
  for (const { move, arrivedAt, token } of signed.record.moves)
    await checkToken(v, hashText('move', move.record), arrivedAt, token);
  await v.run('V08', 'times/', 'bundle', () => {
    const moves = signed.record.moves.map(({ move, ...each }) => ({
      ...each,
      subject: hashText('move', move.record),
    }));
    checkOutsideTimes(v, [...v.accepted.map((bid) => ({ ...bid, subject: bid.c })), ...moves]);
  });
}

function checkTimes(v: Verification, lotKey: LotKey): void {
  const { close } = v;
  if (!close) return;
  const { waits } = lotKey.acceleration;
  const expect = (holds: boolean, code: FindingCode) =>
    v.findings.expect(holds, 'V07', code, 'close.json', 'platform');
  expect(close.lotKeyHash === hashText('lotkey', lotKey), 'EVIDENCE.OTHER_LOT');
  expect(
    at(close.closedAt) >= at(close.deadline) + Math.ceil(CLOSE_MARGIN_MS / waits),
    'EVIDENCE.CLOSED_EARLY',
  );
  expect(
    at(close.releaseAt) >= at(close.closedAt) + Math.ceil(FIND_YOURSELF_MS / waits),
    'EVIDENCE.WINDOW_SHORT',
  );
  const order = close.accepted.map((bid) => `${bid.arrivedAt}/${bid.c}`);
  expect(
    order.every((key, i) => i === 0 || (order[i - 1] ?? '') < key),
    'EVIDENCE.ORDER',
  );
}

/** A bid is added only in the window, by a record of its own. */
function checkAdds(v: Verification): void {
  const { close } = v;
  if (!close) return;
  numbered(v.evidence, 'close-add').forEach((signed, index) => {
    const { record } = signed;
    const path = `adds/${index + 1}.json`;
    const inWindow = at(record.addedAt) >= at(close.closedAt) && at(record.addedAt) < at(close.releaseAt);
    const belongs =
      record.sequence === index + 1 &&
      record.close === hashText('close', close) &&
      record.lotKeyHash === close.lotKeyHash;
    v.findings.expect(inWindow && belongs, 'V07', 'EVIDENCE.ADD', path, 'platform');
    const rule = { when: at(record.addedAt), needed: ['platform'], blame: 'platform' } as const;
    v.checkSigners('V07', path, 'close-add', signed, rule);
  });
}

/** Accepted exactly if arrived and stored before the deadline and not moved; receipts say the same as CLOSE. */
function checkAccepted(v: Verification): void {
  const { close, evidence } = v;
  if (!close) return;
  const deadline = at(close.deadline);
  const moved = new Set(close.moves.map(({ move }) => move.record.from));
  const accepted = new Map(v.accepted.map((bid) => [bid.c, bid]));
  if (accepted.size !== v.accepted.length)
    v.findings.fail('V07', 'EVIDENCE.ACCEPTED_TWICE', 'close.json', 'platform');
  for (const bid of v.accepted) {
    const expect = (holds: boolean, code: FindingCode) =>
      v.findings.expect(holds, 'V07', code, bid.c, 'platform');
    expect(at(bid.arrivedAt) < deadline && at(bid.storedAt) < deadline, 'EVIDENCE.LATE_ACCEPTED');
    expect(!moved.has(bid.c), 'EVIDENCE.MOVED_ACCEPTED');
    expect(evidence.records.commit.has(bid.c), 'EVIDENCE.NO_COMMIT');
    expect(evidence.records.arrival.has(bid.c), 'EVIDENCE.NO_RECEIPT');
    expect(evidence.records.stored.has(bid.c), 'EVIDENCE.NO_STORED_RECEIPT');
  }
  for (const [subject, signed] of evidence.records.arrival) checkArrival(v, subject, signed.record.arrivedAt);
  for (const [c, signed] of evidence.records.stored) {
    const { record } = signed;
    const path = `stored/${c}.json`;
    const rule = { when: at(record.storedAt), needed: ['platform'], blame: 'platform' } as const;
    v.checkSigners('V07', path, 'receipt-stored', signed, rule);
    v.findings.expect(record.c === c, 'V21', 'EVIDENCE.NAME', path, 'bundle');
    v.findings.expect(storedFits(v, record), 'V07', 'EVIDENCE.OTHER_STRUCTURE', path, 'platform');
    const bid = accepted.get(c);
    const inTime = at(record.storedAt) < deadline;
    v.findings.expect(record.inTime === inTime, 'V07', 'EVIDENCE.OTHER_TIME', path, 'platform');
    // What was stored in time was judged before: no reason in CLOSE's list of the refused can undo it.
    v.findings.expect(!inTime || bid !== undefined || moved.has(c), 'V07', 'EVIDENCE.DROPPED', c, 'platform');
    if (bid) v.findings.expect(bid.storedAt === record.storedAt, 'V07', 'EVIDENCE.OTHER_TIME', c, 'platform');
  }
}

const storedFits = (v: Verification, { c, lotKeyHash, envelopes }: StoredReceipt): boolean => {
  const committed = v.evidence.records.commit.get(c)?.envelopes ?? [];
  return (
    lotKeyHash === v.close?.lotKeyHash &&
    hashText('envelopes', envelopes) === hashText('envelopes', committed)
  );
};

/** `late` is the one reason that a reader can check by CLOSE alone. */
function checkRefused(v: Verification): void {
  for (const { c, arrivedAt, reason } of v.close?.refused ?? []) {
    const due = reason !== 'late' || at(arrivedAt) >= at(v.close?.deadline ?? arrivedAt);
    v.findings.expect(due, 'V07', 'EVIDENCE.NOT_LATE', c, 'platform');
  }
}

function checkArrival(v: Verification, subject: string, arrivedAt: string): void {
  const signed = v.evidence.records.arrival.get(subject);
  if (!signed || !v.close) return;
  const { record } = signed;
  const path = `arrivals/${subject}.json`;
  const rule = { when: at(arrivedAt), needed: ['platform'], blame: 'platform' } as const;
  v.checkSigners('V07', path, 'receipt-arrival', signed, rule);
  v.findings.expect(record.subject === subject, 'V21', 'EVIDENCE.NAME', path, 'bundle');
  v.findings.expect(record.lot === v.evidence.header.lot, 'V07', 'EVIDENCE.OTHER_LOT', path, 'platform');
  const belongs = record.lotKeyHash === v.close.lotKeyHash;
  v.findings.expect(belongs, 'V07', 'EVIDENCE.OTHER_LOT', path, 'platform');
  const listed =
    v.accepted.find((bid) => bid.c === subject)?.arrivedAt ??
    v.close.moves.find(({ move }) => hashText('move', move.record) === subject)?.arrivedAt ??
    v.close.refused.find(({ c }) => c === subject)?.arrivedAt;
  const movedAway = v.close.moves.some(({ move }) => move.record.from === subject);
  if (listed === undefined) {
    v.findings.expect(movedAway, 'V07', 'EVIDENCE.DROPPED', subject, 'platform');
    return;
  }
  v.findings.expect(listed === arrivedAt, 'V07', 'EVIDENCE.OTHER_TIME', subject, 'platform');
}

/** Replace and withdraw: signed by the key of the bid that moves, in time, and in an unbroken sequence. */
function checkMoves(v: Verification): void {
  const { close } = v;
  if (!close) return;
  const seen = new Set<string>();
  for (const { move, arrivedAt } of close.moves) {
    const { record, sig } = move;
    const expect = (holds: boolean, code: FindingCode) =>
      v.findings.expect(holds, 'V07', code, `move of ${record.from}`, 'platform');
    const commit = v.evidence.records.commit.get(record.from);
    if (expect(commit !== undefined, 'EVIDENCE.NO_COMMIT') && commit)
      expect(
        edVerify(b64u.decode(commit.wk), signatureInput('move', record), b64u.decode(sig)),
        'EVIDENCE.MOVE_SIGNATURE',
      );
    expect(at(arrivedAt) < at(close.deadline), 'EVIDENCE.MOVED_LATE');
    expect(record.lotKeyHash === close.lotKeyHash, 'EVIDENCE.OTHER_LOT');
    expect(!seen.has(record.from), 'EVIDENCE.MOVED_TWICE');
    expect(followsItsChain(record, close.moves), 'EVIDENCE.MOVE_SEQUENCE');
    expect(record.to === null || standsInPlace(v, record.to), 'EVIDENCE.MOVED_TO_NOTHING');
    const receipt = v.evidence.records.arrival.get(hashText('move', record));
    if (expect(receipt !== undefined, 'EVIDENCE.NO_RECEIPT'))
      expect(receipt?.record.from === record.from, 'EVIDENCE.OTHER_MOVE');
    seen.add(record.from);
  }
}

/** A bid takes another's place only when all of it was stored in time: nobody ends with no bid (条例35). */
function standsInPlace(v: Verification, to: string): boolean {
  const stored = v.evidence.records.stored.get(to)?.record;
  return stored !== undefined && at(stored.storedAt) < at(v.close?.deadline ?? stored.storedAt);
}

/** The receipt's token is by a pinned authority, covers this very receipt, and agrees with its time. */
async function checkToken(v: Verification, subject: string, arrivedAt: string, name: string): Promise<void> {
  const token = v.evidence.tokens.get(name);
  const receipt = v.evidence.records.arrival.get(subject);
  if (!token || !receipt) {
    v.findings.fail('V08', 'EVIDENCE.MISSING', `tokens/${name}.tst`, 'bundle', { subject });
    return;
  }
  await v.run('V08', subject, 'timestamp-authority', () => {
    const verified = verifyTimestampToken(token, tokenSubject(receipt), { roots: v.trust.tsa });
    if (!verified.ok) {
      const { code, facts } = verified.error;
      // The authority stamped something; that it stands beside this receipt is the word of who signed CLOSE.
      const blame = code === 'TIMESTAMP.HASH_DIFFERS' ? 'platform' : 'timestamp-authority';
      return v.findings.fail('V08', code, subject, blame, facts);
    }
    // The receipt is stamped once the arrival is judged: a queue of proofs or a dead process makes it later, by as much
    // as they last. Earlier than the arrival it cannot be, nor later than the list that names it.
    const { time } = verified.value;
    const early = at(arrivedAt) - time;
    if (early > CLOCK_TOLERANCE_MS)
      v.findings.fail('V08', 'EVIDENCE.CLOCKS_APART', subject, 'platform', { milliseconds: early });
    const late = time - at(v.close?.releaseAt ?? arrivedAt);
    if (late > CLOCK_TOLERANCE_MS)
      v.findings.fail('V08', 'EVIDENCE.STAMPED_LATE', subject, 'platform', { milliseconds: late });
  });
}
