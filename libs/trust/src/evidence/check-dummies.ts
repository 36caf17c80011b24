/**
 * V06: on the days on which this tender's bids came in, each leaf of the log is a record's or follows from a seed that
 * was promised before. So a bid of which its bidder has a receipt cannot be passed off as a dummy. Whose the other
 * records are this file does not say: their leaves stay blinded, and are counted.
 */
import { b64u, equalBytes, hashText, TrustError } from '../encoding/index.ts';
import {
  blindedLeaf,
  CompactTree,
  dummyEntry,
  leafHash,
  seedCommitment,
  verifyConsistency,
} from '../log/index.ts';
import type { Checkpoint } from '../log/index.ts';
import type { DummyDay } from './bundle.ts';
import type { Verification } from './context.ts';
import type { FindingCode } from './report.ts';

const PATH = 'log/dummies.json';
const subjectOf = ({ record }: DummyDay): string => `${PATH}#${record.number}`;

export function checkDummies(v: Verification, latest: Checkpoint): void {
  const { dummies } = v.evidence;
  const bidding = biddingSpan(v);
  if (!bidding) return v.findings.set('V06', 'absent', 'this tender has no list of bids');
  if (!dummies) {
    if (!v.trust.dummies) return v.findings.set('V06', 'absent', 'this log declares no dummy leaves');
    return v.findings.fail('V06', 'EVIDENCE.MISSING', PATH, 'bundle');
  }
  const adjoining = checkSpan(v, dummies.days, bidding);
  for (const [at, day] of dummies.days.entries()) checkPromise(v, day, dummies.days[at - 1]);
  // Days that overlap could hold the log many times over: it has failed, and they are not computed.
  if (!adjoining) return;
  const shown = dummies.days.filter(({ seed }) => seed !== null);
  for (const day of shown) checkDay(v, day, latest);
  summarise(v, shown);
  const hidden = dummies.days.length - shown.length;
  if (hidden > 0)
    v.findings.set(
      'V06',
      'pending',
      `the seeds of ${hidden} days are kept back while other tenders take bids`,
    );
}

interface Span {
  readonly from: number;
  readonly until: number;
}

/** From LOTKEY's leaf to CLOSE's; null where the tender has not both. V05 has checked that they are there. */
function biddingSpan(v: Verification): Span | null {
  if (!v.lotKey || !v.close) return null;
  const index = new Map(v.evidence.proofs.leaves.map((leaf) => [leaf.hash, leaf.index]));
  const from = index.get(hashText('lotkey', v.lotKey));
  const close = index.get(hashText('close', v.close));
  return from === undefined || close === undefined ? null : { from, until: close + 1 };
}

/**
 * The days follow each other without a gap and hold the whole span; before the log's first day there were no dummies.
 * False where they do not follow each other.
 */
function checkSpan(v: Verification, days: readonly DummyDay[], { from, until }: Span): boolean {
  const [first, last] = [days[0], days.at(-1)];
  const whole =
    first !== undefined &&
    last !== undefined &&
    (first.first <= from || first.record.number === 0) &&
    last.until >= until;
  const adjoining = days.every((day, at) => {
    const before = days[at - 1];
    const follows = !before || (day.first === before.until && day.record.number === before.record.number + 1);
    return follows && day.first < day.until;
  });
  v.findings.expect(whole && adjoining, 'V06', 'EVIDENCE.DUMMY_DAYS', PATH, 'platform');
  return adjoining;
}

/** Of this log, and in it before the day on which the seed is used; before the day that precedes it, where that is here. */
function checkPromise(v: Verification, day: DummyDay, before: DummyDay | undefined): void {
  const { record } = day;
  const hash = hashText('day-seed', record);
  const leaf = v.evidence.proofs.leaves.find((each) => each.hash === hash);
  // A promise without a leaf is V05's finding.
  const early = !leaf || leaf.index < (before ?? day).first;
  const ours = record.origin === v.trust.origin;
  v.findings.expect(early && ours, 'V06', 'EVIDENCE.SEED_LATE', subjectOf(day), 'platform');
}

/** Every leaf of a day whose seed is shown: the seed is the promised one, and seed and records give the very tree. */
function checkDay(v: Verification, day: DummyDay, latest: Checkpoint): void {
  const fail = (code: FindingCode, subject = subjectOf(day)): void =>
    v.findings.fail('V06', code, subject, 'platform');
  const seed = b64u.decode(day.seed ?? '');
  if (b64u.encode(seedCommitment(seed)) !== day.record.commitment) return fail('EVIDENCE.SEED');
  const records = recordsOf(day);
  if (!records || !givesTree(day, records, seed, latest)) return fail('EVIDENCE.DUMMIES');
  for (const { hash, blind, index } of v.evidence.proofs.leaves)
    if (isCalledDummy(day, { hash, blind, index })) fail('EVIDENCE.CALLED_DUMMY', hash);
}

/** By index; null unless they ascend within the day. */
function recordsOf({ records, first, until }: DummyDay): Map<number, Uint8Array> | null {
  const ordered = records.every(
    ({ index }, at) =>
      index >= first && index < until && (at === 0 || (records[at - 1]?.index ?? -1) < index),
  );
  return ordered ? new Map(records.map(({ index, entry }) => [index, b64u.decode(entry)])) : null;
}

/** Appends the day to the tree before it: what comes out must be a beginning of the log that was signed. */
function givesTree(
  { first, until, nodes, proof }: DummyDay,
  records: ReadonlyMap<number, Uint8Array>,
  seed: Uint8Array,
  latest: Checkpoint,
): boolean {
  const tree = treeOf(first, nodes);
  // Whoever made the file chose the numbers: no day is longer than the log that was signed.
  if (!tree || until > latest.size) return false;
  for (let index = first; index < until; index++) {
    const dummy = dummyEntry(seed, index);
    const record = records.get(index);
    // A dummy that is listed as a record would be one record too many.
    if (record && equalBytes(record, dummy)) return false;
    tree.append(leafHash(record ?? dummy));
  }
  return verifyConsistency({
    size1: until,
    root1: tree.root(),
    size2: latest.size,
    root2: latest.root,
    proof: proof.map((each) => b64u.decode(each)),
  });
}

function treeOf(size: number, nodes: readonly string[]): CompactTree | null {
  try {
    return new CompactTree(
      size,
      nodes.map((each) => b64u.decode(each)),
    );
  } catch (error) {
    if (error instanceof TrustError) return null;
    throw error;
  }
}

/** A leaf of somebody's receipt. */
export interface ClaimedLeaf {
  readonly hash: string;
  readonly blind: string;
  readonly index: number;
}

/** True where the day's seed is shown, the leaf falls into the day, and is no record of it. */
function isCalledDummy({ seed, first, until, records }: DummyDay, leaf: ClaimedLeaf): boolean {
  if (seed === null || leaf.index < first || leaf.index >= until) return false;
  const entry = b64u.encode(blindedLeaf(b64u.decode(leaf.hash), b64u.decode(leaf.blind)));
  return !records.some((record) => record.index === leaf.index && record.entry === entry);
}

/** V06 for a receipt whose leaf the log's own key has signed for, also where the bundle leaves its record out. */
export function checkClaimedLeaf(v: Verification, leaf: ClaimedLeaf, subject: string): void {
  const denied = v.evidence.dummies?.days.some((day) => isCalledDummy(day, leaf)) ?? false;
  v.findings.expect(!denied, 'V06', 'EVIDENCE.CALLED_DUMMY', subject, 'platform');
}

function summarise(v: Verification, days: readonly DummyDay[]): void {
  const leaves = days.reduce((sum, { first, until }) => sum + until - first, 0);
  const records = days.reduce((sum, day) => sum + day.records.length, 0);
  const own = v.evidence.proofs.leaves.filter(({ index }) =>
    days.some(({ first, until }) => index >= first && index < until),
  ).length;
  v.findings.note(
    'V06',
    `${leaves - records} of ${leaves} leaves are dummies; ${own} are records of this file, ${records - own} others stay blinded`,
  );
}
